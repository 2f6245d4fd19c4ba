"""Whose requests are counted together."""

import pytest
from starlette.requests import Request

from app.core.limits import Limiter

LIMITER = Limiter("off", "off", ["10.0.0.1", "10.0.0.2"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.2 ,, 10.0.0.1 ", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        (None, "198.51.100.7", "unknown"),
    ],
)
def test_only_trusted_proxies_tell_for_whom_they_ask(
    peer: str | None, forwarded: str, counted: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())]
    client = peer and (peer, 4711)
    assert (
        LIMITER.address(Request({"type": "http", "headers": headers, "client": client})) == counted
    )
