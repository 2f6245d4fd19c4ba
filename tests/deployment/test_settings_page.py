"""`.env.example` and the settings name the same things with the same defaults."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.settings import Settings

PAGE = Path(__file__).parent.parent.parent / ".env.example"


def variable(name: str) -> str:
    return "DATABASE_URL" if name == "database_url" else f"SECRETARIAT_{name.upper()}"


def written(value: Any) -> str:
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case list():
            return ",".join(value)
        case _:
            return str(value)


def blocks() -> list[tuple[str, str, str]]:
    """(variable, default, description) in the order of the page, without its head."""
    found = []
    for block in PAGE.read_text().strip().split("\n\n")[1:]:
        *words, line = block.splitlines()
        name, _, value = line.removeprefix("#").partition("=")
        found.append((name, value, " ".join(word.removeprefix("# ") for word in words)))
    return found


def test_the_page_is_the_settings() -> None:
    assert blocks() == [
        (
            variable(name),
            written(field.get_default(call_default_factory=True)),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    ]


def test_every_line_is_a_comment_until_somebody_wants_it() -> None:
    assert [line for line in PAGE.read_text().splitlines() if re.match(r"[^#]", line)] == []


def test_the_page_can_be_read_as_it_stands(tmp_path: Path) -> None:
    values = [f"{name}={value}" for name, value, _ in blocks() if value]
    page = tmp_path / "env"
    page.write_text("\n".join(values))
    read = Settings(_env_file=page)
    fresh = Settings(_env_file=None)
    assert read == fresh


def test_the_operators_page_lists_every_setting() -> None:
    page = (PAGE.parent / "docs" / "operators.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)` )?\| (.*) \|$", page, re.MULTILINE)
    assert rows == blocks()
