"""The words of a report."""

import re
from datetime import datetime
from uuid import uuid4

import pytest

from app.attendance.policy import Presence, figures
from app.committees.lifecycle import Standing
from app.invitations.lifecycle import InvitationStatus
from app.outcomes.policy import LANGUAGES, Sitting, press_line, report_text, words_in

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


@pytest.mark.parametrize(
    ("representatives", "entities", "language", "expected"),
    [
        (95, 23, "en", "95 representatives of 23 member entities"),
        (1, 1, "en", "1 representative of 1 member entity"),
        (2, 1, "en", "2 representatives of 1 member entity"),
        (0, 0, "en", "0 representatives of 0 member entities"),
        (95, 23, "fr", "95 représentants de 23 entités membres"),
        (1, 1, "fr", "1 représentant de 1 entité membre"),
        (0, 0, "fr", "0 représentant de 0 entité membre"),
        (95, 23, "es", "95 representantes de 23 entidades miembros"),
        (1, 1, "es", "1 representante de 1 entidad miembro"),
        (95, 23, "ru", "95 представителей от 23 организаций-членов"),
        (121, 21, "ru", "121 представитель от 21 организации-члена"),
        (3, 2, "ru", "3 представителя от 2 организаций-членов"),
        (12, 11, "ru", "12 представителей от 11 организаций-членов"),
        (95, 23, "zh", "来自23个成员实体的95名代表"),
        (95, 23, "ar", "95 ممثلاً من 23 كياناً عضواً"),
        (8, 3, "ar", "8 ممثلين من 3 كيانات أعضاء"),
        (2, 2, "ar", "ممثلان من كيانين عضوين"),
        (1, 1, "ar", "ممثل واحد من كيان عضو واحد"),
        (100, 100, "ar", "100 ممثل من 100 كيان عضو"),
        (0, 0, "ar", "لا ممثلين من أي كيان عضو"),
    ],
)
def test_the_press_line_counts_in_words_that_agree(
    representatives, entities, language, expected
) -> None:
    assert press_line(representatives, entities, language) == expected


def test_a_report_in_arabic_keeps_the_order_of_dates_and_abbreviations() -> None:
    sitting = Sitting("الاجتماع السادس", datetime(2021, 10, 8, 22), datetime(2021, 10, 9, 1), "UTC")
    counted = figures(presence for _, presence in ENTITIES)
    lines = report_text(sitting, counted, ENTITIES, "ar").splitlines()
    assert lines[1] == (
        "\u2068{}\u2069، من الساعة \u2068{}\u2069 إلى الساعة \u2068{}\u2069 (\u2068{}\u2069)"
    ).format("2021-10-08", "22:00", "2021-10-09 01:00", "UTC")
    assert lines[3:9] == [
        "4 ممثلين من كيانين عضوين",
        "الكيانات الأعضاء: 2 من أصل 5 (40.0 في المائة)",
        "النصاب القانوني (3): غير مكتمل",
        "المراقبون: ممثلان من كيان واحد",
        "الآخرون: ممثل واحد من كيان واحد",
        "",
    ]
    assert lines[9] == "الحاضرة (2): \u2068CTED\u2069، \u2068UNDP\u2069"


def test_every_language_has_the_same_phrases_and_all_its_plural_forms() -> None:
    forms = {
        "en": ["one", "other"],
        "fr": ["one", "other"],
        "es": ["one", "other"],
        "ar": ["few", "many", "one", "other", "two", "zero"],
        "zh": ["other"],
        "ru": ["few", "many", "one"],
    }
    english = words_in("en").phrases
    for language in LANGUAGES:
        phrases = words_in(language).phrases
        assert sorted(phrases) == sorted(english)
        for name in ("people", "members", "bodies"):
            assert sorted(phrases[name]) == forms[language]
        flat = {name: text for name, text in phrases.items() if isinstance(text, str)}
        flat |= phrases["lists"]
        for name, text in flat.items():
            model = english["lists"].get(name, english.get(name))
            assert sorted(re.findall("{\\w+}", text)) == sorted(re.findall("{\\w+}", model)), name
