"""The meeting of the papers: planned as for the tests of the agenda."""

import pytest

from tests.agenda.conftest import planning
from tests.agenda.planning import Planning, item

__all__ = ["planning"]
BRIEFINGS = {
    "title": {"en": "Briefings", "fr": "Exposés", "ar": "إحاطات"},
    "annotation": {"en": "Eight groups report."},
}


@pytest.fixture
async def issued(planning: Planning) -> Planning:
    """Its agenda is issued: a panel with two people, a break, a restricted item, a briefing."""
    await planning.put(
        item("Opening", "opening", minutes=15),
        item("Panel", "panel", minutes=60, purpose="discussion", openness="webcast"),
        item("Coffee", "break", minutes=15),
        item("Confidential", minutes=30, access="restricted"),
        item(minutes=0, items=[item("One", "briefing", minutes=10)]) | BRIEFINGS,
    )
    agenda, _ = await planning.read()
    panel = await planning.panel(agenda["items"][1]["id"])
    await planning.panellist(panel, "invite", "confirm", role="moderator", name="Amina Rossi")
    await planning.panellist(panel, name="Only a thought")
    await planning.issue()
    return planning
