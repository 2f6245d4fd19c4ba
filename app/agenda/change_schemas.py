"""Edits of the working agenda as they cross the wire."""

from collections.abc import Iterable, Mapping, Sized
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from app.agenda.events import SittingsChanged
from app.core.fields import InstantField, Schema

Items = Annotated[list[UUID], Field(max_length=2000)]
_WORDS = {
    "pinned_minutes": "pinned_start",
    "working_group_id": "working_group",
    "lead_entity_id": "lead_entity",
    "duration": "minutes",
}
"""Members as the agenda shows them, by what the log calls them."""
_OF_SITTINGS = {
    "day": ("local_start", "local_end"),
    "begins": ("local_start",),
    "ends": ("local_end",),
}
"""Likewise."""


class ChangedItem(Schema):
    item_id: UUID
    members: list[Annotated[str, Field(max_length=50, examples=["title"])]] = Field(
        max_length=50, description="What was changed; `position` of an item that was moved itself."
    )


class ChangedSitting(Schema):
    sitting_id: UUID
    members: list[Annotated[str, Field(max_length=50, examples=["local_end"])]] = Field(
        max_length=10, description="What was changed."
    )


class SittingsEdited(Schema):
    """What an edit did to sittings."""

    added: Items = Field(description="Ids of the new sittings.")
    changed: list[ChangedSitting] = Field(max_length=2000)
    removed: Items = Field(description="Ids of the sittings that were deleted.")

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """Of an entry of the log."""
        changed = [
            ChangedSitting(sitting_id=sitting_id, members=_shown(members))
            for sitting_id, members in data["changed"].items()
        ]
        return cls(added=data["added"], changed=changed, removed=data["removed"])


class AgendaEdit(Schema):
    """One edit, of items or of sittings; items that only made room for others are not named."""

    revision: int = Field(
        ge=1, le=2_147_483_647, description="Of the agenda, once it was made.", examples=[12]
    )
    event_id: UUID = Field(description="Its entry in the log.")
    recorded_at: InstantField
    editor: str | None = Field(
        max_length=500, description="Who made it; null where it was no account.", examples=["Ada"]
    )
    added: Items = Field(description="Ids of the new items.")
    changed: list[ChangedItem] = Field(
        max_length=2000, description="Items that were changed themselves."
    )
    removed: Items = Field(description="Ids of the items that were deleted.")

    sittings: SittingsEdited | None = Field(description="Null for an edit of items.")

    @classmethod
    def of_entry(cls, revision: int, row: Any) -> Self:
        """Of an entry of the log."""
        of_sittings = row.name == SittingsChanged.name
        data = {"added": [], "changed": {}, "removed": []} if of_sittings else row.data
        return cls(
            revision=revision,
            event_id=row.id,
            recorded_at=row.recorded_at,
            editor=row.editor,
            added=data["added"],
            changed=[
                ChangedItem(
                    item_id=item_id, members=[_WORDS.get(name, name) for name in sorted(members)]
                )
                for item_id, members in data["changed"].items()
            ],
            removed=data["removed"],
            sittings=SittingsEdited.of_data(row.data) if of_sittings else None,
        )

    @property
    def size(self) -> int:
        """How many items and sittings it names."""
        named: list[Sized] = [self.added, self.changed, self.removed]
        if self.sittings is not None:
            named += [self.sittings.added, self.sittings.changed, self.sittings.removed]
        return sum(map(len, named))


def _shown(members: Iterable[str]) -> list[str]:
    return sorted({shown for name in members for shown in _OF_SITTINGS.get(name, (name,))})
