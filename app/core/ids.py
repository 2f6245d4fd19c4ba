"""Identifiers: UUIDv7 for everything, so that new rows land at the end of every index."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7), strictly rising within one process."""
    return compat.uuid7()
