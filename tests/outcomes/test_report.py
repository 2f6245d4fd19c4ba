"""The report and its second count from the log."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from app.attendance.tables import Attendance
from app.meetings.lifecycle import MeetingStatus
from app.registrations.lifecycle import RegistrationRole
from tests.attendance.sitting import START, Sitting, slug
from tests.statements import counted
from tests.world import World

S, R = MeetingStatus, RegistrationRole


async def test_the_press_line_of_the_reference_meeting(sitting: Sitting, set_clock) -> None:
    """95 representatives of 23 of 43 member entities; a typist, an observer and a guest besides."""
    members = [await sitting.member(abbreviation=f"M{n:02}") for n in range(43)]
    for entity in members:
        await sitting.invite(entity)
    sizes = [5] * 18 + [1] * 5
    people = [
        await sitting.register(members[n]) for n, size in enumerate(sizes) for _ in range(size)
    ]
    visitors = [await sitting.member("observer"), await sitting.world.entity()]
    beside = [await sitting.register(await sitting.invite(entity)) for entity in visitors]
    beside.append(await sitting.register(members[0], R.SUPPORT))
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(*people, *beside)
    set_clock(START + timedelta(hours=3))
    await sitting.becomes(S.ADJOURNED)
    report = await sitting.get("/report")
    by_entity = report.pop("by_entity")
    meeting = report.pop("meeting")
    figures = {
        "representatives": 95,
        "entities": 23,
        "members": 43,
        "share_percent": 53.5,
        "quorum": {"needed": 22, "present": 23, "reached": True},
        "observers": {"representatives": 1, "entities": 1},
        "others": {"representatives": 1, "entities": 1},
    }
    line = "95 representatives of 23 member entities"
    assert report == figures | {
        "press_line": line,
        "press_lines": {
            "en": line,
            "fr": "95 représentants de 23 entités membres",
            "es": "95 representantes de 23 entidades miembros",
            "ar": "95 ممثلاً من 23 كياناً عضواً",
            "zh": "来自23个成员实体的95名代表",
            "ru": "95 представителей от 23 организаций-членов",
        },
    }
    assert (meeting["handle"], meeting["local_start"]) == ("meeting-6", "2021-10-08T10:00:00")
    assert len(by_entity) == 45
    assert by_entity[0]["representatives"] == 1
    verified = await sitting.get("/report/verification")
    assert verified == {"report": figures, "recomputed": figures, "equal": True}


async def test_the_report_tells_the_number_of_any_meeting(world: World) -> None:
    """The committee counts on from the highest number that was given by hand."""
    committee = await world.committee()
    given = await world.meeting(committee, number=1_000_000)
    counted_on = await world.meeting(committee)
    reported = [
        (await world.administrator.get(f"/v1/meetings/{meeting['id']}/report")).json()["meeting"]
        for meeting in (given, counted_on)
    ]
    assert [meeting["number"] for meeting in reported] == [1_000_000, 1_000_001]


async def test_the_report_speaks_json_or_plain_text(sitting: Sitting) -> None:
    await sitting.member(abbreviation="UNODC")
    path = f"{sitting.path}/report"
    english = await sitting.organizer.get(path, headers={"Accept": "text/plain"})
    assert english.headers["content-type"] == "text/plain; charset=utf-8"
    assert english.text.splitlines()[0] == "6th meeting"
    suffixed = await sitting.observer.get(f"{path}.txt", headers={"Accept-Language": "fr-CH, en"})
    assert suffixed.headers["content-language"] == "fr"
    assert suffixed.text.splitlines()[-1] == "Sans nouvelles (1) : UNODC"
    both = await sitting.organizer.get(path, headers={"Accept": "text/plain;q=0.5, */*"})
    assert both.headers["content-type"] == "application/json"
    neither = await sitting.organizer.get(path, headers={"Accept": "application/pdf"})
    assert (neither.status_code, slug(neither)) == (406, "not-acceptable")
    known = await sitting.organizer.get(
        f"{path}.txt", headers={"If-None-Match": english.headers["etag"]}
    )
    assert known.status_code == 304


async def test_the_report_is_for_observers_and_organizers(sitting: Sitting, anonymous) -> None:
    focal_point = await sitting.world.focal_point_of(await sitting.member())
    stranger = await sitting.world.caller()
    for path in ("/report", "/report.txt", "/report/verification"):
        codes = [
            (await client.get(sitting.path + path)).status_code
            for client in (
                sitting.world.administrator,
                sitting.organizer,
                sitting.observer,
                focal_point,
                stranger,
                anonymous,
            )
        ]
        assert codes == [200, 200, 200, 403, 404, 401]


async def test_the_log_alone_gives_the_same_figures_after_every_kind_of_change(
    sitting: Sitting,
) -> None:
    members = [await sitting.invite(await sitting.member()) for _ in range(3)]
    watching = await sitting.invite(await sitting.member("observer"))
    guest = await sitting.invite(await sitting.world.entity())
    everybody = [*members, watching, guest]
    people = [(entity, await sitting.register(entity)) for entity in everybody * 2]
    await sitting.becomes(S.IN_SESSION)
    rows = (await sitting.check_in(*(person for _, person in people[:8])))["rows"]
    await sitting.check_out(people[0][1])
    await sitting.check_in(people[0][1])
    await sitting.change_role(*people[1], R.SUPPORT)
    again = await sitting.withdraw(*people[2])
    await sitting.check_in(await sitting.register(people[2][0], R.SUPPORT, person_id=again))
    struck = rows[3]["attendance_id"]
    await sitting.organizer.delete(f"{sitting.path}/attendance/{struck}")
    verified = await sitting.get("/report/verification")
    assert verified["equal"] is True
    assert verified["report"] == verified["recomputed"]
    assert verified["report"]["representatives"] == 5
    assert verified["report"]["observers"] == {"representatives": 0, "entities": 0}
    assert verified["report"]["others"] == {"representatives": 1, "entities": 1}


async def test_a_count_that_was_tampered_with_is_noticed(sitting: Sitting, session) -> None:
    entity = await sitting.invite(await sitting.member())
    person = await sitting.register(entity)
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(person)
    assert (await sitting.get("/report/verification"))["equal"] is True
    await session.execute(delete(Attendance))
    await session.commit()
    verified = await sitting.get("/report/verification")
    assert verified["equal"] is False
    assert verified["report"]["representatives"] == 0
    assert verified["recomputed"]["representatives"] == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["in", "in", "out", "strike", "role", "return"]), st.integers(0, 5)),
    min_size=8,
    max_size=20,
)


@given(STEPS)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_table_and_log_never_part(sitting: Sitting, steps) -> None:
    """Whatever comes and goes, in any order; the meeting goes on from one example to the next."""
    await sitting.becomes(S.IN_SESSION)
    kinds = [sitting.member(), sitting.member("observer"), sitting.world.entity()]
    entities = [await sitting.invite(await kind) for kind in kinds]
    people = [(entity, await sitting.register(entity)) for entity in entities * 2]
    for step, n in steps:
        people[n] = (people[n][0], await take(sitting, step, n, *people[n]))
    verified = await sitting.get("/report/verification")
    assert verified["report"] == verified["recomputed"]


async def take(
    sitting: Sitting, step: str, n: int, entity: dict[str, Any], registration: UUID
) -> UUID:
    """Do a step; gives the registration that the person has then."""
    match step:
        case "in":
            await sitting.check_in(registration)
        case "out":
            await sitting.check_out(registration)
        case "strike":
            intervals = (await sitting.get(f"/attendance?entity={entity['id']}"))["items"]
            for interval in intervals[:1]:
                path = f"{sitting.path}/attendance/{interval['id']}"
                assert (await sitting.organizer.delete(path)).status_code == 204
        case "role":
            await sitting.change_role(entity, registration, R.SUPPORT if n % 2 else R.ADVISER)
        case "return":
            person = await sitting.withdraw(entity, registration)
            return await sitting.register(entity, person_id=person)
    return registration


async def test_the_report_takes_the_same_statements_for_any_number(sitting: Sitting) -> None:
    costs = []
    for _ in range(2):
        for _ in range(4):
            entity = await sitting.invite(await sitting.member())
            await sitting.register(entity)
        for path in ("/report", "/report.txt", "/report/verification"):
            with counted(sitting.world.app) as statements:
                assert (await sitting.organizer.get(sitting.path + path)).status_code == 200
            costs.append(len(statements))
    assert costs[:3] == costs[3:]
    assert costs[:3] == [3, 3, 5]
