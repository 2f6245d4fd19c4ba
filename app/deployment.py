"""From settings to what the parts need: addresses, secrets, logging."""

import logging
import os
import re
import secrets
import sys
from pathlib import Path

import structlog

from app.core.database_settings import DatabaseSettings
from app.documents.storage import Bucket, Storage
from app.settings import LogFormat, Settings

_SECRET_PATH = re.compile(r"(/v1/(?:feeds|opened|digests/unsubscribe)/)[^/?\s]+")


class NotConfigured(RuntimeError):
    """The service was started without something that it cannot do without."""


def database_settings(settings: Settings) -> DatabaseSettings:
    return DatabaseSettings(
        address=database_address(settings),
        pool=settings.database_pool,
        wait=settings.database_wait,
        statement_timeout=settings.statement_timeout,
        lock_timeout=settings.lock_timeout,
    )


def database_address(settings: Settings) -> str:
    """`user:password@host:port/name` of the database, whatever scheme the address has."""
    if settings.database_url is None:
        raise NotConfigured("DATABASE_URL is not set: `make run` starts an embedded server.")
    return settings.database_url.get_secret_value().partition("://")[2]


def secret_key(settings: Settings) -> bytes:
    """The given key, or one made once and kept in the data folder, mode 600."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data / "secret"
    settings.data.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_bytes()


def storage_of(settings: Settings) -> Storage:
    """Where documents lie: a bucket where one is named, else a folder."""
    if settings.bucket is None:
        return Storage.folder(settings.documents_folder or settings.data / "documents")
    secret = settings.bucket_secret_key
    return Storage.bucket(
        Bucket(
            settings.bucket,
            settings.bucket_endpoint,
            settings.bucket_region or "us-east-1",
            settings.bucket_access_key,
            secret.get_secret_value() if secret else None,
        )
    )


def configure_logging(settings: Settings) -> None:
    """Lines for people or for machines, on standard error; no log of the server names a secret
    address, such as that of a feed.
    """
    logging.getLogger("uvicorn.access").addFilter(hide_secret_paths)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def hide_secret_paths(record: logging.LogRecord) -> bool:
    """A filter that lets everything pass, but the secret part of a path."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _SECRET_PATH.sub(r"\1...", arg) if isinstance(arg, str) else arg for arg in record.args
        )
    return True


def _write_once(path: Path, text: str) -> None:
    """Several processes may start at once: whoever links first wins, and nobody reads half."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="ascii")
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
