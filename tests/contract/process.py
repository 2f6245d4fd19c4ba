"""One real process of the API, which a test may kill in the middle of things."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from app.embedded.server import free_port
from tests.servers import ROOT, SECRET, _ready


class ApiProcess:
    """Serves as an operator's process does, with the limits that settings have by default."""

    def __init__(self, database_url: str, data: Path, application: str = "plainly") -> None:
        port = free_port()
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "SECRETARIAT_DATA": str(data),
            "SECRETARIAT_SECRET_KEY": SECRET,
            "SECRETARIAT_RATE_LIMIT": "off",
            "SECRETARIAT_GUESS_LIMIT": "off",
            "SECRETARIAT_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "error"]
        factory = f"tests.contract.{application}:create_app"
        self._process = subprocess.Popen(
            [*command, "--no-access-log", "--factory", factory], cwd=ROOT, env=environment
        )
        self.url = _ready(self._process, f"http://127.0.0.1:{port}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is tidied up."""
        self._process.kill()
        self._process.wait()
