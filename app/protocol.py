"""HTTP/1.1 whose heads are bounded in size and in time, which uvicorn leaves to a proxy."""

import json
from asyncio import BaseTransport, TimerHandle
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.core.ids import new_id
from app.core.problems import MEDIA_TYPE, HeadTooLarge

HEAD_LIMIT = 65_536
"""Bytes of a request line and headers, of the headers behind a body, or between two chunks."""
_PIECE = 4_096
"""The parser does not say where in what it was given a head began: so it is given little."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 to a head beyond `HEAD_LIMIT`, and closes on one that is not whole in time.

    Counts what comes between two things that the parser hands over: while it reads a head it
    keeps all of it. The limit holds to within one piece.
    """

    seconds: ClassVar[float]
    base_url: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = 0
        self._in_body = False
        self.timer: TimerHandle | None = None
        """Runs as long as a head is awaited that is the first one or has begun."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Any", transport))
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            self._kept += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._kept > HEAD_LIMIT:
                self._refuse()
                return
        if self._kept and not self._in_body and self.timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._kept, self._in_body = 0, True
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._kept = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._kept, self._in_body = 0, False
        super().on_message_complete()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self.timer = self.loop.call_later(self.seconds, self._give_up)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _give_up(self) -> None:
        if self._is_answering():  # an earlier request, and this one may not even be read
            self._expect_head()
        else:
            self.transport.close()

    def _refuse(self) -> None:
        """Close; with an answer, unless that would land within another."""
        if not self._is_answering():
            problem = HeadTooLarge(f"A head may have {HEAD_LIMIT} bytes.")
            request_id = str(new_id())
            body = json.dumps(problem.document(self.base_url, request_id)).encode()
            lines = (
                f"content-type: {MEDIA_TYPE}",
                f"content-length: {len(body)}",
                f"x-request-id: {request_id}",
                "connection: close",
                "\r\n",
            )
            self.transport.write(
                STATUS_LINE[int(problem.status)] + "\r\n".join(lines).encode() + body
            )
        self.transport.close()


def bounded(seconds: float, base_url: str) -> type[BoundedProtocol]:
    """The protocol of a server whose callers have so many seconds for a head.

    `base_url` is the service's public address.
    """

    class Bounded(BoundedProtocol):
        pass

    Bounded.seconds, Bounded.base_url = seconds, base_url
    return Bounded
