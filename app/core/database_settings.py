"""What `core` needs to know of the settings, so that it imports nothing of the application."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database is and how long to wait for it."""

    address: str
    """`user:password@host:port/name?options`, without a scheme."""
    pool: int = 8
    wait: float = 1.5
    """Seconds for a connection, from the pool or from the server."""
    statement_timeout: int = 5000
    """Milliseconds."""
    lock_timeout: int = 4000
    """Milliseconds."""
