"""Several changes become one mail: which message speaks for which (pure rules).

A message tells the present state when it is rendered, so whatever is rendered after a change tells
of it. Of those for one person about one meeting that wait together, one goes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.mail.lifecycle import DUE, MessageKind, MessageState

K = MessageKind
WINDOWED = frozenset(
    {
        K.MEETING_CHANGED,
        K.MEETING_UPDATED,
        K.MEETING_POSTPONED,
        K.AGENDA_ISSUED,
        K.PANEL_CHANGED,
        K.BRIEFER_CHANGED,
        K.PANEL_REHEARSAL,
    }
)
"""They wait for what else may change; a cancellation and what somebody waits for do not."""

_SAID_BY: Mapping[MessageKind, frozenset[MessageKind]] = {
    K.MEETING_UPDATED: frozenset(
        {
            K.AGENDA_ISSUED,
            K.MEETING_CHANGED,
            K.MEETING_CANCELLED,
            K.MEETING_POSTPONED,
            K.REGISTRATION_CONFIRMED,
        }
    ),
    K.AGENDA_ISSUED: frozenset({K.MEETING_CHANGED, K.MEETING_CANCELLED, K.REGISTRATION_CONFIRMED}),
    K.PANEL_CHANGED: frozenset(
        {K.MEETING_CANCELLED, K.PANEL_CONFIRMED, K.PANEL_INVITATION, K.PANEL_WITHDRAWN}
    ),
    K.BRIEFER_CHANGED: frozenset(
        {K.BRIEFER_NAMED, K.BRIEFER_CONFIRMED, K.MEETING_CANCELLED, K.MEETING_POSTPONED}
    ),
}
"""For each kind the stronger ones that tell the same and more; never both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What matters here of a message to one person about one meeting."""

    id: UUID
    kind: MessageKind
    state: MessageState
    created_at: datetime
    attempted_at: datetime | None
    note: str | None = None
    """What the organizer said with the change."""
    besides: frozenset[UUID] = frozenset()
    """Other meetings of which it tells as well: it is not said before these are."""
    version: int | None = None
    """Of the agenda, where it is about one."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a message says beside its own."""

    also: frozenset[MessageKind]
    notes: tuple[str, ...]
    """Of the changes that it tells of, in their order, each once."""


def said_by(kind: MessageKind) -> frozenset[MessageKind]:
    """The kinds that say what one of this kind says, itself included."""
    return _SAID_BY.get(kind, frozenset()) | {kind}


def needless(message: Told, others: Iterable[Told]) -> bool:
    """Whether another one says it, or has said it."""
    return any(_speaks_for(other, message) for other in others if other.id != message.id)


def merged(message: Told, others: Sequence[Told]) -> Merged:
    """What the message must say of those for which it speaks and that nobody spoke for before."""
    heard = [
        other
        for other in others
        if other.id != message.id
        and other.attempted_at is None
        and message.kind in said_by(other.kind)
        and other.besides <= message.besides
        and not any(_has_spoken_for(third, other) for third in others if third.id != message.id)
    ]
    told = sorted([*heard, message], key=lambda each: each.id)
    return Merged(
        also=frozenset(other.kind for other in heard) - {message.kind},
        notes=tuple(dict.fromkeys(each.note for each in told if each.note)),
    )


def version_told(message: Told, others: Iterable[Told]) -> int | None:
    """The newest version of the agenda that its reader knows from other messages; 0 where the first
    of all is news, None where no message was about it.
    """
    others = [other for other in others if other.id != message.id]
    about = [each for each in (message, *others) if each.kind is K.AGENDA_ISSUED and each.version]
    told = [
        each.version or 0
        for each in about
        if each is not message and any(_has_spoken_for(third, each) for third in others)
    ]
    return max(told, default=0 if any(each.version == 1 for each in about) else None)


def _speaks_for(other: Told, message: Told) -> bool:
    if other.kind not in said_by(message.kind) or not message.besides <= other.besides:
        return False
    stronger = other.kind is not message.kind
    waits = stronger and other.state in DUE
    return other.id > message.id or waits or _has_spoken_for(other, message)


def _has_spoken_for(other: Told, message: Told) -> bool:
    """It was rendered after the fact that the message is about, and it went out or will."""
    return (
        other.kind in said_by(message.kind)
        and message.besides <= other.besides
        and other.attempted_at is not None
        and other.attempted_at >= message.created_at
        and other.state in {MessageState.SENT, MessageState.DELAYED}
    )
