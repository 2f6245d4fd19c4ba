"""The one clock: every rule that asks for the time asks here."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

_file: Path | None = None


def now() -> datetime:
    """The present instant in UTC, to the microsecond.

    With a settable clock, the instant written in the clock's file plus the time that has passed
    since it was written, so that every process of an instance agrees.
    """
    if _file is None:
        return datetime.now(UTC)
    start = datetime.fromisoformat(_file.read_text(encoding="ascii").strip())
    return start + (datetime.now(UTC) - datetime.fromtimestamp(_file.stat().st_mtime, UTC))


def written(instant: datetime) -> str:
    """As the API writes instants: RFC 3339 in UTC, with `Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check() -> None:
    """Raise `ValueError`, in words for an operator, where the clock's file shows no instant."""
    try:
        shown = now()
    except (OSError, ValueError) as error:
        raise ValueError(f"SECRETARIAT_CLOCK names a file that shows no instant: {error}") from None
    if shown.tzinfo is None:
        raise ValueError("SECRETARIAT_CLOCK names a file whose instant lacks its offset from UTC")


def use(setting: str) -> None:
    """Follow the setting `real` or `file:PATH`; for the start of a process and for tests."""
    global _file  # noqa: PLW0603  # the clock is the process's own, by design the only one
    _file = Path(setting.removeprefix("file:")) if setting.startswith("file:") else None


def set_file(path: Path, instant: datetime) -> None:
    """Let the clock of every process that follows `path` show `instant` from now on."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    fresh = path.with_suffix(".new")
    fresh.write_text(instant.astimezone(UTC).isoformat(), encoding="ascii")
    moment = time.time()
    os.utime(fresh, (moment, moment))
    fresh.replace(path)
