"""Kinds of secret feeds."""

from app.core.choices import Choice


class FeedKind(Choice):
    PERSON = "person"
    """The meetings that one person is registered for."""
    ENTITY = "entity"
    """The meetings that the entity is invited to."""
