"""Edits of the working agenda as they cross the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Schema

Items = Annotated[list[UUID], Field(max_length=2000)]
_WORDS = {
    "pinned_minutes": "pinned_start",
    "working_group_id": "working_group",
    "lead_entity_id": "lead_entity",
    "duration": "minutes",
}
"""Members as the agenda shows them, by what the log calls them."""


class ChangedItem(Schema):
    item_id: UUID
    members: list[Annotated[str, Field(max_length=50, examples=["title"])]] = Field(
        max_length=50, description="What was changed; `position` of an item that was moved itself."
    )


class AgendaEdit(Schema):
    """One edit; items that only made room for others are not named."""

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

    @classmethod
    def of_entry(cls, revision: int, row: Any) -> Self:
        """Of an entry of the log."""
        data = row.data
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
        )

    @property
    def size(self) -> int:
        """How many items it names."""
        return len(self.added) + len(self.changed) + len(self.removed)
