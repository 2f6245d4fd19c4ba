"""Heads of requests over real sockets: how large they may be, and how slow."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.protocol import HEAD_LIMIT, BoundedProtocol, bounded
from tests.waiting import until

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter, uvicorn.Server]
START = b"GET / HTTP/1.1\r\nHost: example.org\r\n"


async def echo(scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Answers how many bytes the body has, once all of it is there."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connected(seconds: float = 60) -> AsyncIterator[Ends]:
    """A connection to a server that allows so many seconds for a head."""
    protocol = bounded(seconds, "http://secretariat.example.org")
    config = uvicorn.Config(
        echo, port=0, http=protocol, lifespan="off", log_level="critical", timeout_keep_alive=600
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def is_up() -> bool:
        return server.started

    await until(is_up)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer, server
    finally:
        writer.close()
        server.should_exit = True
        await task


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), headers, body


def head_of(size: int) -> bytes:
    return START + b"X: " + b"x" * (size - len(START) - 7) + b"\r\n\r\n"


async def test_a_head_up_to_the_limit_is_read_and_the_next_one_too() -> None:
    async with connected() as (reader, writer, _):
        for _ in range(2):
            writer.write(head_of(HEAD_LIMIT))
            assert (await answer(reader))[::2] == (200, b"0")


@pytest.mark.parametrize(
    "begin", [START + b"X: ", b"GET /", START + b"X: y\r\n" * 5000, b"\r\n" * 9000 + START]
)
async def test_a_head_beyond_the_limit_is_refused_before_it_ends(begin: bytes) -> None:
    async with connected() as (reader, writer, _):
        writer.write(begin + b"x" * (HEAD_LIMIT + 1 - len(begin)))
        status, headers, body = await answer(reader)
        assert (status, headers["connection"]) == (431, "close")
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body) == {
            "type": "http://secretariat.example.org/problems/head-too-large",
            "title": "Head too large",
            "status": 431,
            "detail": "A head may have 65536 bytes.",
            "instance": f"urn:request:{headers['x-request-id']}",
        }
        assert await reader.read() == b""


async def test_headers_behind_a_body_are_bounded_as_well() -> None:
    async with connected() as (reader, writer, _):
        writer.write(START + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: ")
        writer.write(b"x" * (2 * HEAD_LIMIT))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await answer(reader)


@pytest.mark.parametrize("chunk", [1, 70_000])
async def test_a_body_may_be_larger_than_a_head(chunk: int) -> None:
    """Also where its chunks are small, and their sizes more than what they hold."""
    async with connected() as (reader, writer, _):
        writer.write(START + b"Transfer-Encoding: chunked\r\n\r\n")
        writer.write((b"%x\r\n" % chunk + b"x" * chunk + b"\r\n") * (140_000 // chunk))
        writer.write(b"0\r\n\r\n" + START + b"\r\n")
        assert (await answer(reader))[::2] == (200, b"140000")
        assert (await answer(reader))[::2] == (200, b"0")


@pytest.mark.parametrize("begin", [b"", b"GET", START])
async def test_a_head_that_is_not_whole_in_time_is_given_up(begin: bytes) -> None:
    async with connected(0.05) as (reader, writer, _):
        writer.write(begin)
        assert await reader.read() == b""


async def test_the_second_head_has_a_time_too() -> None:
    async with connected(0.05) as (reader, writer, _):
        writer.write(START + b"\r\n")
        assert (await answer(reader))[0] == 200
        writer.write(b"GET")
        assert await reader.read() == b""


async def test_the_time_of_a_head_runs_neither_during_a_body_nor_between_requests() -> None:
    async with connected() as (reader, writer, server):

        async def is_timed() -> bool:
            (protocol,) = server.server_state.connections
            assert isinstance(protocol, BoundedProtocol)
            return protocol.timer is not None

        async def is_not_timed() -> bool:
            return not await is_timed()

        writer.write(START + b"Content-Length: 2\r\n\r\nx")
        await until(is_not_timed)
        writer.write(b"x")
        assert (await answer(reader))[::2] == (200, b"2")
        assert not await is_timed()
        writer.write(b"GET")
        await until(is_timed)
