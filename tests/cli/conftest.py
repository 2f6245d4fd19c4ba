"""The commands as an operator runs them: processes of their own, on the test's database."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import ran

ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without the settings that it may have."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SECRETARIAT_", "DATABASE"))}
    return kept | settings


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Run a command to its end."""

    def run(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        given = {"DATABASE_URL": database_url, "SECRETARIAT_DATA": str(tmp_path / "data")}
        return ran(list(map(str, arguments)), environment(**given | settings), tmp_path)

    return run
