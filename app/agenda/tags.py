"""Entity tags of the working agenda, which also say after which edit it was read.

A tag is strong: its first part is the digest of the representation. For those who see the whole
agenda there follow the revision, the digest of whatever else the representation was made of, and a
check that ties all of it to the agenda or the item. So the tag alone tells that nothing has changed
since, without making the representation anew, or what somebody has missed; and the tag of something
else tells nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import UUID

_TAG: Final = re.compile(r'"([0-9a-f]{32})(?:\.([0-9]{1,10})\.([0-9a-f]{12})\.([0-9a-f]{8}))?"')


class Basis(NamedTuple):
    """What a representation was made of: an edit's number, and the digest of all the rest."""

    revision: int
    rest: str

    @classmethod
    def of(cls, revision: int, rest: object) -> "Basis":
        return cls(revision, hashlib.sha256(repr(rest).encode()).hexdigest()[:12])


class Tag(NamedTuple):
    """What a tag says; it has no basis where it is none of ours, or of another thing."""

    text: str
    digest: str
    basis: Basis | None


def tag_of(content: bytes, subject: UUID, basis: Basis | None) -> Tag:
    """Of an item, or of the agenda of a meeting."""
    digest = hashlib.sha256(content).hexdigest()[:32]
    if basis is None:
        return Tag(f'"{digest}"', digest, None)
    check = _check(subject, digest, basis)
    return Tag(f'"{digest}.{basis.revision}.{basis.rest}.{check}"', digest, basis)


def tags_in(header: str, subject: UUID) -> Iterator[Tag]:
    """The strong tags of a header, as far as they look like ours."""
    for part in header.split(","):
        found = _TAG.fullmatch(part.strip())
        if found is None:
            continue
        digest, revision, rest, check = found.groups()
        basis = None if revision is None else Basis(int(revision), rest)
        genuine = basis is not None and check == _check(subject, digest, basis)
        yield Tag(found.group(), digest, basis if genuine else None)


def _check(subject: UUID, digest: str, basis: Basis) -> str:
    told = f"{subject} {digest} {basis.revision} {basis.rest}"
    return hashlib.sha256(told.encode()).hexdigest()[:8]
