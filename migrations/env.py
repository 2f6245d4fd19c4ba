"""Runs migrations on the service's database, with bounded waits for locks."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from app.core.database import engine_for
from app.core.tables import Values
from app.deployment import database_address
from app.schema import metadata
from app.settings import get_settings

FOREIGN = ("procrastinate_",)
"""Tables of a library that has its own schema."""


def _is_ours(thing: Any, name: str | None, kind: str, *_: Any) -> bool:
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return not (table or "").startswith(FOREIGN)


def _render(kind: str, thing: Any, _: Any) -> str | Literal[False]:
    """Enumerations are text with a CHECK; a migration should not depend on the program."""
    return "sa.Text()" if kind == "type" and isinstance(thing, Values) else False


def _run(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_lock(hashtext('secretariat migrations'))"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_is_ours,
        compare_server_default=True,
        transaction_per_migration=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _online() -> None:
    address = context.get_x_argument(as_dictionary=True).get("address")
    given = context.config.attributes.get("address")
    engine = engine_for(
        given or address or database_address(get_settings()), {}, poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
