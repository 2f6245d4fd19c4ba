"""Where the walk takes place: a client, the mails that were delivered, and the clock."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import yaml

COMMITTEE = "coordination-committee"
MEETING = "coordination-committee-6"
MEETING_PATH = f"/v1/meetings/{MEETING}"
LINK = re.compile(r"/([a-z]+)#([A-Za-z0-9_=-]+)")
PATIENCE = 60
AT_ONCE = 4


class WalkFailed(AssertionError):
    """Something did not come out as the story has it."""


@dataclass(frozen=True, slots=True)
class File:
    """A paper in one language, to be sent."""

    name: str
    content: bytes
    media_type: str


@dataclass
class Post:
    """The links in the mails of a Maildir; each mail is read once."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    links: dict[str, dict[str, str]] = field(default_factory=dict)

    def tokens(self, page: str) -> dict[str, str]:
        """Of the first link to a page that each recipient got."""
        new = self.folder / "new"
        names = {each.name for each in new.iterdir()} if new.is_dir() else set[str]()
        for name in sorted(names - self.seen):
            self._read(new / name)
        self.seen |= names
        return self.links.get(page, {})

    def _read(self, file: Path) -> None:
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        for page, token in LINK.findall(body.get_content() if body else ""):
            recipient = str(mail["to"].addresses[0].addr_spec)
            self.links.setdefault(page, {}).setdefault(recipient, token)


@dataclass
class Stage:
    """An administrator's client, the mails, the clock, and what the story is about."""

    client: httpx.AsyncClient
    post_box: Post
    set_clock: Callable[[datetime], None]
    say: Callable[[str], None]
    data: dict[str, Any] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    """Ids of the items of the agenda, by what the story calls them."""
    panel: str = ""
    """The panel's id."""

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of a successful answer; every refusal ends the walk with its words."""
        if body is not None:
            options["json"] = body
        answer = await self.client.request(method, path, **options)
        if not answer.is_success:
            raise WalkFailed(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return await self.call("POST", path, body, **options)

    async def read(self, path: str) -> Any:
        return await self.call("GET", path)

    async def put(self, path: str, file: File, headers: Mapping[str, str]) -> Any:
        return await self.call(
            "PUT",
            path,
            content=file.content,
            params={"name": file.name},
            headers={"Content-Type": file.media_type, **headers},
        )

    async def together(self, calls: Iterable[Awaitable[Any]]) -> None:
        """Calls whose order does not matter, a few at a time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(call: Awaitable[Any]) -> None:
            async with gate:
                await call

        await asyncio.gather(*(one(call) for call in calls))

    async def session(self, token: str) -> tuple[dict[str, Any], dict[str, str]]:
        """What a link from a mail is exchanged for, and the headers of calls with it."""
        session = await self.post("/v1/links/exchange", {"token": token})
        return session, {"Authorization": f"Bearer {session['token']}"}

    async def mails(self, page: str, number: int) -> dict[str, str]:
        """Tokens of the links to a page, by recipient, once so many have been delivered."""
        deadline = time.monotonic() + PATIENCE
        while True:
            tokens = await asyncio.to_thread(self.post_box.tokens, page)
            if len(tokens) >= number:
                return dict(tokens)
            if time.monotonic() > deadline:
                raise WalkFailed(f"only {len(tokens)} of {number} mails with a link to /{page}")
            await asyncio.sleep(0.05)


def texts(name: str) -> str:
    """A file of the story's data."""
    return files("app.demo").joinpath(name).read_text(encoding="utf-8")


@cache
def told(name: str) -> Any:
    """What stands in a file of data: not to be changed."""
    return yaml.load(texts(name), yaml.CSafeLoader)


def expect(what: str, found: object, wanted: object) -> None:
    """End the walk when the story comes out differently."""
    if found != wanted:
        raise WalkFailed(f"{what}: {found!r} instead of {wanted!r}")
