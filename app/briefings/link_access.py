"""The only way to get a briefing for the holder of a link; guesses are counted."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings.links import Held
from app.identity.problems import LinkUnknown


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
