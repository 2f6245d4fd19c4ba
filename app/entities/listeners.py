"""What happens to links when something to the left changes, in the same transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.entities import queries
from app.events import react_to
from app.identity import service as identity
from app.identity.events import AccountChanged
from app.identity.tables import Account


@react_to(AccountChanged)
async def revoke_answer_links(session: AsyncSession, event: AccountChanged) -> None:
    """Who may no longer sign in answers by no link either; enabling the account again revives
    none, it is signed in with.
    """
    account = await session.get_one(Account, event.subject_id)
    if "disabled" in event.members and account.disabled_at is not None:
        people = await queries.people_of_account(session, account.id)
        await identity.revoke_answer_links(session, people)
