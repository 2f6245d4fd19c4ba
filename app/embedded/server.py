"""Starts and ends the PostgreSQL server that comes with the package, for the time of a service.

How it ends with the service
    A kernel's parent-death signal (Linux only) follows the thread that started the server, not
    the process: a server started in a worker thread would stop when that thread is done. So a
    guard does it, a small shell that the server's process leaves behind before it becomes
    PostgreSQL. It waits at a pipe whose other end only the service holds. When the service dies,
    of whatever signal, the kernel closes that end, and the guard asks for a fast shutdown; after
    a minute for an immediate one. There is no moment at which the server runs unguarded. Both
    have a session of their own, so Ctrl-C reaches the service alone, which lets go of its
    connections and then stops the server.

How one folder gets one server
    The service holds a lock on a file in the data folder; the kernel releases it with the
    process. Where the lock is free but a server still runs, it is given time to finish its stop,
    and is otherwise respected.
"""

import os
import signal
import socket
import subprocess
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from app.embedded.accounts import Account, run, server_account, spawn, usable_binaries
from app.embedded.cluster import (
    OWNER,
    lock_folder,
    open_folder,
    prepare_cluster,
    read_password,
    read_postmaster_file,
    wait_for_predecessor,
)
from app.embedded.errors import EmbeddedServerError, ServerDidNotStart

StopMode = Literal["smart", "fast", "immediate"]

DEFAULTS: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # details of refusals hold people's addresses
}
_FIXED: Mapping[str, str] = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
_SIGNALS: Mapping[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
_POLL_SECONDS = 0.005
_READY_SECONDS = 120.0
_STOP_SECONDS = 30.0
_RETRY_SECONDS = 10.0
# Someone took the port between its choice and its use; children of a killed server still end.
_PASSING = ("could not create any TCP/IP sockets", "pre-existing shared memory block")
_GUARDED = """
exec 3<&0 </dev/null
server=$$
( (
    trap '' HUP INT QUIT TERM
    if read -r released; then exit; fi
    kill -INT "$server" || exit
    seconds=0
    while [ "$seconds" -lt 60 ]; do
        sleep 1
        kill -0 "$server" && [ -e "$3/postmaster.pid" ] || exit
        seconds=$((seconds + 1))
    done
    kill -QUIT "$server"
) <&3 >/dev/null 2>&1 & )
exec "$@" 3<&-
"""


class EmbeddedServer:
    """One running server; usable from one thread at a time."""

    def __init__(
        self,
        data: Path,
        cluster: Path,
        programs: Path,
        account: Account | None,
        settings: list[str],
    ) -> None:
        self.data = data
        self.cluster = cluster
        self.bin = programs
        self.port = 0
        self._account = account
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: int | None = None
        self._lock: int | None = None
        _servers.add(self)

    @classmethod
    def start(
        cls,
        data: Path,
        *,
        settings: Mapping[str, str] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Self:
        """Creates the cluster below `data` on first use and returns when connections are taken.

        Raises `DataFolderInUse`, `DataFolderUnusable`, `AccountUnusable` and `ServerDidNotStart`,
        all of them `EmbeddedServerError`; none leaves a process or a lock behind.
        """
        tell = progress or (lambda _: None)
        options = _options(settings or {})
        account = server_account()
        programs = usable_binaries(account)
        folder = open_folder(data)
        lock = lock_folder(folder)
        try:
            durable = (settings or {}).get("fsync", "on") != "off"
            cluster = prepare_cluster(folder, programs, account, durable=durable, tell=tell)
            server = cls(folder, cluster, programs, account, options)
            server._launch(wanted_port=None)
        except BaseException:
            os.close(lock)
            raise
        server._lock = lock
        tell(f"PostgreSQL runs on 127.0.0.1:{server.port}")
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the postmaster; raises `EmbeddedServerError` when stopped."""
        if self._process is None:
            raise EmbeddedServerError("The embedded server is stopped.")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """With the password, so not for logs."""
        password = read_password(self.data)
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def stop(self, mode: StopMode = "fast") -> None:
        """Ends the server and frees the folder; does nothing when that is done.

        A server that takes longer than 30 seconds is killed: its log recovers what was committed.
        """
        self._end(mode)
        self._unlock()

    def kill(self) -> None:
        """SIGKILL for the postmaster and all its children, as when the machine loses power."""
        self._slay()
        self._unlock()

    def restart(self) -> None:
        """On the same port, whether the server runs, was stopped or died."""
        self._end("fast")
        self._lock = self._lock if self._lock is not None else lock_folder(self.data)
        try:
            wait_for_predecessor(self.cluster, lambda _: None)
            self._launch(wanted_port=self.port)
        except BaseException:
            self._unlock()
            raise

    def create_database(self, name: str, template: str | None = None) -> None:
        copied = f" TEMPLATE {_quoted(template)}" if template is not None else ""
        self._psql(f"CREATE DATABASE {_quoted(name)}{copied}")

    def drop_database(self, name: str) -> None:
        """Ends the connections to it; does nothing when there is none of that name."""
        self._psql(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def databases(self) -> list[str]:
        """Sorted by name, without the templates."""
        listed = self._psql(
            "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname"
        )
        return listed.split("\0")[:-1]

    def _launch(self, *, wanted_port: int | None) -> None:
        """Tries again, on another port unless one is wanted, for what passes by itself."""
        give_up = time.monotonic() + _RETRY_SECONDS
        while True:
            self.port = wanted_port or free_port()
            try:
                return self._attempt()
            except ServerDidNotStart as failure:
                passing = any(text in failure.output for text in _PASSING)
                if not passing or time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def _attempt(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        log = os.open(self.data / "postgres.log", flags, 0o600)
        written = os.fstat(log).st_size
        held, self._leash = os.pipe()
        guarded = ["/bin/sh", "-c", _GUARDED, "secretariat-postgres"]
        command = [str(self.bin / "postgres"), "-D", str(self.cluster), *self._settings]
        command += ["-c", f"port={self.port}"]
        try:
            self._process = spawn(guarded + command, self._account, stdin=held, output=log)
            self._wait_until_ready(self._process, written)
        except BaseException:
            self._slay()
            raise
        finally:
            os.close(held)
            os.close(log)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], written: int) -> None:
        """Reads the server's own word in its `postmaster.pid`; recovery may take its time."""
        deadline = time.monotonic() + _READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            found = read_postmaster_file(self.cluster)
            if found and found.pid == process.pid and found.status == "ready":
                return
            time.sleep(_POLL_SECONDS)
        with (self.data / "postgres.log").open("rb") as log:
            log.seek(written)
            output = log.read().decode(errors="replace")
        raise ServerDidNotStart(f"PostgreSQL did not start in {self.cluster}:", output)

    def _end(self, mode: StopMode) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(_SIGNALS[mode])
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
        self._slay()

    def _slay(self) -> None:
        """Kills what is left, the postmaster stopped first so that it starts no more children."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            for child in [*_children(process.pid), process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            process.wait()
        self._release_guard()

    def _release_guard(self) -> None:
        """Its server is gone; it must not signal whatever gets that process id next."""
        leash, self._leash = self._leash, None
        if leash is not None:
            with suppress(BrokenPipeError):
                os.write(leash, b"released\n")
            os.close(leash)

    def _unlock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def let_go_in_child(self) -> None:
        """A forked child outlives its parent at times, and would keep server and lock alive."""
        for descriptor in (self._leash, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._leash = self._lock = self._process = None

    def _psql(self, statement: str) -> str:
        environment = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": OWNER,
            "PGPASSWORD": read_password(self.data),
            "PGDATABASE": "postgres",
            "PGCLIENTENCODING": "UTF8",
            "PGOPTIONS": "-c client_min_messages=error",
        }
        command = [str(self.bin / "psql"), "-XqAt0", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done, output = run(command, self._account, environment=environment)
        if not done:
            raise EmbeddedServerError(output.strip())
        return output


def free_port() -> int:
    """One that the kernel just gave out on the loopback address, so nobody else holds it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _options(settings: Mapping[str, str]) -> list[str]:
    own = {"port", *_FIXED} & settings.keys()
    if own:
        raise ValueError(f"The launcher itself chooses {', '.join(sorted(own))}.")
    merged = {**DEFAULTS, **settings, **_FIXED}
    return [part for name, value in merged.items() for part in ("-c", f"{name}={value}")]


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _children(pid: int) -> list[int]:
    """From the kernel's own table where there is one; slim containers have no `ps`."""
    if Path("/proc/self/stat").exists():
        pairs = [_child_and_parent(entry) for entry in Path("/proc").glob("[0-9]*")]
    else:
        _, listed = run(["ps", "-axo", "pid=,ppid="], None)
        fields = [int(field) for field in listed.split()]
        pairs = list(zip(fields[::2], fields[1::2], strict=True))
    return [child for child, parent in pairs if parent == pid]


def _child_and_parent(entry: Path) -> tuple[int, int]:
    """The parent follows the command's name, which may itself hold brackets and spaces."""
    try:
        return int(entry.name), int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return int(entry.name), 0


def _let_go_in_forked_child() -> None:
    for server in list(_servers):
        server.let_go_in_child()


_servers: weakref.WeakSet[EmbeddedServer] = weakref.WeakSet()
os.register_at_fork(after_in_child=_let_go_in_forked_child)
