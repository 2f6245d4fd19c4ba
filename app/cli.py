"""The operator's commands."""

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar
from uuid import UUID

import asyncpg
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app import callers, provisioning, serving
from app import check as invariants
from app.briefings import slots as of_briefings  # noqa: F401  # they register themselves
from app.committees.imports import import_committees
from app.core import clock
from app.core.database import sqlstate
from app.core.imports import ImportResult, RowOutcome, rows_of
from app.core.problems import Problem
from app.core.sheets import Row
from app.core.zones import TZDATA_VERSION
from app.deployment import NotConfigured, configure_logging, storage_of
from app.documents.verifying import Kept, kept_documents, lost
from app.embedded import EmbeddedServer, EmbeddedServerError
from app.entities.imports import import_entities
from app.holidays.official import load_official
from app.identity.lifecycle import Role
from app.meetings import listeners as of_meetings  # noqa: F401  # they register themselves
from app.meetings import rederiving
from app.panels import telling as of_panels  # noqa: F401  # as above
from app.settings import Settings, get_settings

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
Result = TypeVar("Result")
Importer = Callable[[AsyncSession, list[Row], bool], Awaitable[ImportResult]]

commands = typer.Typer(
    name="secretariat",
    help="The service that a committee's secretariat runs its virtual meetings on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
token_commands = typer.Typer(help="Tokens for callers.", no_args_is_help=True)
dkim_commands = typer.Typer(help="Signing of mails.", no_args_is_help=True)
entity_commands = typer.Typer(help="Organizations.", no_args_is_help=True)
committee_commands = typer.Typer(help="Committees and working groups.", no_args_is_help=True)
holiday_commands = typer.Typer(help="Official holidays.", no_args_is_help=True)
commands.add_typer(token_commands, name="token")
commands.add_typer(dkim_commands, name="dkim")
commands.add_typer(entity_commands, name="entities")
commands.add_typer(committee_commands, name="committees")
commands.add_typer(holiday_commands, name="holidays")

console = Console(soft_wrap=True, highlight=False)
complaints = Console(stderr=True, soft_wrap=True, highlight=False)

Table_ = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, YAML or JSON.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


UNDEFINED_TABLE = "42P01"
NO_SCHEMA = "The database has no schema, or that of another release: run `python -m app migrate`."


def main() -> None:
    """What goes wrong in a way that an operator can mend is said in a line, with status 1."""
    try:
        commands()
    except (
        NotConfigured,
        EmbeddedServerError,
        serving.CannotServe,
        DBAPIError,
        asyncpg.PostgresError,
        OSError,
    ) as error:
        _fail(NO_SCHEMA if sqlstate(error) == UNDEFINED_TABLE else str(error))
    except ValidationError as error:
        _fail("\n".join(_line(each["loc"], each["msg"]) for each in error.errors()))
    except Problem as problem:
        places = [f"  {each.detail} ({each.pointer})" for each in problem.errors or ()]
        _fail("\n".join([f"{problem.title}: {problem.detail}", *places]))


@commands.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only the API.")] = False,
    no_migrate: Annotated[
        bool, typer.Option("--no-migrate", help="Leave the schema of the database alone.")
    ] = False,
    no_demo: Annotated[
        bool, typer.Option("--no-demo", help="Do not load the reference meeting.")
    ] = False,
) -> None:
    """Serve API and worker, and the receiver of mails where its port is set.

    With an embedded PostgreSQL, unless DATABASE_URL names another.
    """
    settings = _settings()
    parts = serving.Parts(worker=not no_worker, migrate=not no_migrate, demo=not no_demo)
    _let_signals_interrupt()
    try:
        with serving.serving(settings, parts, _narrator()) as running:
            _show(running)
            serving.watch(running.children)
    except KeyboardInterrupt:
        console.print("Stopped.")


@commands.command()
def worker() -> None:
    """Follow the log: plan mails and send them, until SIGTERM or Ctrl-C."""
    from app import worker as work  # noqa: PLC0415  # no other command needs the queue's driver

    settings = _settings()
    with provisioning.reachable(settings) as ready:
        configure_logging(ready)
        asyncio.run(work.run(ready))


@commands.command()
def receiver() -> None:
    """Take in mails by LMTP or SMTP, until SIGTERM or Ctrl-C."""
    from app import receiver as post  # noqa: PLC0415  # no other command needs it

    settings = _settings()
    if not settings.receiver_port:
        _fail("SECRETARIAT_RECEIVER_PORT names the port to listen on.")
    with provisioning.reachable(settings) as ready:
        configure_logging(ready)
        asyncio.run(post.run(ready))


@commands.command()
def migrate() -> None:
    """Bring the database to this program's schema; the embedded one is made if it is missing."""
    settings, say = _settings(), _narrator()
    with provisioning.provided(settings, say, migrating=True, loading=False):
        say("The schema is the one of this program")


@commands.command()
def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Load it into the service's database if that is empty.")
    ] = False,
) -> None:
    """Walk the reference meeting through the API, in a database that is thrown away after it."""
    settings, say = _settings(), _narrator()
    if not keep:
        with tempfile.TemporaryDirectory(prefix="secretariat-") as folder:
            data = Path(folder)
            data.chmod(0o711)
            with EmbeddedServer.start(data, progress=say) as server:
                server.create_database(provisioning.DATABASE)
                url = server.url(provisioning.DATABASE)
                provisioning.migrate(url.partition("://")[2])
                say(f"{provisioning.load(url, data, say)} went as it should")
        return
    with provisioning.provided(settings, say, migrating=True, loading=True):
        say("The reference meeting is there, or other work that it must not mix with")


@token_commands.command("create")
def create_token(
    role: Annotated[Role, typer.Option(help="What its holder may do.")],
    committee: Annotated[
        str | None, typer.Option(help="Id or handle of the committee that the role is for.")
    ] = None,
    entity: Annotated[
        str | None, typer.Option(help="Id or handle of the entity that the role is for.")
    ] = None,
    name: Annotated[str, typer.Option(help="Of account and token.")] = "from the command line",
    days: Annotated[int, typer.Option(min=1, max=3650, help="Until it expires.")] = 30,
    read_only: Annotated[bool, typer.Option("--read-only", help="It changes nothing.")] = False,
) -> None:
    """Make an account with a role and a token for it; the token is printed this once."""

    async def create(session: AsyncSession) -> callers.Created:
        return await callers.create(
            session,
            role=role,
            committee=committee,
            entity=entity,
            name=name,
            life=timedelta(days=days),
            read_only=read_only,
        )

    created = _in_transaction(create)
    complaints.print(f"Token {created.token_id}, until {created.expires_at:%Y-%m-%d %H:%M} UTC:")
    sys.stdout.write(f"{created.secret}\n")


@token_commands.command("list")
def list_tokens() -> None:
    """List the tokens that still work, with the roles of their accounts."""
    table = Table("Token", "Begins", "Account", "Roles", "May", "Until")
    for row in _in_transaction(callers.live):
        roles = ", ".join(row.roles)
        until = f"{row.expires_at:%Y-%m-%d}"
        cells = (str(row.id), row.hint, row.account, roles, ", ".join(row.scopes), until)
        table.add_row(*map(escape, cells))
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


@token_commands.command("revoke")
def revoke_token(token: Annotated[UUID, typer.Argument(help="Its id, as in the list.")]) -> None:
    """Let a token work no more, from the next request on."""

    async def revoke(session: AsyncSession) -> None:
        await callers.revoke(session, token)

    _in_transaction(revoke)
    console.print(f"Token {token} is revoked.")


@entity_commands.command("import")
def entities_import(file: Table_, dry_run: DryRun = False) -> None:
    """Create and change entities from a table, all or nothing."""

    async def run(session: AsyncSession, rows: list[Row], dry: bool) -> ImportResult:
        return await import_entities(session, rows, dry_run=dry)

    _import(file, "entities", run, dry_run=dry_run)


@committee_commands.command("import")
def committees_import(file: Table_, dry_run: DryRun = False) -> None:
    """Create and change committees and working groups from a table, all or nothing."""

    async def run(session: AsyncSession, rows: list[Row], dry: bool) -> ImportResult:
        return await import_committees(session, rows, dry_run=dry)

    _import(file, "committees", run, dry_run=dry_run)


@dkim_commands.command("record")
def dkim_record() -> None:
    """Print the DNS record to publish, so that the signatures of mails can be checked."""
    from app.worker import signer_for  # noqa: PLC0415  # no other command needs the worker's parts

    signer = signer_for(_settings())
    if signer is None:
        _fail("Mails are not signed: SECRETARIAT_DKIM_DOMAIN, _SELECTOR and _KEY are not set.")
    sys.stdout.write(f"{signer.record()}\n")


@holiday_commands.command("load")
def holidays_load() -> None:
    """Load the official holidays that come with the program, where a year has no list yet."""
    loaded = _in_transaction(load_official)
    for each in loaded:
        console.print(f"{each.duty_station} {each.year}: {len(each.days)} days")
    console.print(f"{len(loaded)} lists loaded")


@commands.command()
def check(
    whole: Annotated[
        bool, typer.Option("--bytes", help="Read every byte of the documents as well.")
    ] = False,
) -> None:
    """Recount every invariant of the database; status 1 when something is wrong.

    The bytes of every document must be in the store.
    """

    async def recount(session: AsyncSession) -> tuple[list[str], list[Kept]]:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        return await invariants.wrongs(session), await kept_documents(session)

    wrongs, documents = _in_transaction(recount)
    wrongs += asyncio.run(lost(documents, storage_of(_settings()), whole=whole))
    for wrong in wrongs:
        console.print(f"[red]✗[/] {escape(wrong)}")
    if wrongs:
        _fail(f"{len(wrongs)} things are wrong.")
    console.print("[green]✓[/] The database is as it should be.")


@commands.command()
def zones(
    apply: Annotated[
        bool, typer.Option("--apply", help="Move the instants, and tell whom it concerns.")
    ] = False,
    note: Annotated[
        str | None, typer.Option(help="A word in the mails, such as which rules changed.")
    ] = None,
) -> None:
    """List the meetings to come whose instants differ from the present time zone rules.

    Wall times stay what they are. Run it after an update that brings newer zone data.
    """

    async def work(session: AsyncSession) -> tuple[list[str], int]:
        shifted = await rederiving.list_shifted(session, clock.now())
        lines = [rederiving.words_of(each) for each in shifted]
        return lines, await rederiving.rederive(session, shifted, note) if apply else 0

    lines, mended = _in_transaction(work)
    for line in lines:
        console.print(escape(line))
    console.print(
        f"{len(lines)} meetings to come differ from the rules of {TZDATA_VERSION}"
        + (f", {mended} of them have new instants now." if apply else ".")
    )
    if len(lines) > mended:
        raise typer.Exit(1)


@commands.command()
def openapi(
    output: Annotated[
        Path | None, typer.Option(help="File to write; by default standard output.")
    ] = None,
) -> None:
    """Write the OpenAPI document of the API."""
    from app.main import create_app  # noqa: PLC0415  # no other command needs the application

    settings = _settings()
    with tempfile.TemporaryDirectory() as data:
        # No secret of this process is used, and none shall be made in the real folder for it.
        document = create_app(settings.model_copy(update={"data": Path(data)})).openapi()
    written = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(written)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(written, encoding="utf-8")


def _line(place: Sequence[int | str], words: str) -> str:
    """What is wrong with a setting; some rules are about several, and have no place."""
    told = words.removeprefix("Value error, ")
    return f"{'.'.join(map(str, place))}: {told}" if place else told


def _settings() -> Settings:
    settings = get_settings()
    clock.use(settings.clock)
    try:
        clock.check()
    except ValueError as error:
        raise NotConfigured(str(error)) from None
    return settings


def _narrator() -> provisioning.Say:
    """Says what happens, with the seconds since the beginning."""
    began = time.monotonic()

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {escape(line)}")

    return say


def _let_signals_interrupt() -> None:
    """SIGTERM, and SIGHUP unless it is ignored as under nohup, end the service like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _show(running: serving.Running) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(no_wrap=True, overflow="fold")
    table.add_row("API and its pages", f"{running.url}/docs")
    if running.meeting:
        table.add_row("Meeting", f"{running.url}/v1/meetings/{running.meeting}")
    table.add_row("Mails", escape(running.mails))
    for role, secret in running.tokens.items():
        table.add_row(f"Token, {role.replace('_', ' ')}", secret or "[dim]none yet[/]")
    wide = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    wide.print()
    wide.print(table)
    wide.print("\nCtrl-C stops the service.")


def _import(file: Path, key: str, run: Importer, *, dry_run: bool) -> None:
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        _fail(f"{file.name}: the name of a table ends in {', '.join(MEDIA_TYPES)}.")
    rows = rows_of(file.read_bytes(), media_type, key)

    async def work(session: AsyncSession) -> ImportResult:
        return await run(session, rows, dry_run)

    result = _in_transaction(work)
    for row in result.rows:
        for error in row.errors:
            complaints.print(f"row {row.row}: {escape(error.detail)} ({escape(error.pointer)})")
    counts = ", ".join(f"{getattr(result, each.value)} {each.value}" for each in RowOutcome)
    console.print(f"{'Would be: ' if dry_run else ''}{counts}")
    if result.refused:
        raise typer.Exit(1)


def _in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    async def run(settings: Settings) -> Result:
        async with provisioning.transaction(settings) as session:
            return await work(session)

    with provisioning.reachable(_settings()) as settings:
        return asyncio.run(run(settings))


def _fail(message: str) -> NoReturn:
    complaints.print(f"[red]Error:[/] {escape(message)}")
    raise SystemExit(1)
