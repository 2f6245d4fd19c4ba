"""Runs a command with TEST_DATABASE_URL of a private, temporary server of an installed PostgreSQL.

The oldest release that is supported is the one to try. Where none is installed there is nothing to
run, and that is said.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OLDEST = 15
PLACES = (Path(f"/usr/lib/postgresql/{OLDEST}/bin"), Path(f"/usr/pgsql-{OLDEST}/bin"))
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def main(command: list[str]) -> int:
    programs = find_programs()
    if programs is None:
        print(f"No PostgreSQL {OLDEST} is installed: its run is left out.")
        return 0
    with tempfile.TemporaryDirectory(prefix="secretariat-pg-") as folder:
        Path(folder).chmod(0o711)
        with server(programs, Path(folder)) as url:
            print(f"With PostgreSQL {OLDEST} of {programs}:", flush=True)
            environment = os.environ | {"TEST_DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode


def find_programs() -> Path | None:
    """The folder with `initdb` of the release, where it lies usually or where pg_config says."""
    for place in PLACES:
        if (place / "initdb").exists():
            return place
    config = shutil.which("pg_config")
    if config is None:
        return None
    told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
    place = Path(told.stdout.strip())
    version = subprocess.run([config, "--version"], capture_output=True, text=True, check=True)
    fits = version.stdout.startswith(f"PostgreSQL {OLDEST}.") and (place / "initdb").exists()
    return place if fits else None


@contextmanager
def server(programs: Path, folder: Path) -> Iterator[str]:
    """A server below the folder, run by an unprivileged account if this process is root's."""
    cluster, password = folder / "cluster", folder / "password"
    cluster.mkdir(mode=0o700)
    secret = secrets.token_urlsafe(16)
    password.write_text(secret)
    account = unprivileged()
    if account is not None:
        for path in (cluster, password):
            os.chown(path, account.pw_uid, account.pw_gid)
    user: dict[str, Any] = {}
    if account is not None:
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    make: list[str | Path] = [
        programs / "initdb",
        "-D",
        cluster,
        "-U",
        "postgres",
        f"--pwfile={password}",
    ]
    make += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
    port = free_port()
    options = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", cluster, *options], stderr=log, cwd="/", **user
        )
    try:
        wait_for(programs, port)
        yield f"postgresql://postgres:{secret}@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; None where this process is not root's."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("There is no account `postgres` or `nobody` to run PostgreSQL as.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(programs: Path, port: int) -> None:
    command: list[str | Path] = [
        programs / "pg_isready",
        "-q",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-t",
        "1",
    ]
    for _ in range(200):
        if subprocess.run(command, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("The installed PostgreSQL did not start.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
