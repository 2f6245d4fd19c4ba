"""What can keep the embedded PostgreSQL server from serving, one exception for each remedy."""


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot do what was asked; the message names the remedy."""


class DataFolderInUse(EmbeddedServerError):
    """Another service, or a server that it left behind, works with the data folder."""


class DataFolderUnusable(EmbeddedServerError):
    """The cluster is missing, of another owner or out of reach of the server's account."""


class AccountUnusable(EmbeddedServerError):
    """Started as root, and no unprivileged account is at hand to run the server as."""


class ServerDidNotStart(EmbeddedServerError):
    """PostgreSQL or `initdb` gave up; the message ends with the last lines that it wrote."""

    def __init__(self, what: str, output: str) -> None:
        lines = output.strip().splitlines()
        super().__init__("\n".join([what, *lines[-20:]]))
        self.output = output
