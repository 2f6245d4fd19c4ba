"""The only way to get a briefing for the holder of a link; guesses are counted."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings.links import Held
from app.identity.problems import LinkUnknown

LinkHeader = Annotated[
    str,
    Header(
        alias="Briefing-Link",
        min_length=1,
        max_length=200,
        description="The token from the mail, as in the bodies of the other calls.",
    ),
]
"""Of calls that have no body to say it in."""


async def held_by(
    session: AsyncSession,
    request: Request,
    token: str,
    opened: Callable[[AsyncSession, bytes, str], Awaitable[Held]],
) -> Held:
    """Guesses are counted, whatever they are made at."""
    limiter = request.app.state.limiter
    limiter.check_guesses(request)
    try:
        return await opened(session, request.app.state.secret, token)
    except LinkUnknown:
        limiter.count_guess(request)
        raise
