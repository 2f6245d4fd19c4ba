"""Who would be told what by a change, found out by making it and taking it back."""

from collections import Counter
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import InstantField, Language, Schema, ShortLine
from app.events.log import recorded
from app.mail import queries
from app.mail.letters import METHODS
from app.mail.lifecycle import OF_REHEARSALS, MessageKind
from app.mail.listeners import Planner
from app.panels.lifecycle import PanellistStatus
from app.registrations.lifecycle import RegistrationStatus


class Notice(Schema):
    """A mail that would be planned."""

    kind: MessageKind
    language: Language
    person_id: UUID | None = Field(description="To whom, of an entity's directory.")
    account_id: UUID | None = Field(description="To whom, where it would go to an account.")
    panellist_id: UUID | None = Field(description="To whom, where it would go to a panellist.")
    briefing_id: UUID | None = Field(description="Whose briefer it would go to.")
    name: str = Field(max_length=500, description="Of the reader.", examples=["Amina Okafor"])
    recipient: str = Field(
        max_length=254, description="The address.", examples=["a.okafor@example.org"]
    )
    entity: ShortLine | None = Field(description="Abbreviation of the person's entity.")
    calendar: bool = Field(description="Whether it would change the calendar of its reader.")
    due_at: InstantField = Field(description="It would go out then, together with what waits.")


class NoticePlan(Schema):
    """Who would be told what by a change; nothing was changed.

    As always, a mail is left out if it is no longer true when its turn comes.
    """

    recipients: int = Field(ge=0, le=1_000_000, description="Different people.")
    kinds: dict[str, int] = Field(
        max_length=100,
        description="How many mails of each `MessageKind`.",
        examples=[{"meeting_changed": 118}],
    )
    languages: dict[str, int] = Field(
        max_length=100_000,
        description="How many mails in each language (BCP 47).",
        examples=[{"en": 97, "fr": 21}],
    )
    notices: list[Notice] = Field(max_length=100_000, description="All of them: this is no page.")


class Foresight:
    """What the route of a change asks for when it is only planned."""

    def __init__(self, domain: str) -> None:
        self._plan = Planner(domain)

    async def __call__(self, session: AsyncSession) -> bytes:
        """The plan as JSON, for what the session has recorded; its messages go with the session."""
        await session.flush()
        entries = recorded(session)
        for entry in entries:
            await self._plan(session, entry)
        await session.flush()
        rows = await queries.planned_because_of(session, [entry.id for entry in entries])
        return _plan_of([_notice(*row) for row in rows]).model_dump_json().encode()


def _plan_of(notices: list[Notice]) -> NoticePlan:
    return NoticePlan(
        recipients=len({notice.recipient for notice in notices}),
        kinds=Counter(notice.kind.value for notice in notices),
        languages=Counter(notice.language for notice in notices),
        notices=notices,
    )


def _notice(
    message: Any, reader: str, entity: str | None, registration: Any, panellist: Any, named: Any
) -> Notice:
    shown = {
        name: getattr(message, name)
        for name in (
            "kind",
            "language",
            "person_id",
            "account_id",
            "panellist_id",
            "briefing_id",
            "recipient",
            "due_at",
        )
    }
    unseated = message.data.get("was") == RegistrationStatus.CONFIRMED.value
    seated = (
        registration is not None
        and registration.person_id == message.person_id
        and (unseated or registration.confirmed_at is not None)
    )
    method = METHODS.get(message.kind)
    changes = seated and (
        method == "CANCEL"
        or (method is not None and registration.status is RegistrationStatus.CONFIRMED)
    )
    if panellist is not None:
        comes = method == "CANCEL" or panellist.status is PanellistStatus.CONFIRMED
        has_entry = panellist.has_entry or message.kind in OF_REHEARSALS
        changes = method is not None and has_entry and comes
    if named is not None:
        changes = method is not None and (named.has_entry or bool(message.data.get("had_entry")))
    return Notice(name=reader, entity=entity, calendar=changes, **shown)
