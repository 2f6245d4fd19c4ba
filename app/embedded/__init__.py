"""The PostgreSQL server that comes with the service, for where no other one is configured."""

from app.embedded.accounts import binaries
from app.embedded.cluster import remove_cluster
from app.embedded.errors import (
    AccountUnusable,
    DataFolderInUse,
    DataFolderUnusable,
    EmbeddedServerError,
    ServerDidNotStart,
)
from app.embedded.server import EmbeddedServer

__all__ = [
    "AccountUnusable",
    "DataFolderInUse",
    "DataFolderUnusable",
    "EmbeddedServer",
    "EmbeddedServerError",
    "ServerDidNotStart",
    "binaries",
    "remove_cluster",
]
