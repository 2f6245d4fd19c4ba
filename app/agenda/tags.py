"""Entity tags of the working agenda, which also say after which edit it was read.

A tag is strong: its first part is the digest of the representation. For those who see the whole
agenda the revision follows, with a check that ties both to the meeting, so that what somebody has
missed can be told from the tag alone, and a tag of another agenda tells nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import UUID

_TAG: Final = re.compile(r'"([0-9a-f]{32})(?:\.([0-9]{1,10})\.([0-9a-f]{8}))?"')


class Tag(NamedTuple):
    """What a tag says."""

    text: str
    digest: str
    revision: int | None


def tag_of(content: bytes, meeting_id: UUID, revision: int | None) -> Tag:
    digest = hashlib.sha256(content).hexdigest()[:32]
    if revision is None:
        return Tag(f'"{digest}"', digest, None)
    check = _check(meeting_id, revision, digest)
    return Tag(f'"{digest}.{revision}.{check}"', digest, revision)


def tags_in(header: str, meeting_id: UUID) -> Iterator[Tag]:
    """The strong tags of a header that this service may have given for this meeting's agenda."""
    for part in header.split(","):
        found = _TAG.fullmatch(part.strip())
        if found is None:
            continue
        digest, revision, check = found.groups()
        if revision is None or check != _check(meeting_id, int(revision), digest):
            yield Tag(found.group(), digest, None)
        else:
            yield Tag(found.group(), digest, int(revision))


def _check(meeting_id: UUID, revision: int, digest: str) -> str:
    return hashlib.sha256(f"{meeting_id} {revision} {digest}".encode()).hexdigest()[:8]
