"""The service with a brake: bytes that say so are stored, and their row is never written."""

import asyncio
from typing import IO

from fastapi import FastAPI

from app.documents.storage import Storage
from app.main import create_app as create_app_without

HALT = b"halt between the store and the database"


def create_app() -> FastAPI:
    put = Storage.put

    async def put_and_halt(self: Storage, key: str, content: IO[bytes]) -> None:
        await put(self, key, content)
        content.seek(0)
        if HALT in content.read():
            await asyncio.Event().wait()

    Storage.put = put_and_halt  # type: ignore[method-assign]  # that is the brake
    return create_app_without()
