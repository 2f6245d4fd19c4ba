"""What `If-Match` and `If-None-Match` hold (RFC 9110 section 13)."""

import pytest
from fastapi import Request
from pydantic import BaseModel

from app.core.preconditions import accept_match, matches, representation_etag, require_match
from app.core.problems import PreconditionFailed, PreconditionRequired


class Thing(BaseModel):
    name: str = "A"


ETAG = representation_etag(Thing())


def over(header: str | None) -> Request:
    headers = [] if header is None else [(b"if-match", header.encode())]
    return Request({"type": "http", "headers": headers})


def test_a_change_passes_only_over_a_strong_tag_of_what_there_is() -> None:
    for header in ("*", ETAG, f'"x", {ETAG}', f"W/{ETAG},{ETAG}"):
        require_match(over(header), Thing())
    for header in ("", '"x"', f"W/{ETAG}", f'"x", W/{ETAG}', ETAG.strip('"')):
        with pytest.raises(PreconditionFailed):
            accept_match(over(header), Thing())
    accept_match(over(None), Thing())
    with pytest.raises(PreconditionRequired):
        require_match(over(None), Thing())
    assert matches(f'"x", W/{ETAG}', ETAG), "a reader has it all the same"
