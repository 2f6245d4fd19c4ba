"""Counting from the log alone."""

from datetime import date
from uuid import UUID, uuid4

from app.attendance.policy import Group
from app.attendance.recount import Fact, recounted, standings_on
from app.committees.lifecycle import Standing

DAY = date(2021, 10, 8)


def membership(name: str, subject: UUID, entity: UUID | None = None, **data) -> Fact:
    return Fact(f"membership.{name}", subject, entity, data)


def term(since: str, until: str | None = None, standing: str = "member") -> dict:
    return {"standing": standing, "office": None, "since": since, "until": until}


def test_memberships_hold_from_their_first_day_until_before_their_last() -> None:
    first, last, before, after, watching = entities = [uuid4() for _ in range(5)]
    terms = [
        term("2021-10-08"),
        term("2018-02-23", "2021-10-09"),
        term("2018-02-23", "2021-10-08"),
        term("2021-10-09"),
        term("2018-02-23", standing="observer"),
    ]
    facts = [
        membership("added", uuid4(), entity, **each)
        for entity, each in zip(entities, terms, strict=True)
    ]
    assert standings_on(facts, DAY) == {
        first: Standing.MEMBER,
        last: Standing.MEMBER,
        watching: Standing.OBSERVER,
    }
    assert before not in standings_on(facts, DAY)
    assert after not in standings_on(facts, DAY)


def test_memberships_are_changed_and_taken_back() -> None:
    kept, mistaken, entity, other = [uuid4() for _ in range(4)]
    facts = [
        membership("added", kept, entity, **term("2018-02-23", "2020-01-01")),
        membership("added", mistaken, other, **term("2018-02-23")),
        membership(
            "changed", kept, entity, changes={"until": {"before": "2020-01-01", "after": None}}
        ),
        membership("deleted", mistaken, other, **term("2018-02-23")),
    ]
    assert standings_on(facts, DAY) == {entity: Standing.MEMBER}


def test_a_person_counts_once_and_in_the_best_role_that_they_came_in() -> None:
    entity, guest = uuid4(), uuid4()
    first, second, third = [uuid4() for _ in range(3)]
    ann, bob = str(uuid4()), str(uuid4())

    def registered(registration: UUID, who: str, role: str) -> Fact:
        return Fact(
            "registration.confirmed", registration, entity, {"person_id": who, "role": role}
        )

    def came(registration: UUID, who: str, of: UUID = entity, interval: UUID | None = None) -> Fact:
        data = {"person_id": who, "registration_id": str(registration), "source": "link"}
        return Fact("attendance.checked_in", interval or uuid4(), of, data)

    mistake = uuid4()
    meeting = [
        registered(first, ann, "representative"),
        came(first, ann),
        came(first, ann),
        registered(second, ann, "support"),
        came(second, ann),
        registered(third, bob, "adviser"),
        came(third, bob, guest),
        came(third, bob, entity, mistake),
        Fact("attendance.struck", mistake, entity, {}),
    ]
    members = [membership("added", uuid4(), entity, **term("2018-02-23"))]
    figures = recounted(meeting, members, DAY)
    assert (figures.representatives, figures.entities, figures.quorum.members) == (1, 1, 1)
    assert (figures.observers, figures.others) == (Group(0, 0), Group(1, 1))
