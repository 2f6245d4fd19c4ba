"""The service with a brake: a request with the header `X-Halt` is done but never answered."""

import asyncio

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.contract import plainly


class Brake:
    """Holds the answer back for ever, once the effect is committed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Message) -> None:
            await asyncio.Event().wait()

        halts = scope["type"] == "http" and "x-halt" in HTTPConnection(scope).headers
        await self._app(scope, receive, hold if halts else send)


def create_app() -> FastAPI:
    app = plainly.create_app()
    app.add_middleware(Brake)
    return app
