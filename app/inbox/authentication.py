"""What the receiving mail server found out about a sender's domain (RFC 8601). Pure.

A server repeats what the sender wrote, such as the address of the envelope, so a result counts only
where the grammar has one: at the beginning of a part, and neither quoted nor in a comment.
"""

import re
from collections.abc import Iterator, Sequence

from app.core.fields import ascii_domain
from app.inbox.mime import MAX_VALUE, unquoted
from app.inbox.policy import Verdict

MAX_FIELDS = 20
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*[0-9]{1,9}\s*)?=\s*([a-z]{1,20})(?=\s|\Z)", re.IGNORECASE)
_FROM = re.compile(r"\sheader\.from\s*=\s*(\S*)", re.IGNORECASE)


def verdict_of(fields: Sequence[str], authserv_id: str | None, sender: str) -> Verdict:
    """Of the sender's address; only the first that the named server wrote counts (section 5)."""
    if not authserv_id:
        return Verdict.UNKNOWN
    for field in fields[:MAX_FIELDS]:
        who, *results = (unquoted(field[:MAX_VALUE]) or "").split(";")
        if (who.split() or [""])[0].lower() == authserv_id.lower():
            return _said(results, sender.rpartition("@")[2])
    return Verdict.UNKNOWN


def _said(results: Sequence[str], domain: str) -> Verdict:
    """Of several that differ, the one that passes is not believed; nor is one about another domain,
    where the server has read another sender than we have.
    """
    found = {said[1].lower(): each for each in results if (said := _DMARC.match(each))}
    if "fail" in found:
        return Verdict.FAILED
    if found.keys() != {"pass"} or set(_domains(found["pass"])) - {domain}:
        return Verdict.UNKNOWN
    return Verdict.PASSED


def _domains(result: str) -> Iterator[str]:
    for said in _FROM.findall(result):
        domain = said.rpartition("@")[2].rstrip(".")
        try:
            yield ascii_domain(f"@{domain}").removeprefix("@")
        except UnicodeError:
            yield domain.lower()
