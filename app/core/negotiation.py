"""Which of its forms a caller wants of a resource (RFC 9110 section 12.5.1)."""

from collections.abc import Sequence

from app.core.problems import NotAcceptable


def preferred(accept: str | None, kinds: Sequence[str]) -> str:
    """The media type that `Accept` prefers, of equals the first; raises `NotAcceptable`."""
    weights = {kind: _weight(accept, kind) for kind in kinds}
    best = max(kinds, key=weights.__getitem__)
    if not weights[best]:
        raise NotAcceptable(f"There is {', '.join(kinds)}.")
    return best


def _weight(accept: str | None, kind: str) -> float:
    """The quality of a media type; the most exact range speaks for it."""
    ranges = (kind, kind.partition("/")[0] + "/*", "*/*")
    found: dict[str, float] = {}
    for part in (accept or "*/*")[:1000].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found[name] = float(quality) if quality.replace(".", "", 1).isdecimal() else 1.0
    return next((found[each] for each in ranges if each in found), 0.0)
