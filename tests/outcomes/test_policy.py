"""The words of a report."""

from datetime import datetime
from uuid import uuid4

from app.attendance.policy import Presence, figures
from app.committees.lifecycle import Standing
from app.invitations.lifecycle import InvitationStatus
from app.outcomes.policy import Sitting, report_text

SITTING = Sitting(
    "6th meeting", datetime(2021, 10, 8, 10), datetime(2021, 10, 8, 13), "America/New_York"
)


def entity(name: str, **members) -> tuple[str, Presence]:
    return name, Presence(uuid4(), **members)


ENTITIES = [
    entity("CTED", standing=Standing.MEMBER, present=3, representatives=3),
    entity("EU", present=1, representatives=1),
    entity("ICAO", standing=Standing.MEMBER, invitation=InvitationStatus.ACCEPTED),
    entity("IMO", standing=Standing.MEMBER),
    entity("IPU", standing=Standing.OBSERVER, present=2, representatives=2),
    entity("UNDP", standing=Standing.MEMBER, present=1, representatives=1),
    entity("WCO", standing=Standing.MEMBER, invitation=InvitationStatus.DECLINED),
]


def test_a_report_in_english() -> None:
    counted = figures(presence for _, presence in ENTITIES)
    assert report_text(SITTING, counted, ENTITIES, "en") == (
        "6th meeting\n"
        "2021-10-08, 10:00 to 13:00 (America/New_York)\n"
        "\n"
        "4 representatives of 2 member entities\n"
        "2 of 5 member entities (40.0 %)\n"
        "Quorum of 3: not reached\n"
        "Observers: 2 representatives of 1 entity\n"
        "Others: 1 representative of 1 entity\n"
        "\n"
        "Present (2): CTED, UNDP\n"
        "Excused (1): WCO\n"
        "Absent (1): ICAO\n"
        "Unaccounted for (1): IMO\n"
    )


def test_a_report_in_french_over_two_days() -> None:
    sitting = Sitting("6e réunion", datetime(2021, 10, 8, 22), datetime(2021, 10, 9, 1), "UTC")
    present = [each for each in ENTITIES if each[0] in {"CTED", "UNDP", "WCO"}]
    counted = figures(presence for _, presence in present)
    assert report_text(sitting, counted, present, "fr") == (
        "6e réunion\n"
        "2021-10-08, de 22:00 à 2021-10-09 01:00 (UTC)\n"
        "\n"
        "4 représentants de 2 entités membres\n"
        "2 des 3 entités membres (66,7 %)\n"
        "Quorum de 2 : atteint\n"
        "Observateurs : 0 représentant de 0 entité\n"
        "Autres : 0 représentant de 0 entité\n"
        "\n"
        "Présentes (2) : CTED, UNDP\n"
        "Excusées (1) : WCO\n"
    )


def test_a_committee_without_members_has_no_share() -> None:
    assert "The committee has no member entities.\n" in report_text(SITTING, figures([]), [], "en")
