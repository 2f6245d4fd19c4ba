"""What papers say: days, sittings, zones, what is new, and the phrases of six languages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.letters.words import LetterLanguage
from app.programme.lifecycle import PaperKind, PaperState
from app.programme.nodes import Person, nodes_of
from app.programme.papers import Paper
from app.programme.policy import Revision, revisions, speaking_times
from app.programme.words import words_in
from tests.programme.samples import START, a_paper, a_record, a_room, an_item

L = LetterLanguage


def test_all_phrases_are_there_in_all_languages() -> None:
    def paths(place: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        if isinstance(place, dict):
            return {each for name, inner in place.items() for each in paths(inner, (*path, name))}
        braces = ("{number}", "{time}", "{zone}", "{days}", "{name}", "{role}", "{label}")
        return {(*path, *(brace for brace in braces if brace in place))}

    first, *others = (paths(words_in(language)._phrases) for language in LetterLanguage)
    assert all(other == first for other in others)
    assert len(first) > 80
    for kind in (PaperKind.AGENDA, PaperKind.ANNOTATED):
        for state in PaperState:
            assert words_in(L.ZH).say("titles", kind.value, state.value)


def test_a_numbered_paper_has_no_breaks_and_the_order_of_the_agenda() -> None:
    late = an_item("Pinned before", -30, 10, number="2")
    items = [an_item("First", 0, 10, number="1"), an_item("Tea", 10, 5, kind="break"), late]
    record = a_record(items=items)
    assert [e.title.text for e in a_paper(record=record).entries] == ["First", "Pinned before"]
    programme = a_paper(PaperKind.PROGRAMME, record=record)
    assert [e.title.text for e in programme.entries] == ["Pinned before", "First", "Tea"]


def test_days_are_counted_by_the_clocks_of_the_meeting() -> None:
    """An item at 23:30 in New York is on the first day, and on the second in Geneva."""
    items = [an_item("Late", 13 * 60 + 30, 60, number="1"), an_item("Next", 1440, 30, number="2")]
    record = a_record(items=items)
    first = a_paper(PaperKind.PROGRAMME, record=record, day=1, timezone="Europe/Zurich")
    assert [(e.title.text, e.hours, e.there) for e in first.entries] == [
        ("Late", "23:30–00:30", "05:30–06:30 (+1)")
    ]
    second = a_paper(PaperKind.PROGRAMME, record=record, day=2)
    assert [(day.heading, len(day.entries)) for day in second.days] == [
        ("Saturday, 9 October 2021", 1)
    ]
    assert a_paper(PaperKind.PROGRAMME, record=record, day=3).days == ()


def test_hours_elsewhere_follow_the_clocks_of_each_day() -> None:
    """Clocks change in Geneva on 31 October 2021, in New York a week later."""
    items = [an_item("Before", 22 * 1440, 60), an_item("After", 23 * 1440, 60)]
    paper = a_paper(PaperKind.PROGRAMME, record=a_record(items=items), zones=("Europe/Zurich",))
    assert [(place.name, place.hours, place.offset) for place in paper.places] == [
        ("New York", ("10:00–11:00", "10:00–11:00"), "UTC-04:00"),
        ("Geneva", ("16:00–17:00", "15:00–16:00"), ""),
    ]
    night = a_record(items=[an_item("All night", 22 * 1440 + 600, 600)])
    paper = a_paper(PaperKind.PROGRAMME, record=night, zones=("Europe/Zurich",))
    assert [place.offset for place in paper.places] == ["UTC-04:00", ""]


def test_sittings_hold_what_begins_in_them() -> None:
    def sitting(name: str | None, begin: int, end: int) -> dict[str, Any]:
        at = [(START + timedelta(minutes=minute)).isoformat() for minute in (begin, end)]
        return {"name": {"en": name} if name else {}, "starts_at": at[0], "ends_at": at[1]}

    sittings = [sitting("Morning", 0, 60), sitting(None, 120, 180)]
    items = [an_item(str(at), at, 30, number=str(at)) for at in (0, 30, 60, 120)]
    paper = a_paper(
        PaperKind.PROGRAMME, record=a_record(items=items, agenda={"sittings": sittings})
    )
    (day,) = paper.days
    assert [
        (part.name and part.name.text, part.hours, [e.number for e in part.entries])
        for part in day.parts
    ] == [
        ("Morning", "10:00–11:00", ["0", "30"]),
        (None, "", ["60"]),
        ("Sitting", "12:00–13:00", ["120"]),
    ]


def marks(paper: Paper, number: str) -> tuple[str, ...]:
    (entry,) = (entry for entry in paper.entries if entry.number == number)
    return entry.marks


def test_marks_say_what_is_out_of_the_ordinary() -> None:
    taken = an_item("Taken in", 40, 0, number="3", standing="merged")
    host = an_item("Host", 40, 10, number="4", openness="webcast", addition="supplementary")
    taken["merged_into_id"] = host["id"]
    items = [
        an_item("One", 0, 10, number="1", access="restricted", openness="open"),
        an_item("Two", 10, 30, number="2", kind="briefing", openness="open", room="Room 4"),
        *(taken, host),
    ]
    paper = a_paper(record=a_record(items=items))
    assert [fact.label for fact in paper.facts][-1] == "Meeting"
    assert marks(paper, "1") == ("Restricted",)
    assert marks(paper, "2") == ("Briefing", "Room 4")
    assert marks(paper, "3") == ("Merged into item 4", "Closed")
    assert marks(paper, "4") == ("Supplementary item", "Open, webcast")

    even = [an_item("A", 0, 10, number="1", openness="open"), an_item("B", 10, 10, number="2")]
    paper = a_paper(record=a_record(items=even))
    assert [marks(paper, number) for number in ("1", "2")] == [("Open",), ()]


def test_what_goes_without_saying_is_not_said() -> None:
    """That a meeting is closed, and what its own clocks show to a reader who is there."""
    record = a_record(items=[an_item("A", 0, 10, number="1"), an_item("B", 10, 10, number="2")])
    here, plain = (
        a_paper(PaperKind.PROGRAMME, record=record, timezone=zone)
        for zone in ("America/New_York", None)
    )
    assert here == plain
    assert len(list(plain.facts)) == 2, "when and where"
    elsewhere = a_paper(PaperKind.PROGRAMME, record=record, timezone="Asia/Tashkent")
    assert len(list(elsewhere.facts)) == 3


def test_a_member_that_came_later_is_absent_without_harm() -> None:
    bare = {
        name: value
        for name, value in an_item("Bare", 0, 10).items()
        if name in {"id", "kind", "title", "starts_at", "ends_at"}
    }
    (entry,) = a_paper(record=a_record(items=[bare])).entries
    assert (entry.title.text, entry.marks, entry.standing) == ("Bare", (), "standing")


def test_people_of_an_issued_agenda_keep_their_secrets() -> None:
    record = a_record(room=a_room())
    said = repr(a_paper(PaperKind.PROGRAMME, record=record, follows=True))
    assert "@example.org" not in said
    assert "462 913" not in said
    show = repr(a_paper(PaperKind.RUN_OF_SHOW, record=record, follows=True))
    assert "p1@example.org" in show
    assert "462 913" in show


minutes = st.none() | st.integers(0, 60)


@settings(max_examples=40, deadline=None)
@given(st.lists(minutes, max_size=8))
def test_who_speaks_begins_when_those_before_have_ended(lengths: list[int | None]) -> None:
    people = [
        Person(
            role="panellist", name="X", about="", state=None, minutes=length, email=None, zone=None
        )
        for length in lengths
    ]
    start = datetime(2021, 10, 8, 14, tzinfo=UTC)
    found = speaking_times(people, start)
    for place, at in enumerate(found):
        before = lengths[:place]
        known = all(length is not None for length in before)
        total = timedelta(minutes=sum(length or 0 for length in before))
        assert at == (start + total if known else None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 6), unique=True, max_size=7),
    st.lists(st.integers(0, 6), unique=True, max_size=7),
    st.sets(st.integers(0, 6)),
)
def test_what_is_new_is_what_differs(then: list[int], now: list[int], retitled: set[int]) -> None:
    def agenda(keys: list[int], other: set[int]) -> list[dict[str, Any]]:
        return [
            an_item("Other" if key in other else "Same", 0, 5, id=str(key), number=str(place))
            for place, key in enumerate(keys)
        ]

    before, after = (list(nodes_of(agenda(k, o))) for k, o in ((then, set()), (now, retitled)))
    assert revisions(None, after) == {}
    expected = {}
    for place, key in enumerate(now):
        if key not in then:
            expected[str(key)] = Revision(new=True)
            continue
        old = str(then.index(key))
        revision = Revision(
            changed=key in retitled, number_before=None if old == str(place) else old
        )
        if revision != Revision():
            expected[str(key)] = revision
    assert revisions(before, after) == expected
