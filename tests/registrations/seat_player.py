"""Plays histories of seats against the service and holds it to the model after each step."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from app.check import wrongs
from app.core import clock
from app.main import create_app
from app.registrations import offers
from app.settings import Settings
from tests.registrations import seat_steps as steps
from tests.registrations.seat_decisions import REASON
from tests.registrations.seat_figures import figures
from tests.registrations.seat_model import (
    HOLDING,
    LIVE,
    Answer,
    Due,
    Fact,
    Label,
    Leaving,
    Model,
)
from tests.registrations.seat_steps import (
    ENTITIES,
    FRESH,
    INVITED,
    NO_APPROVAL,
    ORGANIZER,
    UNINVITED,
    WITHOUT_SEAT,
    AnyStep,
    Approval,
    History,
    Naming,
    Together,
)
from tests.registrations.seat_verbs import answer as expected_answer
from tests.registrations.seat_verbs import orders
from tests.world import World, post

FIRST_DAY = datetime(2021, 9, 1, 12, tzinfo=UTC)
HALF = timedelta(hours=12)
"""Deadlines fall between the instants that the clock is set to."""
UNKNOWN = "00000000-0000-7000-8000-000000000000"

_MEETING = """
    SELECT status, capacity, seats_taken, calendar_sequence, (offer_window + 720) / 1440,
           ARRAY(SELECT seats FROM seat_pools WHERE meeting_id = $1 ORDER BY id),
           ARRAY(SELECT seats_taken FROM seat_pools WHERE meeting_id = $1 ORDER BY id)
      FROM meetings WHERE id = $1
"""
_INVITATIONS = """
    SELECT status, seat_quota, seats_taken, pool_id
      FROM invitations WHERE meeting_id = $1 ORDER BY id
"""
_REGISTRATIONS = """
    SELECT r.id, p.email, r.role, r.status, r.calendar_sequence, r.takes_seat, r.offer_ends_at,
           r.pending_because, r.decision, coalesce(r.line_number, r.queue_number) AS number
      FROM registrations r JOIN people p ON p.id = r.person_id
     WHERE r.meeting_id = $1 ORDER BY r.queue_number, r.id
"""
_EXCEPTIONS = """
    SELECT x.id, i.id AS invitation_id, x.persons, x.until, x.used, x.revoked_at
      FROM registration_exceptions x JOIN invitations i ON i.id = x.invitation_id
     WHERE i.meeting_id = $1 ORDER BY x.id
"""
_LOG = """
    SELECT id, name, subject_id, data FROM events WHERE meeting_id = $1 AND id > $2 ORDER BY id
"""


class Wrong(AssertionError):
    """The service answered or kept something else than the model."""


@dataclass
class House:
    """A service with four entities, their focal points and an organizer, for many histories."""

    app: FastAPI
    world: World
    connection: asyncpg.Connection
    clock_file: Path
    committee: dict[str, Any]
    entities: list[dict[str, Any]]
    callers: dict[int, httpx.AsyncClient]
    histories: int = 0
    steps: int = 0
    happened: Counter[str] = field(default_factory=Counter)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Everything is made within the running loop, and given back at the end."""
        assert settings.database_url is not None
        clock_file = Path(settings.clock.removeprefix("file:"))
        clock.set_file(clock_file, FIRST_DAY)
        app = create_app(settings)
        connection = await asyncpg.connect(settings.database_url.get_secret_value())
        try:
            async with app.router.lifespan_context(app), World.of(app) as world:
                committee = await world.committee()
                entities = [await world.entity() for _ in ENTITIES]
                callers = {n: await world.focal_point_of(e) for n, e in enumerate(entities)}
                callers[ORGANIZER] = await world.organizer(committee)
                yield cls(app, world, connection, clock_file, committee, entities, callers)
        finally:
            await connection.close()
            clock.use("real")

    def set_day(self, day: int) -> None:
        clock.set_file(self.clock_file, FIRST_DAY + timedelta(days=day))

    async def play(self, history: History) -> None:
        """Raises `Wrong` at the first difference."""
        self.histories += 1
        self.set_day(0)
        game = await Game.begin(self, history)
        for number, step in enumerate(history.steps):
            self.steps += len(step.steps) if isinstance(step, Together) else 1
            await game.take(number, step)
        await game.end()


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[House, Callable[[History], None]]]:
    """A house on an event loop of its own, and a way to play there that hypothesis can call."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        stack = AsyncExitStack()
        try:
            house = runner.run(stack.enter_async_context(House.open(settings)))
            yield house, lambda history: runner.run(house.play(history))
        finally:
            runner.run(stack.aclose())


@dataclass
class Game:
    """One history on a meeting of its own."""

    house: House
    model: Model
    path: str
    meeting_id: UUID
    invitations: list[str]
    pools: list[str]
    labels: dict[str, Label] = field(default_factory=dict)
    """Of registrations and exceptions by id."""
    last_entry: UUID = UUID(int=0)

    @classmethod
    async def begin(cls, house: House, history: History) -> Self:
        setting, world = history.setting, house.world
        opens, closes = (1 if setting.opens_late else None), setting.closes
        draft = await world.meeting(
            house.committee,
            capacity=setting.capacity,
            offer_window=_minutes(setting.window),
            registration_opens_at=_instant(opens),
            registration_closes_at=_instant(closes),
            approval=_approval(setting.approval),
        )
        meeting = await world.scheduled(draft)
        path, meeting_id = f"/v1/meetings/{meeting['id']}", UUID(meeting["id"])
        pools = [
            (await post(world.administrator, f"{path}/pools", {"name": f"P{n}", "seats": seats}))[
                "id"
            ]
            for n, seats in enumerate(setting.pools)
        ]
        invitations = [
            await world.invitation(
                meeting,
                house.entities[entity],
                sent=entity != INVITED[-1],
                seat_quota=quota,
                pool_id=None if share is None else pools[share],
            )
            for entity, (quota, share) in enumerate(
                zip(setting.quotas, setting.shares, strict=True)
            )
        ]
        ids = [invitation["id"] for invitation in invitations]
        game = cls(house, Model(setting), path, meeting_id, ids, pools)
        await game.log()
        return game

    async def take(self, number: int, step: AnyStep) -> None:
        together = step.steps if isinstance(step, Together) else (step,)
        due = [await self.due(each, (number, n)) for n, each in enumerate(together)]
        self.model.log.clear()
        before = len(self.model.registrations)
        answers = await asyncio.gather(*(self.perform(each) for each in due))
        found = await self.state()
        expected = None
        for expected in orders(self.model, due, answers):
            if _kept(expected) == found:
                self.model = expected
                self.house.happened.update(figures(before, expected, due, answers))
                return
        if len(due) == 1:
            told = expected_answer(self.model, due[0])
            expected = self.model
            if told != answers[0]:
                raise Wrong(f"step {number}, {due[0]}: expected {told}, got {answers[0]}")
        raise Wrong(
            f"step {number}, {due}: after the answers {answers} found {found}, "
            f"expected {_kept(expected) if expected else 'other answers in any order'}"
        )

    async def due(self, step: steps.Step, label: Label) -> Due:
        """What the drawn numbers mean now."""
        step = self._meant(step)
        concerned, target = _entity_of(step), None
        if isinstance(step, _PICKING) and (chosen := self._chosen(step)) is not None:
            concerned, target = chosen.entity, chosen.label
        entities = {"organizer": ORGANIZER, "own": concerned, "stranger": (concerned + 1) % 4}
        caller, etag = entities[step.by], ""
        if isinstance(step, steps.ChangeCapacity | steps.ChangeDeadline | steps.ChangeWindow):
            read = await self.house.callers[caller].get(self.path)
            etag = read.headers.get("etag", '"unknown"')
        return Due(
            step,
            label,
            caller,
            target,
            self.model.representation(),
            etag,
            leaving=self._leaving(step) if isinstance(step, steps.Cut) else None,
            targets=self._targets(step),
            until=self.model.today + step.days if isinstance(step, steps.Grant) else 0,
        )

    def _meant(self, step: steps.Step) -> steps.Step:
        """Seats below zero are so many less than are taken."""
        model = self.model
        match step:
            case steps.Proceed():
                return self._next(step)
            case steps.ChangeCapacity(capacity=int(less)) if less < 0:
                return replace(step, capacity=max(0, model.taken + less))
            case steps.ChangeQuota(entity=entity, quota=int(less)) if less < 0:
                return replace(step, quota=max(0, model.invitations[entity].taken + less))
            case steps.ChangePool(pool=pool, seats=less) if less < 0:
                taken = model.pools[pool].taken if pool < len(model.pools) else 0
                return replace(step, seats=max(0, taken + less))
        return step

    def _next(self, step: steps.Proceed) -> steps.Step:
        """An offer is accepted, or there is a decision, the way back, or a seat given up."""
        there = {r.status for r in self.model.registrations}
        urgent = ["offered", "pending", "rejected"]
        turned = [*urgent[step.pick % 3 :], *urgent[: step.pick % 3]]
        pick = step.pick - step.pick % 6
        match next((status for status in turned if status in there), None):
            case "offered":
                return steps.Accept(by=step.by, pick=pick)
            case "pending":
                return steps.Decide(pick=pick, verb=step.verb)
            case "rejected":
                return steps.Decide(pick=pick, verb="reconsider")
        return steps.Withdraw(by=step.by, pick=pick)

    def _targets(self, step: steps.Step) -> tuple[Label | None, ...]:
        if not isinstance(step, steps.DecideMany):
            return ()
        chosen = [self._chosen(each) for each in step.decisions]
        return tuple(each.label if each else None for each in chosen)

    def _chosen(self, step: Any) -> Any:
        """Mostly somebody with whom the step can be done; or an exception to revoke."""
        if isinstance(step, steps.Revoke):
            granted = self.model.exceptions
            return granted[step.pick % len(granted)] if granted else None
        known = self.model.registrations
        fitting = [r for r in known if r.status in _fitting(step)]
        choice = fitting if fitting and step.pick % 6 < 5 else known
        return choice[step.pick // 6 % len(choice)] if choice else None

    def _leaving(self, step: steps.Cut) -> Leaving:
        """As many as must leave, or one more; not always those who came last."""
        if not isinstance(step.plan, int):
            return step.plan
        model, scope = self.model, self.model.in_line(*HOLDING)
        match step:
            case steps.ChangeCapacity(capacity=seats):
                needed = model.taken - (model.taken if seats is None else seats)
            case steps.ChangePool(pool=pool, seats=seats):
                needed = model.pools[pool].taken - seats if pool < len(model.pools) else 0
                scope = [r for r in scope if model.invitations[r.entity].pool == pool]
            case steps.ChangeQuota(entity=entity, quota=quota):
                taken = model.invitations[entity].taken
                needed = taken - (taken if quota is None else quota)
                scope = [r for r in scope if r.entity == entity]
            case steps.Share(entity=entity, pool=pool):
                needed = 0
                if pool is not None and pool < len(model.pools):
                    joined, taken = model.pools[pool], model.invitations[entity].taken
                    needed = taken - (joined.seats - joined.taken)
                scope = [r for r in scope if r.entity == entity]
            case _:
                raise AssertionError(step)
        seated = [r.label for r in scope if r.seated]
        turned = [*seated[step.plan :], *seated[: step.plan]]
        return tuple(turned[: max(0, needed) + (step.plan % 3 == 2)]) or None

    def _plan(self, due: Due) -> dict[str, Any]:
        """The member that says who leaves, as the call has it."""
        if due.leaving is None:
            return {}
        ids = {label: key for key, label in self.labels.items()}
        named = due.leaving if isinstance(due.leaving, str) else [ids[each] for each in due.leaving]
        return {"move_to_waiting": named}

    async def perform(self, due: Due) -> Answer:
        """Call the service; the clock and the worker move without a call."""
        client, step = self.house.callers[due.caller], due.step
        match step:
            case steps.Register():
                body = self._named(step.naming, with_entity=step.says_entity)
                answer = await client.post(f"{self.path}/registrations", json=body)
                return self._registered(due, answer)
            case steps.RegisterMany():
                query = "?dry_run=true" if step.dry_run else ""
                rows = [self._named(naming) for naming in step.namings]
                answer = await client.post(f"{self.path}/registrations/bulk{query}", json=rows)
                return self._registered_many(due, answer)
            case steps.ImportTable():
                how = {"mode": step.mode, "dry_run": str(step.dry_run).lower()}
                rows = [self._row(naming) for naming in step.namings]
                path = f"{self.path}/registrations/import"
                return self._registered_many(due, await client.post(path, json=rows, params=how))
            case steps.DecideMany():
                how = {"dry_run": str(step.dry_run).lower()}
                rows = self._decisions(due, step)
                path = f"{self.path}/registrations/decisions"
                return _rows(await client.post(path, json=rows, params=how))
            case steps.Grant() | steps.Revoke():
                return await self._perform_on_exception(due, client)
            case steps.Substitute():
                body = self._substitute(due, step)
                answer = await client.post(f"{self._target(due)}/substitute", json=body)
                return self._registered(due, answer)
            case steps.Look():
                await offers.look(self.house.app.state.database)
                return ()
        if isinstance(step, _PICKING):
            return _shown(await self._perform_on_registration(due, client))
        if isinstance(step, _INVITING):
            return _shown_invitation(await self._perform_on_invitation(due, client))
        return await self._perform_on_meeting(due, client)

    async def _perform_on_registration(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        path = self._target(due)
        match due.step:
            case steps.Withdraw():
                return await client.post(f"{path}/withdraw")
            case steps.Accept():
                return await client.post(f"{path}/accept-offer")
            case steps.Reorder(line=line, position=position):
                return await client.post(f"{path}/move", json={"line": line, "position": position})
            case steps.ChangeRole(role=role):
                return await client.patch(path, json={"role": role})
            case steps.Decide(verb=verb):
                body = {"reason": REASON} if verb == "reject" else None
                return await client.post(f"{path}/{verb}", json=body)
        raise AssertionError(due.step)

    async def _perform_on_exception(self, due: Due, client: httpx.AsyncClient) -> Answer:
        """Exceptions of all entities are revoked, each below its invitation."""
        match due.step:
            case steps.Grant(entity=entity, persons=persons):
                path = f"{self.path}/invitations/{self.invitations[entity]}/exceptions"
                until = _instant(due.until)
                body = {"persons": persons, "until": until, "reason": REASON}
                answer = await client.post(path, json=body)
                if answer.status_code == 201:
                    self.labels[answer.json()["id"]] = due.label
            case _:
                granted = [each for each in self.model.exceptions if each.label == due.target]
                entity = granted[0].entity if granted else 0
                path = f"{self.path}/invitations/{self.invitations[entity]}/exceptions"
                answer = await client.post(f"{path}/{self._id(due.target)}/revoke")
        return _told(answer, "persons", "used")

    async def _perform_on_invitation(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        step = due.step
        assert isinstance(step, _INVITING)
        path = f"{self.path}/invitations/{self.invitations[step.entity]}"
        match step:
            case steps.ChangeQuota(quota=quota):
                return await client.patch(path, json={"seat_quota": quota} | self._plan(due))
            case steps.Share(pool=pool):
                body = {"pool_id": self._pool(pool)} | self._plan(due)
                return await client.patch(path, json=body)
            case steps.AnswerInvitation(answer=said):
                return await client.post(f"{path}/answer", json={"answer": said})
            case steps.SendInvitation():
                return await client.post(f"{path}/send")
            case steps.WithdrawInvitation():
                return await client.post(f"{path}/withdraw")

    async def _perform_on_meeting(self, due: Due, client: httpx.AsyncClient) -> Answer:
        match due.step:
            case steps.ChangeCapacity(capacity=capacity):
                answer = await self._patch(due, capacity=capacity, **self._plan(due))
            case steps.ChangePool(pool=pool, seats=seats):
                fewer = {"seats": seats} | self._plan(due)
                path = f"{self.path}/pools/{self._pool(pool)}"
                return _told(await client.patch(path, json=fewer), "seats", "seats_taken")
            case steps.ChangeWindow(window=window):
                answer = await self._patch(due, offer_window=_minutes(window))
            case steps.ChangeDeadline(closes=closes):
                answer = await self._patch(due, registration_closes_at=_instant(closes))
            case steps.Move(verb=verb, day=day):
                body = _times(day) if verb == "reschedule" else None
                answer = await client.post(f"{self.path}/{verb}", json=body)
            case steps.Wait(days=days):
                await client.get(self.path)  # so that others at once are under way
                self.house.set_day(self.model.today + days)
                return ()
        return _told(answer, "status", "capacity", "calendar_sequence")

    async def _patch(self, due: Due, **members: Any) -> httpx.Response:
        headers = {"If-Match": due.etag}
        client = self.house.callers[due.caller]
        return await client.patch(self.path, json=members, headers=headers)

    async def state(self) -> tuple[Any, ...]:
        """All that is kept, and what the log has told since the last look."""
        connection, meeting = self.house.connection, self.meeting_id
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            kept = await connection.fetchrow(_MEETING, meeting)
            invitations = await connection.fetch(_INVITATIONS, meeting)
            registrations = await connection.fetch(_REGISTRATIONS, meeting)
            exceptions = await connection.fetch(_EXCEPTIONS, meeting)
            log = await self.log()
        return (
            tuple(kept or ()),
            [(*row[:3], self._pool_number(row["pool_id"])) for row in invitations],
            [self._registration(row) for row in registrations],
            [
                self.labels.get(str(row["id"]))
                for row in sorted(registrations, key=lambda row: row["number"])
                if row["status"] == "waiting"
            ],
            [self._exception(row) for row in exceptions],
            log,
        )

    async def log(self) -> list[Fact]:
        rows = await self.house.connection.fetch(_LOG, self.meeting_id, self.last_entry)
        if rows:
            self.last_entry = rows[-1]["id"]
        return [self._fact(row) for row in rows]

    async def end(self) -> None:
        """What everybody is shown is what is kept, and a recount finds nothing wrong."""
        for entity, client in self.house.callers.items():
            if entity == UNINVITED or not self.model.sees_meeting(entity):
                assert (await client.get(f"{self.path}/registrations")).status_code == 404
            else:
                await self._check_lists(entity, client)
        async with self.house.app.state.database.transaction() as session:
            if found := await wrongs(session):
                raise Wrong(f"the recount says {found}")

    async def _check_lists(self, entity: int, client: httpx.AsyncClient) -> None:
        model, own = self.model, INVITED if entity == ORGANIZER else [entity]
        listed = (await client.get(f"{self.path}/registrations?limit=200")).json()["items"]
        shown = [(self.labels[each["id"]], _members(each)) for each in listed]
        expected = [(r.label, model.shown(r)[1:]) for r in model.registrations if r.entity in own]
        if shown != expected:
            raise Wrong(f"caller {entity} is shown {shown}, expected {expected}")
        board = (await client.get(f"{self.path}/invitations?sort=created_at")).json()["items"]
        invitations = [(200, *_seats(each)) for each in board]
        if invitations != [model.shown_invitation(each) for each in own]:
            raise Wrong(f"caller {entity} is shown {invitations}")

    def _named(self, naming: Naming, *, with_entity: bool = True) -> dict[str, Any]:
        """The same few people in all histories, but for two who are new each time."""
        fresh = f".{self.house.histories}" if naming.person in FRESH else ""
        email = f"person.{naming.person}{fresh}@example.org"
        body: dict[str, Any] = {"person": {"name": "Delegate", "email": email}}
        if with_entity:
            body["entity"] = self.house.entities[naming.entity]["handle"]
        return body | {"role": naming.role}

    def _substitute(self, due: Due, step: steps.Substitute) -> dict[str, Any]:
        """Somebody of the directory that the registration's people are in."""
        body = self._named(Naming(0, step.person, step.role or ""), with_entity=False)
        return body if step.role else {"person": body["person"]}

    def _target(self, due: Due) -> str:
        return f"{self.path}/registrations/{self._id(due.target)}"

    def _id(self, label: Label | None) -> str:
        ids = {each: key for key, each in self.labels.items()}
        return ids[label] if label is not None else UNKNOWN

    def _row(self, naming: Naming) -> dict[str, Any]:
        """As tables name somebody."""
        body = self._named(naming)
        return body.pop("person") | body

    def _decisions(self, due: Due, step: steps.DecideMany) -> list[dict[str, Any]]:
        return [
            {"registration_id": self._id(target), "decision": each.verb}
            | ({"reason": REASON} if each.verb == "reject" else {})
            for target, each in zip(due.targets, step.decisions, strict=True)
        ]

    def _pool(self, number: int | None) -> str | None:
        if number is None:
            return None
        return self.pools[number] if number < len(self.pools) else UNKNOWN

    def _pool_number(self, pool_id: Any) -> int | None:
        return None if pool_id is None else self.pools.index(str(pool_id))

    def _registered(self, due: Due, answer: httpx.Response) -> Answer:
        if answer.status_code == 201:
            self.labels[answer.json()["id"]] = due.label
        return _shown(answer)

    def _registered_many(self, due: Due, answer: httpx.Response) -> Answer:
        if answer.status_code != 200:
            return _told(answer)
        for place, row in enumerate(answer.json()["rows"]):
            if row["registration_id"] is not None and row["outcome"] != "already_there":
                self.labels[row["registration_id"]] = (*due.label, place)
        return _rows(answer)

    def _registration(self, row: asyncpg.Record) -> tuple[Any, ...]:
        label = self.labels.get(str(row["id"]), (str(row["id"]),))
        person = int(row["email"].split("@")[0].split(".")[1])
        assert row["takes_seat"] is (row["role"] not in WITHOUT_SEAT)
        ends = _day(row["offer_ends_at"])
        decided = tuple(_json(row["pending_because"]) or ()), row["decision"]
        return label, person, row["role"], row["status"], row["calendar_sequence"], ends, *decided

    def _exception(self, row: asyncpg.Record) -> tuple[Any, ...]:
        entity = self.invitations.index(str(row["invitation_id"]))
        until, revoked = _last_day(row["until"]), row["revoked_at"] is not None
        label = self.labels.get(str(row["id"]), (str(row["id"]),))
        return label, entity, row["persons"], until, row["used"], revoked

    def _with_labels(self, data: dict[str, Any]) -> dict[str, Any]:
        """What an entry says of a registration, with labels for the ids of others."""
        others = {name: data[name] for name in _OTHERS if name in data}
        labels = {name: each and self.labels.get(each, (each,)) for name, each in others.items()}
        ends = {name: _day(data[name]) for name in ("ends_at",) if name in data}
        return _without(data, *_IDS) | labels | ends

    def _cut(self, data: dict[str, Any]) -> dict[str, Any]:
        """What an entry says of seats that are cut."""
        leaving, invitation = data["leaving"], data["invitation_id"]
        return {
            "needed": data["needed"],
            "leaving": leaving and [self.labels.get(each, (each,)) for each in leaving],
            "invitation_id": invitation and self.invitations.index(invitation),
            "pool_id": self._pool_number(data["pool_id"]),
        }

    def _change(self, member: str, value: Any) -> Any:
        """A value of the log in the words of the model."""
        if member == "pool_id":
            return self._pool_number(value)
        if member == "offer_window":
            return value and (value + 720) // 1440
        return _plain(value)

    def _fact(self, row: asyncpg.Record) -> Fact:
        """An entry with the words of the model for what it is about."""
        subject, name = str(row["subject_id"]), row["name"]
        data = _json(row["data"])
        if name.startswith("registration_exception."):
            told = {n: v if n != "until" else _last_day(v) for n, v in data.items()}
            return name, self.labels.get(subject, (subject,)), _without(told, *_IDS)
        if name.startswith("registration."):
            return name, self.labels.get(subject, (subject,)), self._with_labels(data)
        if subject in self.invitations:
            subject_is: Any = self.invitations.index(subject)
        elif subject in self.pools:
            subject_is = ("pool", self.pools.index(subject))
        else:
            subject_is = "meeting"
        if name == "seats.cut":
            return name, subject_is, self._cut(data)
        if name == "meeting.rescheduled":
            return name, subject_is, _without(data, "changes", "note", "act")
        if "changes" in data:
            changes = {
                member: tuple(self._change(member, change[when]) for when in ("before", "after"))
                for member, change in data["changes"].items()
            }
            return name, subject_is, {"changes": changes}
        return name, subject_is, _without(data, "note", "act", "digest")


_CHANGING = steps.Withdraw | steps.Substitute | steps.ChangeRole | steps.Accept | steps.Reorder
_PICKING = _CHANGING | steps.Decide | steps.Revoke
_INVITING = (
    steps.ChangeQuota
    | steps.Share
    | steps.AnswerInvitation
    | steps.SendInvitation
    | steps.WithdrawInvitation
)
_IDS = ("invitation_id", "person_id")
_OTHERS = ("predecessor_id", "successor_id")


def _fitting(step: steps.Step) -> tuple[str, ...]:
    """The states in which a step can be done."""
    match step:
        case steps.Accept():
            return ("offered",)
        case steps.Reorder():
            return ("waiting",)
        case steps.Withdraw(pick=pick) if pick % 6 < 4:
            return HOLDING  # so that a seat falls free
        case steps.Decide(verb=verb):
            return ("rejected",) if verb == "reconsider" else ("pending",)
    return LIVE


def _kept(model: Model) -> tuple[Any, ...]:
    """The model's state in the form of `Game.state`."""
    return (
        (
            *(model.status, model.capacity, model.taken, model.sequence, model.window),
            [pool.seats for pool in model.pools],
            [pool.taken for pool in model.pools],
        ),
        [(each.status, each.quota, each.taken, each.pool) for each in model.invitations],
        [
            (
                *(r.label, r.person, r.role, r.status, r.sequence, r.offer_ends),
                *(r.because, r.decision),
            )
            for r in model.registrations
        ],
        [r.label for r in model.in_line("waiting")],
        [
            (each.label, each.entity, each.persons, each.until, each.used, each.revoked)
            for each in model.exceptions
        ],
        model.log,
    )


def _told(answer: httpx.Response, *names: str) -> Answer:
    """Status and the named members, or status and problem."""
    body = answer.json()
    if answer.is_success:
        return answer.status_code, *(body[name] for name in names)
    return answer.status_code, body["type"].rpartition("/")[2]


def _rows(answer: httpx.Response) -> Answer:
    """What became of each of a list, or status and problem."""
    if answer.status_code != 200:
        return _told(answer)
    rows = answer.json()["rows"]
    return 200, tuple((row["outcome"], row["problem"]) for row in rows)


def _shown(answer: httpx.Response) -> Answer:
    """A registration, or status and problem."""
    if not answer.is_success:
        return _told(answer)
    return (answer.status_code, *_members(answer.json()))


def _members(registration: dict[str, Any]) -> tuple[Any, ...]:
    places = ("waiting_position", "waiting_in_meeting", "waiting_in_pool")
    values = (registration[name] for name in ("status", "role", *places))
    return (*values, _day(registration["offer_ends_at"]))


def _shown_invitation(answer: httpx.Response) -> Answer:
    return (answer.status_code, *_seats(answer.json())) if answer.is_success else _told(answer)


def _seats(invitation: dict[str, Any]) -> tuple[Any, ...]:
    names = ("status", "seat_quota", "seats_taken", "waiting")
    pool = invitation["pool"]
    return (*(invitation[name] for name in names), pool and pool["seats_taken"])


def _day(instant: str | datetime | None) -> int | None:
    """The day of the history on which the clock, once set, shows that the instant has passed."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return None if instant is None else (instant + HALF - FIRST_DAY).days


def _last_day(instant: str | datetime) -> int:
    """The last day on which the clock, once set, shows an instant before this one."""
    passed = _day(instant)
    assert passed is not None
    return passed - 1


def _minutes(days: int | None) -> int | None:
    """Half a day less, as the clock goes on between the instants that it is set to."""
    return days and days * 1440 - 720


def _entity_of(step: steps.Step) -> int:
    match step:
        case steps.Register(naming=naming):
            return naming.entity
        case steps.RegisterMany(namings=namings) | steps.ImportTable(namings=namings):
            return namings[0].entity
        case steps.Grant(entity=entity):
            return entity
        case _:
            return step.entity if isinstance(step, _INVITING) else 0


def _instant(day: int | None) -> str | None:
    return None if day is None else (FIRST_DAY + timedelta(days=day) + HALF).isoformat()


def _times(day: int) -> dict[str, str]:
    """10:00 to 13:00 in New York on that day of the history."""
    date = (FIRST_DAY + timedelta(days=day)).date().isoformat()
    return {"local_start": f"{date}T10:00:00", "local_end": f"{date}T13:00:00"}


def _plain(value: Any) -> Any:
    """An instant of the log as its day in the history."""
    if not isinstance(value, str):
        return value
    return (datetime.fromisoformat(value) - HALF - FIRST_DAY).days


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _approval(approval: Approval) -> dict[str, Any] | None:
    return None if approval == NO_APPROVAL else asdict(approval)


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
