"""The SQL of one registration, as the service sends it, made into a script for `pgbench`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from bench.world import ENTITIES, Seat, World

TABLE = "bench_people"
"""Numbered from 0: who is registered next, for which entity."""

_NUMBERED = re.compile(r"\$(\d+)")
_NEXT = f"""\\set number :turn * :clients + :client_id
\\set turn :turn + 1
SELECT person_id, entity_id, invitation_id, uuidv7() AS registration_id, uuidv7() AS event_id \
FROM {TABLE} WHERE number = :number \\gset
BEGIN;
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement with its parameters and their names, as far as known."""

    text: str
    parameters: Sequence[Any]
    names: Sequence[str]


async def registration_script(app: FastAPI, world: World) -> str:
    """A script that registers the next person of the table in each transaction.

    Registers the last person to see what is sent, by a request that has a transaction of its own,
    so that one transaction is one, after another of the same delegation, since the
    first also accepts the invitation. Constants of that request stay constants; ids of the person,
    the delegation and of new rows vary, and the counters follow from what the transaction has read
    under its locks, as they do in the service.
    """
    before, seat = world.seats[-1 - ENTITIES], world.seats[-1]
    path = f"/v1/meetings/{world.handle}/registrations?refuse_alike=false"  # by itself
    headers = {"Authorization": f"Bearer {world.token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://bench", headers=headers
    ) as client:
        await client.post(path, json=registration(before))
        with captured(app) as sent:
            answer = await client.post(path, json=registration(seat))
    assert answer.status_code == 201, answer.text
    variables = _variables(sent, seat, UUID(answer.json()["id"]))
    return _NEXT + "".join(_line(each, variables) for each in sent) + "COMMIT;\n"


def registration(seat: Seat) -> dict[str, str]:
    """The body of a request."""
    return {"entity": str(seat.entity_id), "person_id": str(seat.person_id)}


@contextmanager
def captured(app: FastAPI) -> Iterator[list[Sent]]:
    """The statements that the application sends within the block, in their order."""
    found: list[Sent] = []
    engine = app.state.database.engine.sync_engine

    def keep(
        _connection: Any, _cursor: Any, text: str, parameters: Any, context: Any, _: Any
    ) -> None:
        names = getattr(context.compiled, "positiontup", None) or ()
        if len(names) != len(parameters):  # lists of values were spelled out
            names = [""] * len(parameters)
        found.append(Sent(text, tuple(parameters), tuple(names)))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def _variables(sent: list[Sent], seat: Seat, registration_id: UUID) -> dict[str, str]:
    """Names of the script's variables by the ids that they stand for."""
    known = {
        str(seat.person_id): "person_id",
        str(seat.entity_id): "entity_id",
        str(seat.invitation_id): "invitation_id",
        str(registration_id): "registration_id",
    }
    written = next(each for each in sent if "INSERT INTO registrations" in each.text)
    events = re.findall(r'"id": "([0-9a-f-]{36})"', str(_named(written)["events"]))
    assert len(events) == 1, "the first registration of a delegation also accepts its invitation"
    return known | {events[0]: "event_id"}


def _named(sent: Sent) -> Mapping[str, Any]:
    return dict(zip(sent.names, sent.parameters, strict=True))


def _line(sent: Sent, variables: Mapping[str, str]) -> str:
    values = [_value(sent, place, variables) for place in range(len(sent.parameters))]
    text = _NUMBERED.sub(lambda found: values[int(found[1]) - 1], sent.text)
    end = " \\gset locked_" if "FOR NO KEY UPDATE" in text else ";"
    return " ".join(text.split()) + end + "\n"


def _value(sent: Sent, place: int, variables: Mapping[str, str]) -> str:
    counter = _COUNTERS.get(sent.names[place])
    return counter or _literal(sent.parameters[place], variables)


_COUNTERS = {
    "capacity_taken": "(CAST(:locked_seats_taken AS integer) + 1)",
    "quota_taken": "(CAST(:locked_seats_taken_1 AS integer) + 1)",
}
"""The lock's statement reads the meeting's columns, then the invitation's."""


def _literal(value: Any, variables: Mapping[str, str]) -> str:
    """SQL of a parameter; an id that varies becomes a variable, also within a document."""
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value)
        case bytes():
            return f"'\\x{value.hex()}'"
        case datetime() | date():
            return f"'{value.isoformat()}'"
        case list() | tuple():
            return "'{" + ",".join(str(each) for each in value) + "}'"
        case _:
            return _text(str(value), variables)


def _text(text: str, variables: Mapping[str, str]) -> str:
    if text in variables:
        return f":{variables[text]}"
    if not (found := [each for each in variables if each in text]):
        return _quoted(text)
    parts = re.split("(" + "|".join(found) + ")", text)
    return "(" + " || ".join(_part(each, variables) for each in parts) + ")"


def _part(part: str, variables: Mapping[str, str]) -> str:
    name = variables.get(part)
    return _quoted(part) if name is None else f"CAST(:{name} AS text)"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
