"""How a change is to be told, as parameters of the requests that make it."""

from typing import Annotated

from fastapi import Depends, Query

from app.core.fields import PARAGRAPHS
from app.meetings.policy import Telling


async def telling(
    note: Annotated[
        str | None,
        Query(
            max_length=1000,
            pattern=PARAGRAPHS,
            description="A word to those who are told of the change.",
        ),
    ] = None,
    silent: Annotated[
        bool, Query(description="Write to nobody; calendars show it with the next mail.")
    ] = False,
) -> Telling:
    return Telling(note or None, silent)


TellingDep = Annotated[Telling, Depends(telling)]
