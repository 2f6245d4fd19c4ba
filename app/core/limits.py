"""Bounds of every request: size of the body, rate of one caller, guesses of secrets."""

import hashlib
import math
import time
from collections.abc import Sequence

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive

from app.core.problems import BodyTooLarge, TooManyRequests


class Limiter:
    """Counts in the process's memory; behind several processes each counts for itself."""

    def __init__(self, rate: str, guesses: str, proxies: Sequence[str]) -> None:
        self._rate = _parse(rate)
        self._guesses = _parse(guesses)
        self._proxies = frozenset(proxies)
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count_request(self, request: HTTPConnection) -> list[tuple[bytes, bytes]]:
        """Count one request of a credential or, without one, of an address.

        Gives the RateLimit headers (httpapi draft). Raises `TooManyRequests`.
        """
        if self._rate is None:
            return []
        credential = request.headers.get("authorization")
        who = (
            hashlib.sha256(credential.encode()).hexdigest() if credential else self.address(request)
        )
        if not self._window.hit(self._rate, "request", who):
            raise self._refusal(self._rate, "request", who)
        stats = self._window.get_window_stats(self._rate, "request", who)
        policy = f'"requests";q={self._rate.amount};w={self._rate.get_expiry()}'
        reset = max(0, math.ceil(stats.reset_time - time.time()))
        current = f'"requests";r={stats.remaining};t={reset}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", current.encode())]

    def check_guesses(self, request: HTTPConnection) -> None:
        """Refuse an address that has guessed too often before a link is looked up.

        Not for bearer tokens: whoever has a good one is not to suffer from a neighbour's bad ones.
        """
        if self._guesses and not self._window.test(self._guesses, "guess", self.address(request)):
            raise self._refusal(self._guesses, "guess", self.address(request))

    def count_guess(self, request: HTTPConnection) -> None:
        """Count a token or link that nobody has. Raises `TooManyRequests`."""
        if self._guesses and not self._window.hit(self._guesses, "guess", self.address(request)):
            raise self._refusal(self._guesses, "guess", self.address(request))

    def address(self, request: HTTPConnection) -> str:
        """The peer's address; X-Forwarded-For counts only from a trusted proxy, from its end."""
        peer = request.client.host if request.client else "unknown"
        forwarded = request.headers.get("x-forwarded-for", "")
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        while peer in self._proxies and hops:
            peer = hops.pop()
        return peer

    def _refusal(self, limit: RateLimitItem, kind: str, who: str) -> TooManyRequests:
        stats = self._window.get_window_stats(limit, kind, who)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        return TooManyRequests(
            f"More than {limit.amount} in {limit.get_expiry()} s.",
            headers={"Retry-After": str(wait)},
        )


class BodyLimit:
    """Receives a body up to a limit; raises `BodyTooLarge` as soon as it is passed."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit
        self._limit = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise too_large(self._limit)
        return message


def too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"A body may have {limit} bytes here.")


def _parse(limit: str) -> RateLimitItem | None:
    return None if limit == "off" else parse(limit)
