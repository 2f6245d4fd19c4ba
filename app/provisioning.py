"""The database that commands work with: the configured one, or the embedded one, migrated."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import asyncpg
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from app import schema
from app.core.database import Database
from app.deployment import NotConfigured, database_address, database_settings
from app.embedded import DataFolderInUse, EmbeddedServer
from app.embedded.cluster import OWNER, read_password
from app.settings import Environment, Settings

ROOT = Path(__file__).parent.parent
DATABASE = "secretariat"
LOADING = "secretariat_loading"
"""Where the reference meeting is loaded, so that an interrupted load leaves no half behind."""
_SUPERSEDED = "secretariat_superseded"

Say = Callable[[str], None]


@contextmanager
def reachable(settings: Settings) -> Iterator[Settings]:
    """Settings that name a database that answers, for the time of one command.

    Without `DATABASE_URL` that is the embedded server that `serve` has started, or else one
    started for this purpose. Raises `NotConfigured` before the first `serve` or `migrate`.
    """
    if settings.database_url is not None:
        yield settings
        return
    if not (settings.data / "postgres.password").exists():
        raise NotConfigured(f"There is no database in {settings.data} yet: run `serve` first.")
    try:
        server = EmbeddedServer.start(settings.data)
    except DataFolderInUse:
        yield with_database(settings, _running_url(settings.data))
        return
    with server:
        if DATABASE not in server.databases():
            raise NotConfigured(f"There is no database in {settings.data} yet: run `serve` first.")
        yield with_database(settings, server.url(DATABASE))


@contextmanager
def provided(settings: Settings, say: Say, *, migrating: bool, loading: bool) -> Iterator[Settings]:
    """Settings that name a database ready to be served: there, migrated, loaded if it was empty.

    The embedded server runs until the end of the context; it is new or it is migrated, unless
    `migrating` says to leave its schema alone.
    """
    loading = loading and settings.environment is not Environment.PRODUCTION
    if settings.database_url is None:
        with EmbeddedServer.start(settings.data, progress=say) as server:
            _prepare_embedded(server, settings, say, migrating=migrating, loading=loading)
            yield with_database(settings, server.url(DATABASE))
        return
    if migrating:
        say("Migrating the database")
        migrate(database_address(settings))
    url = settings.database_url.get_secret_value()
    if loading and is_empty(url):
        load(url, settings.data, say)
    yield settings


def with_database(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


def migrate(address: str) -> None:
    """Bring the schema of the database at `user:password@host:port/name` to this program's."""
    # Only here, so that no server process spends memory and start-up time on it.
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["address"] = address
    command.upgrade(config, "head")


def load(url: str, data: Path, say: Say) -> str:
    """Walk the reference meeting through in an empty database; gives the meeting's handle."""
    from app import demo  # noqa: PLC0415  # the walk brings a client and data that nobody else needs

    say("Loading the reference meeting")
    return asyncio.run(demo.load(url, data, say))


@asynccontextmanager
async def transaction(settings: Settings) -> AsyncIterator[AsyncSession]:
    """One transaction of a command, on a connection of its own."""
    assert schema.metadata.tables, "every table is known before the first statement"
    database = Database(replace(database_settings(settings), statement_timeout=0))
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


def is_empty(url: str) -> bool:
    """Whether nobody has begun to work with the (migrated) database."""

    async def ask() -> bool:
        connection = await asyncpg.connect(_plain(url))
        try:
            found = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM committees) OR EXISTS (SELECT FROM entities)"
                " OR EXISTS (SELECT FROM meetings)"
            )
        finally:
            await connection.close()
        return not found

    return asyncio.run(ask())


def _prepare_embedded(
    server: EmbeddedServer, settings: Settings, say: Say, *, migrating: bool, loading: bool
) -> None:
    server.drop_database(_SUPERSEDED)
    server.drop_database(LOADING)
    known = DATABASE in server.databases()
    if known and migrating:
        say("Migrating the database")
        migrate(_address(server.url(DATABASE)))
    if known and not (loading and is_empty(server.url(DATABASE))):
        return
    say("Making the database")
    server.create_database(LOADING, template=DATABASE if known else None)
    migrate(_address(server.url(LOADING)))
    if loading:
        load(server.url(LOADING), settings.data, say)
    asyncio.run(_put_in_place(server, superseding=known))
    server.drop_database(_SUPERSEDED)


async def _put_in_place(server: EmbeddedServer, *, superseding: bool) -> None:
    """The finished database takes the name, and the empty one loses it, in one transaction."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        async with connection.transaction():
            if superseding:
                await connection.execute(f"ALTER DATABASE {DATABASE} RENAME TO {_SUPERSEDED}")
            await connection.execute(f"ALTER DATABASE {LOADING} RENAME TO {DATABASE}")
    finally:
        await connection.close()


def _running_url(data: Path) -> str:
    """Of the server that another process has started; its port is in line 4 of its own file."""
    try:
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
        port = int(lines[3])
    except (OSError, IndexError, ValueError):
        raise NotConfigured(f"The server in {data} is starting or stopping: try again.") from None
    return f"postgresql://{OWNER}:{quote(read_password(data))}@127.0.0.1:{port}/{DATABASE}"


def _address(url: str) -> str:
    return url.partition("://")[2]


def _plain(url: str) -> str:
    """Without a driver in the scheme, as asyncpg takes it."""
    return f"postgresql://{_address(url)}"
