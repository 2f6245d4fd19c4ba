"""Figures by everything that people are told apart by, to whom, and again from the log."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import text

from app.check import wrongs
from app.events import Event
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.registrations.lifecycle import RegistrationRole
from app.statistics.recount import CONFIRMS, ENDS, LEAVES
from tests.attendance.sitting import Clock, Sitting
from tests.world import World, post


@pytest.fixture
async def sitting(world: World, set_clock: Clock) -> Sitting:
    return await Sitting.called(world, set_clock)


def cells(figures: dict[str, Any], by: str) -> dict[str, tuple[int | None, int | None]]:
    """Those of one breakdown that are not empty."""
    return {
        each["key"]: (each["registered"], each["present"])
        for each in figures[f"by_{by}"]
        if (each["registered"], each["present"]) != (0, 0)
    }


async def said(sitting: Sitting, registration_id: Any, gender: str, level: str) -> None:
    """The person of a registration agrees to be counted."""
    async with sitting.world.app.state.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE people SET gender = :gender, level = :level, statistics_consent_at = now()"
                " WHERE id = (SELECT person_id FROM registrations WHERE id = :id)"
            ),
            {"gender": gender, "level": level, "id": registration_id},
        )


async def held(sitting: Sitting) -> dict[str, list[Any]]:
    """Two entities; eight of ten people come, one comes twice, one leaves again before."""
    first, second = await sitting.member(), await sitting.member()
    for entity in (first, second):
        await sitting.invite(entity)
    await sitting.becomes(MeetingStatus.IN_SESSION)
    ones = [await sitting.register(first) for _ in range(6)]
    others = [await sitting.register(second) for _ in range(3)]
    others.append(await sitting.register(second, RegistrationRole.SUPPORT))
    for place, each in enumerate(ones):
        await said(sitting, each, "female" if place % 2 else "male", "officer")
    await said(sitting, others[0], "female", "director")
    await sitting.check_in(*ones[:5], *others[:3])
    again = await sitting.withdraw(second, others[2])
    others.append(await sitting.register(second, RegistrationRole.ADVISER, person_id=again))
    await sitting.check_in(others[4])
    return {first["handle"]: ones, second["handle"]: others}


async def closed(sitting: Sitting) -> None:
    for move in ("adjourn", "close"):
        await post(sitting.organizer, f"{sitting.path}/{move}", {})


async def test_figures_are_told_apart_in_every_way(sitting: Sitting) -> None:
    first, second = await held(sitting)
    figures = await sitting.get("/statistics")
    assert (figures["registered"], figures["present"], figures["suppressed"]) == (10, 8, False)
    assert cells(figures, "entity") == {first: (6, 5), second: (4, 3)}
    assert cells(figures, "role") == {
        "representative": (8, 7),
        "adviser": (1, 1),
        "support": (1, 0),
    }
    assert cells(figures, "mode") == {"virtual": (10, 8)}
    assert cells(figures, "gender") == {
        "female": (4, 3),
        "male": (3, 3),
        "undisclosed": (3, 2),
    }
    assert cells(figures, "level") == {"director": (1, 1), "officer": (6, 5), "undisclosed": (3, 2)}


async def test_observers_see_no_small_cell_and_none_beside_it_that_gives_it_away(
    sitting: Sitting,
) -> None:
    await held(sitting)
    await closed(sitting)
    figures = await sitting.get("/statistics", sitting.observer)
    assert (figures["registered"], figures["suppressed"], figures["threshold"]) == (10, True, 5)
    for by in ("entity", "role", "gender", "level"):
        hidden = [each for each in figures[f"by_{by}"] if each["registered"] is None]
        assert len(hidden) > 1, by
        assert all(not 0 < (each["registered"] or 0) < 5 for each in figures[f"by_{by}"])
    assert cells(figures, "mode") == {"virtual": (10, 8)}
    publishable = await sitting.get("/statistics?publishable=true")
    assert publishable == figures


async def test_two_looks_around_one_registration_tell_observers_of_nobody(
    sitting: Sitting,
) -> None:
    await held(sitting)
    entity = await sitting.invite(await sitting.member())
    looks = []
    for gender in ("female", "female", "male", "other", "female"):
        await said(sitting, await sitting.register(entity), gender, "officer")
        figures = await sitting.get("/statistics", sitting.observer)
        looks.append(figures["registered"])
        assert figures == await sitting.get("/statistics?publishable=true")
        told = {
            count
            for by in ("gender", "level")
            for each in figures[f"by_{by}"]
            for count in (each["registered"], each["present"])
        }
        assert (told, figures["step"]) == ({None}, 5)
        assert {each % 5 for each, _ in cells(figures, "role").values() if each} <= {0}
    assert looks == [10, 10, 10, 10, 15]
    assert (await sitting.get("/statistics"))["registered"] == 15
    await closed(sitting)
    final = await sitting.get("/statistics", sitting.observer)
    assert (final["step"], final["registered"], final["present"]) == (1, 15, 8)


async def test_at_a_hybrid_meeting_a_personal_link_is_known_to_be_virtual(
    sitting: Sitting,
) -> None:
    entity = await sitting.invite(await sitting.member())
    async with sitting.world.app.state.database.transaction() as session:
        statement = text("UPDATE meetings SET format = :format WHERE id = :id")
        await session.execute(statement, {"format": MeetingFormat.HYBRID, "id": sitting.id})
    await sitting.becomes(MeetingStatus.IN_SESSION)
    ids = [await sitting.register(entity) for _ in range(3)]
    await sitting.check_in(ids[0])
    await post(sitting.world.administrator, "/v1/check-ins", {"token": await sitting.link(ids[1])})
    figures = await sitting.get("/statistics")
    assert cells(figures, "mode") == {"virtual": (1, 1), "unknown": (2, 1)}
    assert (await sitting.get("/statistics/verification"))["equal"] is True


async def test_the_log_comes_to_the_same_and_vouches_for_what_is_not_in_it(
    sitting: Sitting, app: Any
) -> None:
    await held(sitting)
    before = await sitting.get("/statistics")
    running = await sitting.get("/statistics/verification")
    assert (running["equal"], running["vouched"]) == (True, None)
    assert running["recomputed"]["by_gender"] == before["by_gender"]
    await post(sitting.organizer, f"{sitting.path}/adjourn", {})
    settled = await sitting.get("/statistics/verification")
    assert (settled["equal"], settled["vouched"]) == (True, True)
    async with app.state.database.transaction() as session:
        await session.execute(text("UPDATE people SET gender = NULL, level = NULL"))
        assert not [wrong for wrong in await wrongs(session) if "counted" in wrong]
    after = await sitting.get("/statistics")
    assert {**after, "meeting": None} == {**before, "meeting": None}
    assert (await sitting.get("/statistics/verification"))["recomputed"] == settled["counted"]


async def test_what_is_written_down_never_changes_and_a_repair_by_hand_is_noticed(
    sitting: Sitting, app: Any
) -> None:
    await held(sitting)
    await post(sitting.organizer, f"{sitting.path}/adjourn", {})
    with pytest.raises(Exception, match="never change"):
        async with app.state.database.transaction() as session:
            await session.execute(text("UPDATE counted_registrations SET gender = 'other'"))
    async with app.state.database.transaction() as session:
        await session.execute(text("ALTER TABLE counted_registrations DISABLE TRIGGER ALL"))
        await session.execute(text("UPDATE counted_registrations SET gender = 'other'"))
        await session.execute(text("ALTER TABLE counted_registrations ENABLE TRIGGER ALL"))
        (wrong,) = [wrong for wrong in await wrongs(session) if "counted" in wrong]
    assert wrong.endswith("are not those that were written down")
    found = await sitting.get("/statistics/verification")
    assert (found["vouched"], found["equal"]) == (False, False)


async def test_a_committee_has_its_meetings_side_by_side_and_their_sum(
    sitting: Sitting, world: World
) -> None:
    await held(sitting)
    path = f"/v1/committees/{sitting.committee['id']}/statistics"
    await world.scheduled(
        await world.meeting(
            sitting.committee,
            local_start="2021-12-14T10:00:00",
            local_end="2021-12-14T13:00:00",
        )
    )
    figures = (await sitting.organizer.get(path)).json()
    assert [each["meeting"]["number"] for each in figures["meetings"]] == [6, 7]
    assert [each["change"] for each in figures["meetings"]] == [
        None,
        {"registered": -10, "present": -8},
    ]
    assert (figures["registered"], figures["present"]) == (10, 8)
    for window, numbers in (
        ("?last=6", [6]),
        ("?first=7", [7]),
        ("?since=2021-12-01T00:00:00Z", [7]),
        ("?until=2021-12-01T00:00:00Z", [6]),
        ("?first=8", []),
    ):
        found = (await sitting.organizer.get(path + window)).json()
        assert [each["meeting"]["number"] for each in found["meetings"]] == numbers
    seen = (await sitting.observer.get(path)).json()
    assert (seen["registered"], seen["by_gender"]) == (0, [])
    await closed(sitting)
    seen = (await sitting.observer.get(path)).json()
    assert (seen["suppressed"], seen["registered"]) == (True, 10)
    assert {each["registered"] for each in seen["by_gender"]} > {None}
    assert [(each["step"], each["change"]) for each in seen["meetings"]] == [
        (1, None),
        (5, {"registered": None, "present": None}),
    ]
    for window in ("?first=7&last=6", "?since=2021-12-01T00:00:00Z&until=2021-12-01T00:00:00Z"):
        assert (await sitting.organizer.get(path + window)).status_code == 422


async def test_sheets_have_the_same_figures_and_nothing_where_one_is_hidden(
    sitting: Sitting,
) -> None:
    await held(sitting)
    await closed(sitting)
    for client, hidden in ((sitting.organizer, False), (sitting.observer, True)):
        figures = await sitting.get("/statistics", client)
        answer = await client.get(f"{sitting.path}/statistics.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0] | {"starts_at": ""} == {
            "meeting": "meeting-6",
            "number": "6",
            "starts_at": "",
            "by": "total",
            "key": "",
            "label": "",
            "registered": "10",
            "present": "8",
            "step": "1",
        }
        assert any(row["registered"] == "" for row in rows) is hidden
        for by in ("role", "mode", "gender", "level"):
            told = [(row["key"], row["registered"]) for row in rows if row["by"] == by]
            assert told == [
                (each["key"], "" if each["registered"] is None else str(each["registered"]))
                for each in figures[f"by_{by}"]
            ]
    path = f"/v1/committees/{sitting.committee['id']}/statistics.csv"
    assert (await sitting.organizer.get(path)).content == (
        await sitting.organizer.get(f"{sitting.path}/statistics.csv")
    ).content


def test_every_fact_about_a_registration_is_known_to_the_recount() -> None:
    facts = {name for name in Event.registry if name.startswith("registration.")}
    assert facts <= CONFIRMS | ENDS | LEAVES
    assert not CONFIRMS & ENDS | CONFIRMS & LEAVES | ENDS & LEAVES
