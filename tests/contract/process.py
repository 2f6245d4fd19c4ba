"""One real process of the API, which a test may kill in the middle of things."""

from pathlib import Path
from typing import Self

from tests.servers import ready, start


class ApiProcess:
    """Serves as an operator's process does, with the limits that settings have by default."""

    def __init__(self, database_url: str, data: Path, application: str = "plainly") -> None:
        factory = f"tests.contract.{application}:create_app"
        settings = {"SECRETARIAT_GUESS_LIMIT": "off"}
        self._process, url = start(database_url, data, factory, settings)
        self.url = ready(self._process, url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """SIGKILL: nothing is said, nothing is tidied up."""
        self._process.kill()
        self._process.join()
