"""The receiver as a process of its own, as `serve` and an operator start it."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.cli.conftest import ROOT, environment
from tests.inbox.test_receiver import Talk


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def receiver(**settings: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "receiver"],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


async def connected(port: int, process: subprocess.Popen[str]) -> Talk:
    while True:
        assert process.poll() is None, process.communicate()[0]
        try:
            return Talk(*await asyncio.open_connection("127.0.0.1", port))
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)


async def test_it_takes_mail_until_it_is_told_to_stop(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "DATABASE_URL": database_url,
        "SECRETARIAT_DATA": str(tmp_path),
        "SECRETARIAT_REPLY_ADDRESS": "replies@example.org",
        "SECRETARIAT_RECEIVER_PORT": str(port),
    }
    with receiver(**settings) as process:
        talk = await connected(port, process)
        assert (await talk.hear()).startswith("220 example.org Secretariat")
        await talk.say("LHLO mx.example.org")
        mail = b"From: a@example.org\r\n\r\nYes."
        assert (await talk.send(mail)).startswith("250")
        talk.writer.close()
        process.send_signal(signal.SIGTERM)
        told, _ = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0, told
    assert ["receiver started" in told, "mail in" in told, "receiver stopped" in told] == [True] * 3
    assert "replies" not in told


@pytest.mark.parametrize(
    "address", ["much-too-long-a-name@example.org", "replies+x@example.org", "replies", "A@b.org"]
)
def test_addresses_that_leave_no_room_for_a_token_are_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, reply_address=address)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "SECRETARIAT_RECEIVER_PORT names the port"),
        ({"SECRETARIAT_RECEIVER_PORT": "1"}, "needs SECRETARIAT_REPLY_ADDRESS"),
    ],
)
def test_what_is_missing_is_said_in_a_line(
    database_url: str, tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    given = {"DATABASE_URL": database_url, "SECRETARIAT_DATA": str(tmp_path)} | settings
    with receiver(**given) as process:
        told, _ = process.communicate()
    assert process.returncode == 1
    assert words in told.replace("\n", " ")
    assert "Traceback" not in told
