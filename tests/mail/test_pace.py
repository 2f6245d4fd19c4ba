"""x."""

from datetime import timedelta

from app.core import clock
from app.core.database import Database
from app.mail import pace
from app.mail.pace import Limits
from tests.mail.stage import Stage


async def test_x(stage: Stage, database: Database) -> None:
    await stage.send()
    await stage.follow()
    async with database.transaction() as session:
        assert await pace.take_turns(session)
        print(
            await pace.list_unqueued(
                session, "send_message", clock.now(), Limits(2, 60, timedelta(seconds=60))
            )
        )
