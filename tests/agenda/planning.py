"""A meeting whose programme is being planned, and everybody who looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import httpx

from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from tests.world import World, post

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
"""10:00 in New York."""


@dataclass
class Planning:
    """A scheduled, public meeting of a committee with one member."""

    world: World
    committee: dict[str, Any]
    id: UUID
    handle: str
    organizer: httpx.AsyncClient = field(init=False)
    observer: httpx.AsyncClient = field(init=False)
    focal_point: httpx.AsyncClient = field(init=False)

    @classmethod
    async def of(
        cls,
        world: World,
        *,
        handle: str = "coordination-committee-6",
        start: datetime = START,
        committee: dict[str, Any] | None = None,
        **members: Any,
    ) -> Self:
        committee = committee or await world.committee()
        described: dict[str, Any] = {
            "handle": handle,
            "number": world.next(),
            "title": {"en": "6th meeting"},
            "status": MeetingStatus.SCHEDULED,
            "format": MeetingFormat.VIRTUAL,
            "timezone": "America/New_York",
            "local_start": (start - timedelta(hours=4)).replace(tzinfo=None),
            "local_end": (start - timedelta(hours=1)).replace(tzinfo=None),
            "starts_at": start,
            "ends_at": start + timedelta(hours=3),
            "languages": ["en"],
            "seat_quota": 5,
            "public": True,
        }
        async with world.app.state.database.transaction() as session:
            meeting = Meeting(committee_id=UUID(committee["id"]), **(described | members))
            session.add(meeting)
        planning = cls(world, committee, meeting.id, handle)
        entity = await world.entity()
        await world.membership(committee, entity)
        planning.organizer = await world.organizer(committee)
        planning.observer = await world.observer(committee)
        planning.focal_point = await world.focal_point_of(entity)
        return planning

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.id}"

    @property
    def agenda(self) -> str:
        return f"{self.path}/agenda"

    @property
    def public(self) -> str:
        return f"/v1/public/meetings/{self.handle}/agenda"

    async def becomes(self, status: MeetingStatus) -> None:
        async with self.world.app.state.database.transaction() as session:
            (await lock_meeting(session, self.id)).status = status

    async def read(self, client: httpx.AsyncClient | None = None) -> tuple[Any, dict[str, str]]:
        """The agenda, and the header that lets it be changed."""
        answer = await (client or self.organizer).get(self.agenda)
        assert answer.status_code == 200, answer.text
        return answer.json(), {"If-Match": answer.headers["etag"]}

    async def put(self, *items: Mapping[str, Any]) -> Any:
        """Replace the agenda; gives it back."""
        _, match = await self.read()
        answer = await self.organizer.put(self.agenda, json={"items": items}, headers=match)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def add(self, **members: Any) -> Any:
        return await post(self.organizer, f"{self.agenda}/items", item(**members))

    async def issue(self, **members: Any) -> Any:
        return await post(self.organizer, f"{self.agenda}/versions", members)

    async def panel(self, item_id: str, **members: Any) -> Any:
        body = {"item_id": item_id, "title": {"en": "Recent developments"}} | members
        return await post(self.organizer, f"{self.path}/panels", body)

    async def panellist(self, panel: Mapping[str, Any], *verbs: str, **members: Any) -> Any:
        """Somebody on the panel, taken through the verbs."""
        number = self.world.next()
        body = {"name": f"Panellist {number}", "email": f"p{number}@example.org"} | members
        path = f"{self.path}/panels/{panel['id']}/panellists"
        person = await post(self.organizer, path, body)
        for verb in verbs:
            person = await post(self.organizer, f"{path}/{person['id']}/{verb}")
        return person


def item(title: str = "Item", kind: str = "discussion", **members: Any) -> dict[str, Any]:
    return {"kind": kind, "title": {"en": title}} | members


def outline(items: list[Any]) -> list[tuple[Any, ...]]:
    """Number, title and times of every item, in reading order."""
    found: list[tuple[Any, ...]] = []
    for each in items:
        times = each["local_start"][11:16], each["local_end"][11:16]
        found.append((each["number"], each["title"]["en"], *times))
        found += outline(each["items"])
    return found


def found(problems: list[Any]) -> list[tuple[str, str | None, int]]:
    """Kind, item and minutes of each problem of a timetable."""
    return [(each["kind"], each["item_id"], each["minutes"]) for each in problems]


def slug(answer: httpx.Response) -> str:
    """Name of the problem that an answer is."""
    return str(answer.json()["type"]).rpartition("/")[2]
