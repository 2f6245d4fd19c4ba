"""What the receiving mail server found out about a sender's domain (RFC 8601). Pure.

A server repeats what the sender wrote, such as the address of the envelope, so a result counts only
where the grammar has one: at the beginning of a part, and neither quoted nor in a comment.
"""

import re
from collections.abc import Sequence

from app.inbox.policy import Verdict

MAX_FIELDS = 20
MAX_LENGTH = 4_000
"""Characters of one field that are looked at."""
_PIECE = re.compile(r'\\.|[()";]|[^\\()";]+', re.DOTALL)
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*[0-9]{1,9}\s*)?=\s*([a-z]{1,20})(?=\s|\Z)", re.IGNORECASE)


def verdict_of(fields: Sequence[str], authserv_id: str | None) -> Verdict:
    """Only the first that the named server wrote counts (RFC 8601 section 5)."""
    if not authserv_id:
        return Verdict.UNKNOWN
    for field in fields[:MAX_FIELDS]:
        who, *results = _parts(field[:MAX_LENGTH])
        if (who.split() or [""])[0].lower() == authserv_id.lower():
            return _said(results)
    return Verdict.UNKNOWN


def _said(results: Sequence[str]) -> Verdict:
    """Of several that differ, the one that passes is not believed."""
    found = {said[1].lower() for each in results if (said := _DMARC.match(each))}
    if "fail" in found:
        return Verdict.FAILED
    return Verdict.PASSED if found == {"pass"} else Verdict.UNKNOWN


def _parts(field: str) -> list[str]:
    """What stands between the semicolons, without comments and what is quoted."""
    parts, depth, quoted = [""], 0, False
    for piece in _PIECE.findall(field):
        if quoted:
            quoted = piece != '"'
        elif piece == "(":
            depth += 1
            parts[-1] += " "
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif piece == ";":
            parts.append("")
        else:
            quoted = piece == '"'
            parts[-1] += piece
    return parts
