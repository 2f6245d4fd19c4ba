"""What changed between versions, over HTTP: as data, and as a text in six languages."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.agenda.words import words_in
from app.core.fields import UN_LANGUAGES
from tests.agenda.planning import Planning, item, slug

PLAIN = {"Accept": "text/plain"}
CANARY = "canary-0815"


@pytest.fixture
async def revised(planning: Planning) -> Planning:
    """Issued, much changed, and issued again."""
    before = await planning.put(
        item("Opening", minutes=10),
        item("Panel", "panel", minutes=30),
        item("Old business", minutes=10),
        item("Reports", items=[item("First", minutes=5), item("Second", minutes=5)]),
        item(CANARY, access="restricted"),
    )
    opening, panel, old, reports, hidden = before["items"]
    people = await planning.panel(panel["id"])
    await planning.panellist(people, "invite", name="Stays")
    gone = await planning.panellist(people, "invite", name="Leaves")
    await planning.issue()
    path = f"{planning.path}/panels/{people['id']}/panellists/{gone['id']}/decline"
    assert (await planning.organizer.post(path)).is_success
    await planning.panellist(people, "invite", name="Comes")
    kept: list[Any] = [
        item("Panel", "panel", minutes=30, id=panel["id"]),
        item("Welcome", minutes=20, id=opening["id"], room="Hall 1"),
        item("Old business", minutes=10, id=old["id"]),
        item(
            "Reports",
            id=reports["id"],
            items=[
                item("Second", minutes=5, id=reports["items"][1]["id"]),
                item("First", minutes=5, id=reports["items"][0]["id"]),
            ],
        ),
        item(f"{CANARY} again", access="restricted", id=hidden["id"]),
        item("<New> business", minutes=15),
    ]
    await planning.put(*kept)
    _, match = await planning.read()
    withdraw = f"{planning.agenda}/items/{old['id']}/withdraw"
    assert (await planning.organizer.post(withdraw, headers=match)).is_success
    return planning


async def test_changes_are_told_as_data_to_each_what_they_may_see(
    revised: Planning, anonymous: httpx.AsyncClient
) -> None:
    draft = (await revised.organizer.get(f"{revised.agenda}/changes-since-issue")).json()
    await revised.issue()
    path = f"{revised.agenda}/versions/2/changes"
    full = (await revised.organizer.get(path)).json()
    told = {}
    for each in full["items"]:
        place = each["after"] or each["before"]
        told[place["title"]["en"]] = [kind for kind in each["kinds"] if kind != "retimed"]
    assert {name: kinds for name, kinds in told.items() if kinds} == {
        "Panel": told["Panel"],
        "Welcome": told["Welcome"],
        "<New> business": ["added"],
        "Old business": ["withdrawn"],
        f"{CANARY} again": ["retitled"],
        **{name: told[name] for name in ("First", "Second")},
    }
    moved = [name for name, kinds in told.items() if "moved" in kinds]
    assert len(moved) == 2  # one of the first two, and one of the reports
    assert "panellists" in told["Panel"]
    assert {"retitled", "changed"} <= set(told["Welcome"])
    assert (full["since"]["number"], full["until"]["number"], full["meeting"]) == (1, 2, {})
    assert (draft["since"], draft["until"]) == (full["since"], None)
    assert draft["items"] == full["items"]
    backwards = (await revised.organizer.get(f"{revised.agenda}/versions/1/changes?since=2")).json()
    mirrored = {each["id"]: (each["after"], each["before"]) for each in full["items"]}
    assert {e["id"]: (e["before"], e["after"]) for e in backwards["items"]} == mirrored
    assert (await revised.organizer.get(f"{path}?since=2")).json()["items"] == []
    first = (await revised.organizer.get(f"{revised.agenda}/versions/1/changes")).json()
    assert {kind for each in first["items"] for kind in each["kinds"]} == {"added"}
    assert first["since"] is None
    public = await anonymous.get(f"{revised.public}/versions/2/changes")
    theirs = await revised.focal_point.get(path)
    assert public.json() == theirs.json()
    assert CANARY not in public.text + theirs.text
    assert public.headers["cache-control"] == "public, no-cache"
    tag = {"If-None-Match": public.headers["etag"]}
    assert (
        await anonymous.get(f"{revised.public}/versions/2/changes", headers=tag)
    ).status_code == 304


async def test_changes_are_told_as_a_text_that_can_be_sent(
    revised: Planning, anonymous: httpx.AsyncClient
) -> None:
    draft = await revised.organizer.get(f"{revised.agenda}/changes-since-issue", headers=PLAIN)
    assert "Working agenda, not issued yet" in draft.text
    await revised.issue()
    answer = await anonymous.get(f"{revised.public}/versions/2/changes", headers=PLAIN)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (answer.headers["content-language"], answer.headers["vary"]) == (
        "en",
        "Accept, Accept-Language",
    )
    text = re.sub(r"\d{4}-\d\d-\d\d", "DAY", answer.text)
    assert text.startswith(
        'Changes to the agenda of the meeting "6th meeting"\n'
        "COORDINATION-COMMITTEE-6/1/Rev.1, issued on DAY\n"
        "Compared with COORDINATION-COMMITTEE-6/1, issued on DAY\n"
        "All times are those of America/New_York.\n\n"
        "Added\n  6 <New> business (11:00–11:15)\n\n"
        "Withdrawn\n  3 Old business\n\n"
    )
    *_, moved, renumbered, retitled, retimed, people, other = text.split("\n\n")
    assert (moved.count("\n"), renumbered.splitlines()[1]) == (2, "  1 Panel: 1 (before: 2)")
    assert retitled == "With another title\n  2 Welcome (before: Opening)"
    assert "  1 Panel: 10:00–10:30 (before: 10:10–10:40)" in retimed.splitlines()
    assert "Old business" not in retimed
    assert people == "Panellists\n  1 Panel: joined: Comes; left: Leaves"
    assert other == "Otherwise changed\n  2 Welcome: room: Hall 1 (before: –)\n"
    assert CANARY not in text
    for language in UN_LANGUAGES:
        headers = PLAIN | {"Accept-Language": f"{language}-XX, en;q=0.1"}
        foreign = await anonymous.get(f"{revised.public}/versions/2/changes", headers=headers)
        assert foreign.headers["content-language"] == language
        assert words_in(language).kind("added") in foreign.text
        assert "{" not in foreign.text
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}
    page = await anonymous.get(f"{revised.public}/versions/2/changes?language=ar", headers=browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "\u061b " in page.text  # who joined, and behind a semicolon of theirs who left
    assert "<h1>" in page.text
    assert "<li>\u2068\u200f\u20686\u2069 \u2068&lt;New&gt; business\u2069\u2069 (" in page.text


async def test_what_left_the_agenda_has_no_other_time(planning: Planning, set_clock: Any) -> None:
    set_clock(datetime(2021, 10, 2, 3, tzinfo=UTC))  # still the 1st in New York
    part = item("Part", minutes=10)
    before = await planning.put(
        item("Welcome", minutes=10),
        item("\u2067Off\u202e\u2069\u2068", minutes=10, items=[part]),
        item("Last"),
    )
    await planning.issue()
    late = await planning.add(title="Never mind")
    for gone in (before["items"][1], late):
        _, match = await planning.read()
        path = f"{planning.agenda}/items/{gone['id']}/withdraw"
        assert (await planning.organizer.post(path, headers=match)).is_success
    _, match = await planning.read()
    last = f"{planning.agenda}/items/{before['items'][2]['id']}"
    patch = {"minutes": 20, "pinned_start": "2021-10-08T23:50:00"}
    assert (await planning.organizer.patch(last, json=patch, headers=match)).is_success
    told = await planning.organizer.get(f"{planning.agenda}/changes-since-issue", headers=PLAIN)
    assert told.text.split("\n", 2)[2] == (
        "Compared with COORDINATION-COMMITTEE-6/1, issued on 2021-10-01\n"
        "All times are those of America/New_York.\n\n"
        "Withdrawn\n  2 Off\n\n"
        "At another time\n  3 Last: 23:50–2021-10-09 00:10 (before: 10:30–10:30)\n"
    )


async def test_sittings_and_the_head_of_the_agenda_are_told(planning: Planning) -> None:
    async def sit(*sittings: dict[str, Any]) -> list[Any]:
        _, match = await planning.read()
        path, body = f"{planning.path}/sittings", {"sittings": sittings}
        answer = await planning.organizer.put(path, json=body, headers=match)
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["sittings"]
        return found

    def held(start: str, end: str, name: str = "", **members: Any) -> dict[str, Any]:
        times = {"local_start": f"2021-10-{start}:00", "local_end": f"2021-10-{end}:00"}
        return {**times, "name": {"en": name} if name else {}, **members}

    ids = [
        each["id"]
        for each in await sit(
            held("08T10:00", "08T11:00", "Morning"),
            held("08T11:00", "08T12:00"),
            held("08T12:00", "08T12:30", "Gone"),
        )
    ]
    (opening,) = (await planning.put(item("Opening")))["items"]
    await planning.issue()
    await sit(
        held("08T10:00", "08T11:00", "First part", id=ids[0]),
        held("08T11:15", "08T12:00", id=ids[1]),
        held("08T12:00", "08T13:00", "Last"),
    )
    title = {"en": "Opening", "fr": "Ouverture"}
    await planning.put(
        {
            "kind": "discussion",
            "title": title,
            "id": opening["id"],
            "purpose": "decision",
            "presenter": "Li Wei",
        }
    )
    current = await planning.organizer.get(planning.path)
    body = {"languages": ["en", "fr"], "format": "hybrid", "venue": "Hall 3"}
    match = {"If-Match": current.headers["etag"]}
    assert (await planning.organizer.patch(planning.path, json=body, headers=match)).is_success
    told = await planning.organizer.get(f"{planning.agenda}/changes-since-issue", headers=PLAIN)
    assert told.text.split("\n\n", 1)[1] == (
        "The meeting\n"
        "  format: virtual and in person (before: virtual)\n"
        "  venue: Hall 3 (before: –)\n"
        "  languages: en, fr (before: en)\n\n"
        "Sittings\n"
        "  First part (before: Morning)\n"
        "  11:15–12:00 (before: 11:00–12:00)\n"
        "  Last (12:00–13:00): new\n"
        "  Gone (12:00–12:30): no longer held\n\n"
        "With another title\n  1 Opening: Ouverture (fr)\n\n"
        "Otherwise changed\n"
        "  1 Opening: presenter: Li Wei (before: –); purpose: for decision (before: –)\n"
    )
    data = (await planning.organizer.get(f"{planning.agenda}/changes-since-issue")).json()
    assert [(each["id"], each["kinds"]) for each in data["sittings"][:2]] == [
        (ids[0], ["retitled"]),
        (ids[1], ["retimed"]),
    ]
    added, gone = data["sittings"][2:]
    assert (added["kinds"], added["before"], added["after"]["name"]) == (
        ["added"],
        None,
        {"en": "Last"},
    )
    assert (gone["kinds"], gone["after"], gone["id"]) == (["removed"], None, ids[2])
    assert set(data["meeting"]) == {"format", "venue", "languages"}
    await planning.issue()
    issued = await planning.organizer.get(f"{planning.agenda}/versions/2")
    match = {"If-Match": (await planning.organizer.get(planning.path)).headers["etag"]}
    moved = await planning.organizer.patch(planning.path, json={"venue": "Hall 4"}, headers=match)
    assert moved.is_success
    same = await planning.organizer.get(f"{planning.agenda}/versions/2")
    assert (same.content, same.json()["meeting"]["venue"]) == (issued.content, "Hall 3")
    told = await planning.organizer.get(f"{planning.agenda}/changes-since-issue", headers=PLAIN)
    assert told.text.endswith("\n\nThe meeting\n  venue: Hall 4 (before: Hall 3)\n")
    paper = await planning.organizer.get(f"{planning.agenda}.html")
    draft = await planning.organizer.get(f"{planning.agenda}.html?draft=true")
    assert ["Hall 3" in paper.text, "Hall 4" in draft.text] == [True, True]
    assert ["Hall 4" in paper.text, "Hall 3" in draft.text] == [False, False]
    places = []
    for form in ("akn", "jsonld", "jsonld?version=2", "jsonld?version=1", "ics?version=2"):
        file = await planning.organizer.get(f"{planning.agenda}.{form}")
        places.append((form, [name for name in ("Hall 3", "Hall 4") if name in file.text]))
    assert places == [
        ("akn", ["Hall 3"]),
        ("jsonld", ["Hall 4"]),
        ("jsonld?version=2", ["Hall 3"]),
        ("jsonld?version=1", ["Hall 4"]),
        ("ics?version=2", ["Hall 3"]),
    ]


async def test_what_cannot_be_compared_is_refused(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    path = f"{planning.agenda}/versions/1/changes"
    assert (await planning.organizer.get(path)).status_code == 404
    early = await planning.focal_point.get(f"{planning.agenda}/changes-since-issue")
    assert (early.status_code, slug(early)) == (404, "agenda-not-issued")
    await planning.put(item())
    await planning.issue()
    unknown = await planning.organizer.get(f"{path}?since=7")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "query/since")
    assert (await planning.organizer.get(f"{path}?since=0")).status_code == 422
    image = await planning.organizer.get(path, headers={"Accept": "image/png"})
    assert image.status_code == 406
    nothing = await planning.organizer.get(f"{planning.agenda}/changes-since-issue", headers=PLAIN)
    assert nothing.text.endswith("\nNothing has changed.\n")
    assert (await anonymous.get("/v1/public/meetings/none/agenda/versions/1/changes")).is_error


def test_every_language_has_the_same_phrases_with_the_same_values() -> None:
    def shape(phrases: Any) -> Any:
        if isinstance(phrases, dict):
            return {name: shape(each) for name, each in phrases.items()}
        return sorted(re.findall(r"\{\w+\}", phrases))

    english = shape(words_in("en").phrases)
    assert {tag: shape(words_in(tag).phrases) for tag in UN_LANGUAGES} == dict.fromkeys(
        UN_LANGUAGES, english
    )
