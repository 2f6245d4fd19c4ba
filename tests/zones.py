"""The zones that meetings may be held in."""

from app.core.zones import _current_names


def zone_names() -> frozenset[str]:
    """Every current name; old ones are accepted besides."""
    return frozenset(_current_names().values())
