"""Kinds of secret feeds."""

from enum import StrEnum


class FeedKind(StrEnum):
    PERSON = "person"
    ENTITY = "entity"
