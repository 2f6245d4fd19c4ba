"""The files of the embedded server in the data folder: the cluster, its password and its lock.

postgres            the cluster, or a link to where the server's account can reach it
postgres.password   of the role that owns everything, mode 0600
postgres.log        what the server wrote
postgres.lock       locked by the service that works with the folder
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.embedded.accounts import Account, new_place, reaches, run
from app.embedded.errors import DataFolderInUse, DataFolderUnusable, ServerDidNotStart

OWNER = "secretariat"
_LOCK_SECONDS = 0.5
_TAKEOVER_SECONDS = 2.0
_STOPPING_SECONDS = 60.0


@dataclass(frozen=True)
class PostmasterFile:
    """What a running server writes into `postmaster.pid`."""

    pid: int
    status: str


def open_folder(data: Path) -> Path:
    """The absolute data folder, made when missing.

    A folder that root makes can be passed through by the server's account, not listed; what lies
    in it is protected by its own mode.
    """
    folder = data.absolute()
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as refusal:
        raise DataFolderUnusable(f"{folder} cannot be made: {refusal.strerror}.") from refusal
    return folder


def lock_folder(data: Path) -> int:
    """The descriptor that holds the lock; the kernel lets go of it however the process ends.

    It also holds between containers, whose process ids mean nothing to each other. A process that
    is just ending gets a moment, and so does a forked child that has not closed its copy yet.
    """
    try:
        lock = os.open(data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except PermissionError:
        raise DataFolderUnusable(f"{data} belongs to another account than this one.") from None
    give_up = time.monotonic() + _LOCK_SECONDS
    while not _locked(lock):
        if time.monotonic() > give_up:
            holder = os.pread(lock, 32, 0).decode() or "unknown"
            os.close(lock)
            raise DataFolderInUse(
                f"Another service (process {holder}) works with the data folder {data}: "
                f"stop that one first, or set SECRETARIAT_DATA to another folder."
            )
        time.sleep(0.01)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def prepare_cluster(
    data: Path,
    programs: Path,
    account: Account | None,
    *,
    durable: bool,
    tell: Callable[[str], None],
) -> Path:
    """The real path of the cluster, made on first use; the caller holds the lock."""
    cluster = _locate(data, account, tell)
    if cluster.exists():
        _check_usable(cluster, account)
        wait_for_predecessor(cluster, tell)
        if not (data / "postgres.password").exists():
            _set_new_password(data, cluster, programs, account)
    else:
        tell(f"Creating the database in {cluster}")
        _initialise(data, cluster, programs, account, durable=durable)
    return cluster


def read_password(data: Path) -> str:
    return (data / "postgres.password").read_text()


def read_postmaster_file(cluster: Path) -> PostmasterFile | None:
    """None when no server has written it, or has not finished its first lines."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return PostmasterFile(abs(int(lines[0])), lines[7].strip() if len(lines) > 7 else "")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def wait_for_predecessor(cluster: Path, tell: Callable[[str], None]) -> None:
    """Lets the server of a service that just died finish its stop; refuses while one serves.

    A `postmaster.pid` that remains is stale and is removed: PostgreSQL itself would mistake any
    process that got the same id since for a server. Its own guard against surviving children of a
    dead server is the shared memory keyed by the cluster's inode, which this leaves alone.
    """
    began = time.monotonic()
    if _live_server(cluster):
        tell("Waiting for the previous server to stop")
    while server := _live_server(cluster):
        patience = _STOPPING_SECONDS if server.status == "stopping" else _TAKEOVER_SECONDS
        if time.monotonic() - began > patience:
            raise DataFolderInUse(
                f"A PostgreSQL server (process {server.pid}) that this service did not start "
                f"works with {cluster}: stop it first, with kill -INT {server.pid}."
            )
        time.sleep(0.01)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def remove_cluster(data: Path) -> None:
    """Deletes the database of a stopped service for good, wherever it was placed."""
    data = data.absolute()
    lock = lock_folder(data)
    try:
        link = data / "postgres"
        cluster = link.resolve()
        if cluster.exists():
            wait_for_predecessor(cluster, lambda _: None)
            shutil.rmtree(cluster)
        if link.is_symlink():
            link.unlink()
            with suppress(OSError):
                cluster.parent.rmdir()
        for name in ("password", "log", "lock"):
            (data / f"postgres.{name}").unlink(missing_ok=True)
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locate(data: Path, account: Account | None, tell: Callable[[str], None]) -> Path:
    link = data / "postgres"
    if account and not os.path.lexists(link) and not reaches(account, data):
        place = new_place(account)
        link.symlink_to(place / "postgres")
        tell(f"The account {account.name} cannot reach {data}: the database goes to {place}")
    cluster = link.resolve()
    if not cluster.parent.is_dir():
        raise DataFolderUnusable(
            f"{link} points to {cluster}, and that folder is gone: bring it back, or remove the "
            f"link to begin with an empty database."
        )
    return cluster


def _check_usable(cluster: Path, account: Account | None) -> None:
    uid = account.uid if account else os.geteuid()
    name = account.name if account else "this user"
    if cluster.stat().st_uid != uid:
        raise DataFolderUnusable(
            f"{cluster} belongs to the account with id {cluster.stat().st_uid}, while the server "
            f"would run as {name}: start the service as its owner, or name that account in "
            f"SECRETARIAT_POSTGRES_USER, or change the owner of all files in it."
        )
    if not reaches(account, cluster):
        raise DataFolderUnusable(
            f"{name} cannot reach {cluster}: a folder above it is closed to that account."
        )


def _live_server(cluster: Path) -> PostmasterFile | None:
    found = read_postmaster_file(cluster)
    return found if found and _serves(found.pid, cluster) else None


def _serves(pid: int, cluster: Path) -> bool:
    """Whether the process is a server of this cluster, and not one that got the same id later."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").samefile(cluster)
        except OSError:
            return False
    _, command = run(["ps", "-o", "command=", "-p", str(pid)], None)
    return str(cluster) in command


def _initialise(
    data: Path, cluster: Path, programs: Path, account: Account | None, *, durable: bool
) -> None:
    """Whole or not at all: built under another name and moved into place at the end."""
    for left_behind in cluster.parent.glob("postgres.new-*"):
        shutil.rmtree(left_behind)
    partial = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=cluster.parent))
    try:
        password = _write_private(data / "postgres.password", secrets.token_urlsafe(32))
        _initdb(partial, programs, account, password=password, durable=durable)
        (partial / "postgres").rename(cluster)
    finally:
        shutil.rmtree(partial)


def _initdb(
    partial: Path, programs: Path, account: Account | None, *, password: str, durable: bool
) -> None:
    """The account owns the new cluster, but not the folder around it.

    In a folder of its own it could put links in the way of what root does there.
    """
    partial.chmod(0o711 if account else 0o700)
    (partial / "postgres").mkdir(mode=0o700)
    if account:
        os.chown(partial / "postgres", account.uid, account.gid)
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--no-instructions"]
    options += ["--builtin-locale=C.UTF-8", "--auth=scram-sha-256", f"--username={OWNER}"]
    options += [f"--pgdata={partial / 'postgres'}", f"--pwfile={_lend(password, partial, account)}"]
    options += [] if durable else ["--no-sync"]
    done, output = run([programs / "initdb", *options], account)
    if not done:
        raise ServerDidNotStart("PostgreSQL could not create its cluster:", output)


def _lend(password: str, folder: Path, account: Account | None) -> Path:
    """A copy that the account can read; it goes with the folder."""
    descriptor, path = tempfile.mkstemp(prefix="password-", dir=folder)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
        if account:
            os.fchown(descriptor, account.uid, account.gid)
    return Path(path)


def _set_new_password(data: Path, cluster: Path, programs: Path, account: Account | None) -> None:
    """For a folder that lost its password: single-user mode asks for none."""
    password = secrets.token_urlsafe(32)
    command = [str(programs / "postgres"), "--single", "-D", str(cluster), "postgres"]
    done, output = run(command, account, given=f"ALTER ROLE {OWNER} PASSWORD '{password}'\n")
    if not done or "ERROR" in output:
        said = output.replace(password, "...")
        raise ServerDidNotStart("PostgreSQL did not take a new password:", said)
    _write_private(data / "postgres.password", password)


def _write_private(path: Path, text: str) -> str:
    """Replaces the file at once, so that no reader ever finds half a password."""
    descriptor, partial = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    Path(partial).replace(path)
    return text
