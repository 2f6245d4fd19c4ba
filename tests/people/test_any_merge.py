"""Whatever hung on two people: a merge taken back leaves every table as it was."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from app.core import clock
from app.people.merging import MergedMember
from app.settings import Settings
from tests.conftest import app_of, running
from tests.people.conftest import DAY
from tests.people.directory import Directory
from tests.world import World, post

EXAMPLES = 10


@dataclass(frozen=True)
class Somebody:
    """What one of the two has; at a meeting with a registration, live or withdrawn, or without."""

    others: int
    """How many addresses beside the main one."""
    members: dict[str, Any]
    at: tuple[str, str]
    office: bool
    feed: bool


PEOPLE = st.builds(
    Somebody,
    others=st.integers(0, 2),
    members=st.fixed_dictionaries(
        {},
        optional={
            "job_title": st.sampled_from(["Officer", "Director"]),
            "languages": st.lists(st.sampled_from(["fr", "ar", "ru"]), max_size=3),
            "at_headquarters": st.booleans(),
            "level": st.sampled_from(["head", "officer"]),
        },
    ),
    at=st.tuples(*[st.sampled_from(["", "live", "withdrawn"])] * 2),
    office=st.booleans(),
    feed=st.booleans(),
)
TAKEN = st.lists(st.sampled_from([each.value for each in MergedMember]), unique=True)


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[asyncio.Runner, Directory]]:
    """One directory for all examples; each adds its own people to it."""
    clock.set_file(Path(settings.clock.removeprefix("file:")), DAY)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> Directory:
            app = await stack.enter_async_context(running(app_of(settings)))
            return await Directory.of(await stack.enter_async_context(World.of(app)))

        directory = runner.run(enter())
        try:
            yield runner, directory
        finally:
            runner.run(stack.aclose())
            clock.use("real")


def test_any_merge_taken_back_is_as_if_it_never_was(settings: Settings) -> None:
    answers: list[int] = []
    with opened(settings) as (runner, directory):

        @bounds(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(kept=PEOPLE, other=PEOPLE, take=TAKEN, before=st.booleans())
        def there_and_back(kept: Somebody, other: Somebody, take: list[str], before: bool) -> None:
            answers.append(runner.run(play(directory, kept, other, take, chained=before)))

        there_and_back()
    assert len(answers) == EXAMPLES
    assert set(answers) == {200, 409}, "both happen"


async def play(
    directory: Directory, kept: Somebody, other: Somebody, take: list[str], *, chained: bool
) -> int:
    """What the merge answered; with a chain, a third one had been merged into the other."""
    one, two = await made(directory, kept), await made(directory, other)
    if chained:
        third = await made(directory, Somebody(1, {}, ("", ""), office=False, feed=True))
        done = await directory.do("merge", two, other=third["id"])
        assert done.status_code == 200, done.text
    before = await directory.rows()
    tried = await directory.do("merge", one, query="?dry_run=true", other=two["id"], take=take)
    assert await directory.rows() == before
    merged = await directory.do("merge", one, other=two["id"], take=take)
    assert tried.status_code == merged.status_code
    if merged.status_code == 200:
        assert await directory.rows() != before
        back = await directory.do("unmerge", one, other=two["id"])
        assert back.json() == merged.json()
    assert await directory.rows() == before
    return merged.status_code


async def made(directory: Directory, wanted: Somebody) -> dict[str, Any]:
    number = directory.world.next()
    addresses = [f"other{number}.{n}@example.org" for n in range(wanted.others)]
    consents = "level" in wanted.members
    person = await directory.person(
        addresses=addresses, statistics_consent=consents, **wanted.members
    )
    for meeting, state in enumerate(wanted.at):
        if state:
            registration = await directory.register(person, meeting, role="support")
            await directory.written_to(person, registration)
        if state == "withdrawn":
            path = f"/v1/meetings/{registration['meeting_id']}/registrations/{registration['id']}"
            await post(directory.administrator, f"{path}/withdraw")
    if wanted.office:
        await directory.office(person)
    if wanted.feed:
        feeds = f"/v1/entities/{directory.entity['id']}/feeds"
        await post(directory.administrator, feeds, {"person_id": person["id"]})
    return person
