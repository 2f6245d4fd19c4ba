"""What goes out comes in again as it was, within a meeting and from one meeting to another."""

from typing import Any

import pytest

from tests.agenda.planning import Planning, item
from tests.exchange.files import FORMS, fetched, taken
from tests.world import World

RICH: list[Any] = [
    item(
        "=Opening",
        "opening",
        minutes=10,
        note={"en": "-1\r\nline\ttab", "fr": "é \u202e x\u2028y\u0085z"},
    ),
    item(
        "Panels & <more>",
        children_run="in_parallel",
        room='Room; "one"',
        annotation={"ar": "حول"},
        items=[
            item("Panel", "panel", minutes=60, pinned_start="2021-10-08T10:30:00"),
            item("'=Closed", access="restricted", minutes=30, openness="webcast"),
            item("yes", "briefing", presenter="Li Wei", minutes=0, purpose="decision"),
        ],
    ),
    item("Break", "break", minutes=15, items=[item("007", minutes=5)]),
    item("Flexible", flexible=True),
    item(kind="closing", minutes=5) | {"title": {"en": "2021-10-08", "zh-Hans": "闭幕"}},
]


async def prepared(world: World, handle: str = "coordination-committee-6") -> Planning:
    planning = await Planning.of(world, handle=handle, languages=["en", "fr"])
    agenda = await planning.put(*RICH)
    panel = await planning.panel(agenda["items"][1]["items"][0]["id"])
    await planning.panellist(panel, name="=Amina; Rossi", job_title="Chair", role="moderator")
    return planning


@pytest.mark.parametrize("form", FORMS)
async def test_out_and_in_and_out_gives_the_same_bytes(world: World, form: str) -> None:
    planning = await prepared(world)
    before = await fetched(planning, form)
    agenda = (await planning.read())[0]
    rehearsed = await taken(planning, before, form.rpartition(".")[2], dry_run="true")
    assert (await planning.read())[0] == agenda
    done = await taken(planning, before, form.rpartition(".")[2])
    assert rehearsed | {"dry_run": False} == done
    assert await fetched(planning, form) == before
    if form.startswith("export"):
        assert done["unchanged"] == 9
        assert (done["created"], done["changed"], done["removed"]) == (0, 0, 0)
        assert (await planning.read())[0] == agenda
    again = await taken(planning, before, form.rpartition(".")[2])
    assert again["unchanged"] == len(again["items"])


@pytest.mark.parametrize("form", FORMS)
async def test_from_one_meeting_to_another(world: World, form: str) -> None:
    planning = await prepared(world)
    other = await Planning.of(world, handle="other-meeting", languages=["en", "fr"])
    suffix = form.rpartition(".")[2]
    first = await fetched(planning, form)
    done = await taken(other, first, suffix)
    assert done["created"] == len(done["items"])
    assert (done["panels_created"], done["people_proposed"]) == (1, 1)
    second = await fetched(other, form)
    assert plain(second) == plain(first)
    assert (await taken(other, second, suffix))["unchanged"] == len(done["items"])
    assert await fetched(other, form) == second


async def test_an_agenda_that_was_issued_begins_the_next_meeting(world: World) -> None:
    """Nothing is an addition there, however often the file comes in and in which form."""
    planning = await Planning.of(world)
    await planning.put(item("A", minutes=5))
    await planning.issue()
    await planning.add(title="Late", addition="late")
    other = await Planning.of(world, handle="next-meeting")
    for form in ("csv", "json", "yaml"):
        await taken(other, await fetched(planning, f"export.{form}"), form)
        found = (await other.read())[0]["items"]
        assert [(each["number"], each["addition"]) for each in found] == [("1", None), ("2", None)]
        assert (await other.read())[0]["revision"] == 1


def plain(content: bytes) -> bytes:
    return (
        content.replace(b"other-meeting", b"M")
        .replace(b"coordination-committee-6", b"M")
        .replace(b"<acronym>other_meeting", b"<acronym>M")
        .replace(b"<acronym>coordination_committee_6", b"<acronym>M")
        .replace(b'"acronym": "other_meeting', b'"acronym": "M')
        .replace(b'"acronym": "coordination_committee_6', b'"acronym": "M')
    )
