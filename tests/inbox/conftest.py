"""A service that takes mails in: a sink for what it sends, a receiver for the answers."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.settings import Settings
from tests.inbox.post import Post
from tests.mail.sink import sink
from tests.mail.stage import DAY, HOUSE, Stage


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "reply_address": "replies@example.org",
            "receiver_port": 0,
            "receiver_protocol": "smtp",
            "inbound_limit": 300_000,
            "authserv_id": "mx.example.org",
        }
    )


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def post(settings: Settings, app: FastAPI, stage: Stage) -> AsyncIterator[Post]:
    """The stage with a way out and a way in, both real."""
    house = replace(HOUSE, reply_address=settings.reply_address)
    async with (
        sink() as outside,
        Post.open(settings, app.state.database, stage, outside, house) as post,
    ):
        yield post
