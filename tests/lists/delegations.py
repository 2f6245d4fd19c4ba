"""A meeting with two delegations and an observer's, for tests of lists."""

from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.world import World, post

NAMES = {
    "UNDP": {
        "en": "United Nations Development Programme",
        "fr": "Programme des Nations Unies pour le développement",
        "ar": "برنامج الأمم المتحدة الإنمائي",
        "zh": "联合国开发计划署",
        "ru": "Программа развития Организации Объединенных Наций",
        "es": "Programa de las Naciones Unidas para el Desarrollo",
    },
    "INTERPOL": {"en": "International Criminal Police Organization", "fr": "Interpol"},
    "AU": {"en": "African Union", "fr": "Union africaine"},
}
PEOPLE = (
    ("UNDP", "Zoë Álvarez", "head_of_delegation", "Director", "yes"),
    ("UNDP", "王小明", "representative", "Programme Officer", "yes"),
    ("UNDP", "محمد علي", "adviser", "مستشار", "no"),
    ("INTERPOL", '=HYPERLINK("http://x")', "representative", "+1 555", "yes"),
    ("INTERPOL", "Иван Ёлкин", "alternate", "Советник", "not_asked"),
    ("AU", "Amina Okafor", "observer", "Observer", "yes"),
)


@dataclass
class Gathering:
    """Who is registered, by name."""

    world: World
    organizer: httpx.AsyncClient
    committee: dict[str, Any]
    meeting: dict[str, Any]
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    registrations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    async def of(cls, world: World, **meeting: Any) -> Self:
        committee = await world.committee(handle="coordination-committee", default_seat_quota=50)
        made = await world.meeting(committee, title={"en": "Sixth meeting"}, **meeting)
        found = cls(world, await world.organizer(committee), committee, made)
        for abbreviation, name in NAMES.items():
            entity = await world.entity(abbreviation=abbreviation, name=name)
            standing = "observer" if abbreviation == "AU" else "member"
            office = {"office": "chair"} if abbreviation == "UNDP" else {}
            await world.membership(committee, entity, standing, **office)
            found.entities[abbreviation] = entity
        found.meeting = await world.scheduled(made)
        for entity in found.entities.values():
            await world.invitation(found.meeting, entity)
        for number, (whose, who, role, title, listed) in enumerate(PEOPLE):
            said: dict[str, Any] = {"role": role, "listed": listed, "job_title": title}
            await found.register(whose, who, at=number, **said)
        return found

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    async def register(self, whose: str, name: str, *, at: int, **members: Any) -> dict[str, Any]:
        person = {"name": name, "email": f"person.{at}@example.org"}
        person |= {"job_title": members.pop("job_title", "Officer")}
        body = {"entity": self.entities[whose]["id"], "person": person} | members
        made = await post(self.organizer, f"{self.path}/registrations", body)
        self.registrations[name] = made
        return dict(made)

    async def read(self, name: str, client: httpx.AsyncClient | None = None, **query: Any) -> Any:
        """A list as JSON, or its problem."""
        answer = await (client or self.organizer).get(f"{self.path}/lists/{name}", params=query)
        return answer.json()

    async def file(
        self, name: str, client: httpx.AsyncClient | None = None, **query: Any
    ) -> httpx.Response:
        answer = await (client or self.organizer).get(f"{self.path}/lists/{name}", params=query)
        assert answer.status_code == 200, answer.text
        return answer

    async def change(self, **members: Any) -> None:
        headers = {"If-Match": "*"}
        answer = await self.organizer.patch(self.path, json=members, headers=headers)
        assert answer.is_success, answer.text
