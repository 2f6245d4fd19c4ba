"""A correction over HTTP: what it tells, what it ends, and what the log says of it."""

from sqlalchemy import text

from tests.people.directory import Directory


async def test_a_plan_says_who_would_learn_of_another_address(directory: Directory) -> None:
    person = await directory.person()
    for meeting in (0, 1):
        await directory.written_to(person, await directory.register(person, meeting))
    path = f"{directory.people}/{person['id']}"
    before = await directory.rows()
    plan = await directory.administrator.patch(
        f"{path}?plan=true", json={"email": "right@example.org"}
    )
    told = sorted((each["kind"], each["recipient"]) for each in plan.json()["notices"])
    confirmed = ("registration_confirmed", "right@example.org")
    gone = ("registration_readdressed", person["email"])
    assert told == [confirmed, confirmed, gone, gone]
    assert await directory.rows() == before
    nothing = await directory.administrator.patch(f"{path}?plan=true", json={"rank": "Director"})
    assert nothing.json()["notices"] == []


async def test_the_old_links_die_in_the_same_moment(directory: Directory) -> None:
    person = await directory.person()
    await directory.written_to(person, await directory.register(person))
    path = f"{directory.people}/{person['id']}"
    body = {"email": "right@example.org", "addresses": [person["email"]]}
    changed = await directory.administrator.patch(path, json=body)
    assert changed.json()["addresses"] == [person["email"]]
    async with directory.world.app.state.database.transaction() as session:
        live = await session.execute(text("SELECT count(*) FROM links WHERE revoked_at IS NULL"))
        log = await session.execute(
            text("SELECT name, data::text FROM events WHERE name ~ 'person.changed|readdressed'")
        )
    assert live.scalar_one() == 0
    facts = dict(tuple(row) for row in log)
    assert set(facts) == {"person.changed", "registration.readdressed"}
    assert "example.org" not in str(facts), "people stay out of the log"


async def test_a_member_that_does_not_go_in_mails_ends_nothing(directory: Directory) -> None:
    person = await directory.person()
    registration = await directory.register(person)
    await directory.written_to(person, registration)
    before = await directory.rows()
    path = f"{directory.people}/{person['id']}"
    body = {"rank": "Director", "at_headquarters": True, "duty_station": "Vienna"}
    assert (await directory.administrator.patch(path, json=body)).status_code == 200
    after = await directory.rows()
    assert {name for name in before if before[name] != after[name]} == {"people"}
