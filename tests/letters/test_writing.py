"""What a letter says of a record, before it is set."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.invitations.lifecycle import InvitationStatus
from app.letters.words import LetterLanguage, plain_text
from app.letters.writing import Letter, write
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from tests.letters.papers import NAMES, SENT_AT, TODAY, a_record

L = LetterLanguage


def lines(letter: Letter) -> list[str]:
    """All of it, as it is read."""
    facts = [
        f"{plain_text(label)} | {plain_text(line)}"
        for label, several in letter.facts
        for line in several
    ]
    head = [letter.letterhead, letter.secretariat, letter.reference, letter.dated]
    return [
        *map(plain_text, [*head, *letter.addressee, letter.subject, *letter.opening]),
        *facts,
        *map(plain_text, [*letter.closing, *letter.signature]),
    ]


def test_the_letter_in_english() -> None:
    assert lines(write(a_record(), L.EN, TODAY)) == [
        "Coordination Committee",
        "Secretariat",
        "Reference: COORDINATION-COMMITTEE/6/L.12",
        "31 August 2021",
        "United Nations Office on Drugs and Crime (UNODC)",
        "Vienna",
        "For the attention of the focal point",
        "Subject: Invitation to the 6th meeting",
        "Dear Sir or Madam,",
        "We have the honour to invite your organization to take part in the following meeting:",
        "Meeting | 6th meeting",
        "Date and time | Friday, 8 October 2021, 10:00–13:00 (America/New_York, UTC-04:00)",
        "In your time zone | Friday, 8 October 2021, 16:00–19:00 (Europe/Vienna, UTC+02:00)",
        "Format and place | Virtual meeting",
        "Seats | 4",
        "Please answer by | Wednesday, 6 October 2021, 18:00 (America/New_York, UTC-04:00)",
        "Agenda | COORDINATION-COMMITTEE/6/Rev.1",
        "Contact | Desk (Questions)",
        "Contact | desk@example.org",
        (
            "We should be grateful if you would answer this invitation and name your "
            "representatives by Wednesday, 6 October 2021, 18:00 (America/New_York, UTC-04:00), "
            "through the link that has been sent to your focal points by electronic mail, or with "
            "an account of this service."
        ),
        "Please accept the assurances of our highest consideration.",
        "Helen Okoye",
        "Secretary of the Committee",
        "Secretariat",
        "Coordination Committee",
    ]


def test_what_there_is_not_is_left_out() -> None:
    record = a_record(
        committee={"letter_signatory": None, "letter_signatory_title": None},
        meeting={"registration_closes_at": None, "contacts": []},
        entity={"city": None, "timezone": "America/New_York"},
        agenda=None,
    )
    letter = write(record, L.FR, TODAY)
    assert [plain_text(label) for label, _ in letter.facts] == [
        "Réunion",
        "Date et heure",
        "Forme et lieu",
        "Sièges",
    ]
    assert list(map(plain_text, letter.signature)) == ["Secrétariat", NAMES["fr"]]
    assert "au plus tard" not in plain_text(letter.closing[0])
    assert len(letter.addressee) == 2


def test_a_place_is_told_of_a_meeting_that_has_one() -> None:
    place = {"format": MeetingFormat.HYBRID, "venue": "Conference Room 4"}
    told = lines(write(a_record(meeting=place), L.EN, TODAY))
    assert [line for line in told if line.startswith("Format and place | ")] == [
        "Format and place | Virtual and in person",
        "Format and place | Conference Room 4",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"meeting": {"status": MeetingStatus.POSTPONED}}, "This meeting has been postponed."),
        ({"meeting": {"status": MeetingStatus.CANCELLED}}, "This meeting has been cancelled."),
        (
            {"invitation": {"status": InvitationStatus.WITHDRAWN}},
            "This invitation has been withdrawn.",
        ),
    ],
)
def test_a_letter_that_holds_no_more_says_so(changes: dict[str, Any], sentence: str) -> None:
    letter = write(a_record(**changes), L.EN, TODAY)
    assert plain_text(letter.opening[1]).startswith(sentence)
    assert len(letter.opening) == 3


def test_a_letter_whose_particulars_changed_since_its_date_says_as_of_when() -> None:
    later = a_record(changed_at=datetime(2021, 9, 20, 3, tzinfo=UTC))
    assert "Particulars of the meeting as at 19 September 2021." in lines(write(later, L.EN, TODAY))
    same_day = a_record(changed_at=SENT_AT + timedelta(hours=1))
    assert write(same_day, L.EN, TODAY) == write(a_record(), L.EN, TODAY)


def test_a_draft_bears_todays_date_and_no_number() -> None:
    draft = {"status": InvitationStatus.DRAFT, "sent_at": None, "letter_number": None}
    letter = write(a_record(invitation=draft), L.ES, TODAY)
    assert lines(letter)[2:4] == ["Referencia: borrador", "30 de agosto de 2021"]
    assert letter.file_name == "letter-COORDINATION-COMMITTEE-6-draft.pdf"


def test_the_file_has_a_name_that_people_read() -> None:
    assert write(a_record(), L.ZH, TODAY).file_name == "letter-COORDINATION-COMMITTEE-6-L12.pdf"


def test_equal_records_give_equal_letters() -> None:
    record = a_record()
    assert write(record, L.RU, TODAY) == write(record, L.RU, date(2030, 1, 1))
    assert hash(write(record, L.RU, TODAY)) == hash(write(record, L.RU, TODAY))
