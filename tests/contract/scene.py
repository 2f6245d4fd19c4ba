"""Two committees with a meeting each, and everything that a meeting can have in both."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import httpx

from app.briefings.links import group_token
from app.briefings.tables import Briefing
from app.core import clock
from app.core.ids import new_id
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose, Role, Scope
from app.identity.tokens import link_token, opening_token
from app.inbox.lifecycle import IncomingKind, IncomingState, Reason, Way
from app.inbox.tables import IncomingMail
from app.mail.bounces import find_suppressed, record_bounce
from app.mail.lifecycle import MessageKind
from app.mail.tables import Message
from app.meetings.tables import Meeting
from app.reminders.tokens import digest_token
from tests.world import World, post

EARLY = datetime(2021, 9, 1, 8, tzinfo=UTC)
"""Five weeks before the meetings: time to invite and to register."""
DAY = datetime(2021, 10, 8, 14, tzinfo=UTC)
"""The meetings begin: 10:00 in New York."""
UPLOAD = {
    "Tus-Resumable": "1.0.0",
    "Upload-Length": "100",
    "Upload-Metadata": "filename bm90ZS5wZGY=,filetype YXBwbGljYXRpb24vcGRm,language ZnI=",
}
"""Of a PDF in French, called note.pdf."""
CANARY = "canary-of-the-delegation"
"""Stands in names, addresses and words of the first part's entity, which no other may see."""
QUESTION = {
    "id": "wish",
    "kind": "short_text",
    "label": {"en": "What do you wish?"},
    "purpose": {"en": "To ask something."},
}
"""What the meetings ask."""
PASSCODE = "canary-of-the-room"


@dataclass
class Part:
    """A committee, its meeting, an entity of it, and the ids of all that hangs on them."""

    world: World
    mark: str
    committee: dict[str, Any] = field(default_factory=dict)
    entity: dict[str, Any] = field(default_factory=dict)
    meeting: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Path parameters by their names in the OpenAPI document, and others."""
    stranger: dict[str, Any] = field(default_factory=dict)
    """An entity that has nothing to do with the committee."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Tokens of links from mails: `answer_link`, `join_link`."""

    @classmethod
    async def made(cls, world: World, *, mark: str = "somebody") -> Self:
        """Names and words of the entity's people have the mark in them."""
        part = cls(world, mark)
        part.committee = await world.committee()
        part.entity = await world.entity()
        part.stranger = await world.entity()
        part.meeting = await world.meeting(part.committee, public=True)
        other = await world.meeting(part.committee)
        membership = await world.membership(part.committee, part.entity)
        await part._prepare_agenda()
        await world.room(part.meeting, passcode=PASSCODE)
        part.meeting = await post(world.administrator, f"{part.path}/schedule")
        await post(world.administrator, f"{part.path}/agenda/versions", {})
        part.ids |= {
            "m": part.meeting["id"],
            "other_meeting": other["id"],
            "c": part.committee["id"],
            "e": part.entity["id"],
            "membership_id": membership["id"],
            "number": "1",
            "kind": "invitation",
            "language": "fr",
            "d": "new-york",
            "year": "2021",
            "suffix": "csv",
            "schedule_form": "xml",
            "form": "html",
        }
        holidays = {"holidays": [{"day": "2021-01-01", "name": {"en": "New Year"}}]}
        listed = "/v1/duty-stations/new-york/holidays/2021"
        assert (await world.administrator.put(listed, json=holidays)).is_success
        await part._prepare_briefing()
        await part._prepare_series()
        await part._prepare_directory()
        await part._prepare_delegation()
        await part._prepare_documents()
        await part._prepare_account()
        await part._prepare_mails()
        await part._prepare_words()
        return part

    async def open(self) -> None:
        """Open the meeting, which needs its day; somebody comes, and something is decided."""
        await post(self.administrator, f"{self.path}/open")
        body = {"registration_ids": [self.ids["registration_id"]]}
        come = await post(self.administrator, f"{self.path}/attendance/check-ins", body)
        title = {"title": {"en": "Something"}}
        own = f"{self.path}/documents/{self.ids['document_id']}"
        uploads = f"{own}/revisions/{self.ids['revision_id']}/uploads"
        sent = await self.administrator.post(uploads, headers=UPLOAD)
        assert sent.status_code == 201, sent.text
        decision = await post(self.administrator, f"{self.path}/decisions", title)
        action = await post(self.administrator, f"{self.path}/actions", title)
        self.ids |= {
            "upload_id": sent.json()["id"],
            "attendance_id": come["rows"][0]["attendance_id"],
            "decision_id": decision["id"],
            "action_id": action["id"],
        }

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}"

    @property
    def administrator(self) -> httpx.AsyncClient:
        return self.world.administrator

    async def link_session(self) -> str:
        """The bearer token of somebody who exchanged the link of the mail with the invitation."""
        body = {"token": self.secrets["spare_link"]}
        made = await post(self.administrator, "/v1/links/exchange", body)
        return str(made["token"])

    async def panellist_session(self) -> str:
        """The bearer token of the panellist, who has exchanged a link."""
        expires = clock.now() + timedelta(days=30)
        panellist, purpose = UUID(self.ids["x"]), LinkPurpose.SPEAK_ON_PANEL
        async with self.world.app.state.database.transaction() as session:
            link = identity.create_link(session, purpose, panellist, None, expires)
        token = link_token(self.world.app.state.secret, link.id)
        made = await post(self.administrator, "/v1/links/exchange", {"token": token})
        return str(made["token"])

    async def _prepare_agenda(self) -> None:
        items = f"{self.path}/agenda/items"
        item = {"kind": "panel", "title": {"en": "Panel"}, "minutes": 60}
        made = await post(self.administrator, items, item)
        free = await post(self.administrator, items, item)
        times = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}
        sitting = await post(self.administrator, f"{self.path}/sittings", times)
        panel = {"item_id": made["id"], "title": {"en": "Panel"}}
        seated = await post(self.administrator, f"{self.path}/panels", panel)
        path = f"{self.path}/panels/{seated['id']}/panellists"
        known = {"name": "Speaker", "email": f"speaker{self.world.next()}@example.org"}
        speaker = await post(self.administrator, path, known)
        await post(self.administrator, f"{path}/{speaker['id']}/invite")
        times = {"starts_at": "2021-10-07T14:00:00Z", "ends_at": "2021-10-07T15:00:00Z"}
        rehearsal = f"{self.path}/panels/{seated['id']}/rehearsal"
        put = await self.administrator.put(rehearsal, json=times | {"passcode": PASSCODE})
        assert put.status_code == 201, put.text
        self.ids |= {
            "item_id": made["id"],
            "sitting_id": sitting["id"],
            "p": seated["id"],
            "x": speaker["id"],
            "free_item": free["id"],
        }

    async def _prepare_briefing(self) -> None:
        """Of a group for which only organizers speak; the link is that of its contact's mail."""
        group = await self.world.committee(parent=self.committee["handle"])
        item = {"kind": "briefing", "title": {"en": "Briefing"}, "minutes": 30}
        item |= {"working_group": group["handle"]}
        made = await post(self.administrator, f"{self.path}/agenda/items", item)
        contact = {"name": f"Contact {self.mark}", "email": f"contact.{self.mark}@example.org"}
        ask = {"ask": [{"item_id": made["id"], "contact": contact}]}
        asked = await post(self.administrator, f"{self.path}/briefings", ask)
        self.ids |= {"b": asked["briefings"][0]["id"], "briefing_item": made["id"]}
        async with self.world.app.state.database.transaction() as session:
            briefing = await session.get_one(Briefing, UUID(self.ids["b"]))
        self.secrets["briefing_link"] = group_token(self.world.app.state.secret, briefing.group_key)

    async def _prepare_series(self) -> None:
        """The meeting was made for one of its dates."""
        path = f"/v1/committees/{self.committee['id']}/series"
        rule = {"frequency": "monthly", "starts_on": "2021-10-08"}
        body = {"name": {"en": "Series"}, "rule": rule, "start_time": "10:00", "minutes": 180}
        template = {"template": {"title": {"en": "Meeting {number}"}}}
        self.ids["series_id"] = (await post(self.administrator, path, body | template))["id"]
        async with self.world.app.state.database.transaction() as session:
            meeting = await session.get_one(Meeting, UUID(self.meeting["id"]))
            meeting.series_id = UUID(self.ids["series_id"])
            meeting.series_date = DAY.date()

    async def _person(self, who: str) -> dict[str, Any]:
        return await self.world.person(
            self.entity, name=f"{who} {self.mark}", email=f"{who}.{self.mark}@example.org"
        )

    async def _prepare_directory(self) -> None:
        person = await self._person("focal-point")
        focal = await post(
            self.administrator,
            f"/v1/entities/{self.entity['id']}/focal-points",
            {"person_id": person["id"]},
        )
        other = await self._person("colleague")
        self.ids |= {
            "focal_point_id": focal["id"],
            "focal_person": person["id"],
            "person_id": other["id"],
            "twin": (await self._person("twin"))["id"],
        }

    async def _prepare_delegation(self) -> None:
        invitation = await self.world.invitation(self.meeting, self.entity, seat_quota=50)
        focal_point = await self.world.focal_point_of(self.entity)
        said = {"answer": "accepted", "note": self.mark}
        await post(focal_point, f"{self.path}/invitations/{invitation['id']}/answer", said)
        form = {"questions": [QUESTION]}
        asks = await self.administrator.put(
            f"{self.path}/form", json=form, headers={"If-Match": "*"}
        )
        assert asks.status_code == 200, asks.text
        body = {
            "person_id": (await self._person("delegate"))["id"],
            "answers": {"wish": f"Wish of {self.mark}"},
            "needs": {"other": f"Need of {self.mark}", "captioning": True},
        }
        registration = await post(focal_point, f"{self.path}/registrations", body)
        pool = await post(self.administrator, f"{self.path}/pools", {"name": "All", "seats": 90})
        self.ids |= {
            "invitation_id": invitation["id"],
            "registration_id": registration["id"],
            "pool_id": pool["id"],
        }
        await post(self.administrator, f"{self.path}/lists/participants/publish")
        self.ids["mail_id"] = await self._mail()
        self.ids["file_id"] = await self._file(focal_point)
        self.ids["exception_id"] = await self._exception()
        delegate = registration["person"]["id"]
        for name, purpose, about, whose in (
            (
                "answer_link",
                LinkPurpose.ANSWER_INVITATION,
                "invitation_id",
                self.ids["focal_person"],
            ),
            (
                "spare_link",
                LinkPurpose.ANSWER_INVITATION,
                "invitation_id",
                self.ids["focal_person"],
            ),
            ("join_link", LinkPurpose.JOIN_MEETING, "registration_id", delegate),
        ):
            self.secrets[name] = await self._link(name, purpose, self.ids[about], whose)
        feeds = f"/v1/entities/{self.entity['id']}/feeds"
        feed = await post(self.administrator, feeds, {"committee": self.committee["id"]})
        self.ids |= {"link_id": self.ids["answer_link"], "feed_id": feed["id"]}
        own = await post(self.administrator, "/v1/feeds", {"token": self.secrets["join_link"]})
        self.ids["token"] = own["url"].rpartition("/")[2].removesuffix(".ics")

    async def _file(self, focal_point: httpx.AsyncClient) -> str:
        """A letter that the entity has handed in."""
        made = await focal_point.post(
            f"{self.path}/invitations/{self.ids['invitation_id']}/files",
            params={"name": f"{self.mark}.pdf"},
            content=b"%PDF-1.7\n%%EOF\n",
            headers={"content-type": "application/pdf"},
        )
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def _prepare_documents(self) -> None:
        """One that the entity has handed in, and that is being sent again; one of the item for
        all, and one of the briefing.
        """
        base = f"{self.path}/documents"
        focal_point = await self.world.focal_point_of(self.entity)
        body = {"kind": "statement", "title": {"en": self.mark}, "access": "delegation"}
        own = await post(focal_point, base, body)
        everybodys = {"kind": "report", "title": {"en": "Report"}, "access": "public"}
        public = await post(self.administrator, base, everybodys | {"item_id": self.ids["item_id"]})
        briefed = {"item_id": self.ids["briefing_item"]}
        briefing = await post(self.administrator, base, everybodys | briefed)
        for name, document in (("", own), ("published_", public), ("briefing_", briefing)):
            path = f"{base}/{document['id']}/revisions/{document['revisions'][0]['id']}"
            put = await self.administrator.put(
                f"{path}/versions/fr/content",
                params={"name": f"{self.mark if document is own else 'report'}.pdf"},
                content=b"%PDF-1.7\n%%EOF\n",
                headers={"content-type": "application/pdf"},
            )
            assert put.status_code == 201, put.text
            (version,) = put.json()["revisions"][0]["versions"]
            self.ids[f"{name}version_id"] = version["id"]
        for each in (public, briefing):
            await post(self.administrator, f"{base}/{each['id']}/publish")
        self.ids |= {
            "document_id": own["id"],
            "revision_id": own["revisions"][0]["id"],
            "published_id": public["id"],
            "briefing_document_id": briefing["id"],
        }

    async def _exception(self) -> str:
        """Late registration for the entity; credentials, and somebody who needs approval."""
        invitation = f"{self.path}/invitations/{self.ids['invitation_id']}"
        granted = {"persons": 1, "until": "2021-10-08T10:00:00Z", "reason": self.mark}
        made = await post(self.administrator, f"{invitation}/exceptions", granted)
        presented = {"file_id": self.ids["file_id"], "reference": self.mark}
        put = await self.administrator.put(f"{invitation}/credentials", json=presented)
        assert put.is_success, put.text
        return str(made["id"])

    async def _prepare_mails(self) -> None:
        """An invitation that was refused, and its address."""
        secret = self.world.app.state.secret
        async with self.world.app.state.database.transaction() as session:
            message = Message(
                event_id=new_id(),
                kind=MessageKind.INVITATION,
                meeting_id=UUID(self.meeting["id"]),
                invitation_id=UUID(self.ids["invitation_id"]),
                person_id=UUID(self.ids["focal_person"]),
                recipient=f"focal-point.{self.mark}@example.org",
                language="en",
                message_id=f"<{new_id()}@example.org>",
                attempts=1,
            )
            session.add(message)
            await session.flush()
            await record_bounce(session, message, "550 5.1.1 no such user")
            suppressed = await find_suppressed(session, message.recipient)
        assert suppressed is not None, "it has just bounced"
        self.ids |= {"message_id": str(message.id), "address_id": str(suppressed.id)}
        self.ids["opening"] = opening_token(secret, message.id)

    async def _mail(self) -> str:
        """An answer of the delegate's that is held."""
        about: dict[str, Any] = {
            name: UUID(self.ids[name]) for name in ("invitation_id", "registration_id")
        }
        mail = IncomingMail(
            via=Way.API,
            content_hash=self.meeting["id"].encode(),
            sender=f"delegate.{self.mark}@example.org",
            subject=self.mark,
            message_id="<1@example.org>",
            kind=IncomingKind.REPLY,
            state=IncomingState.HELD,
            reason=Reason.UNPROVEN,
            meeting_id=UUID(self.meeting["id"]),
            size=1000,
            **about,
        )
        async with self.world.app.state.database.transaction() as session:
            session.add(mail)
        return str(mail.id)

    async def _link(self, name: str, purpose: LinkPurpose, about: str, whose: str) -> str:
        """What stands behind the # in a mail."""
        expires = clock.now() + timedelta(days=300)
        async with self.world.app.state.database.transaction() as session:
            link = identity.create_link(session, purpose, UUID(about), UUID(whose), expires)
        self.ids[name] = str(link.id)
        return link_token(self.world.app.state.secret, link.id)

    async def _prepare_words(self) -> None:
        path = f"/v1/committees/{self.committee['id']}/wordings/invitation/fr"
        words = {"subject": "Venez : {meeting}", "paragraphs": [self.mark]}
        made = await self.administrator.put(path, json=words)
        assert made.status_code == 201, made.text

    async def _prepare_account(self) -> None:
        account = await post(self.administrator, "/v1/accounts", {"name": "Somebody"})
        grants = f"/v1/accounts/{account['id']}/grants"
        body = {"role": "observer", "committee": self.committee["id"]}
        grant = await post(self.administrator, grants, body)
        expires = (clock.now() + timedelta(days=30)).isoformat()
        wanted = {"name": "t", "scopes": ["read"], "expires_at": expires, "account": account["id"]}
        token = await post(self.administrator, "/v1/tokens", wanted)
        self.ids |= {
            "account_id": account["id"],
            "grant_id": grant["id"],
            "token_id": token["id"],
            "digest_token": digest_token(
                self.world.app.state.secret, UUID(account["id"]), UUID(self.committee["id"])
            ),
        }


@dataclass
class Scene:
    """Two parts of the world that have nothing to do with each other, and all kinds of callers."""

    world: World
    here: Part
    elsewhere: Part
    callers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    panellist: httpx.AsyncClient = field(init=False)
    """The session of a panellist's link, made before everything is only rehearsed."""

    @classmethod
    async def of(cls, world: World, here: Part, elsewhere: Part) -> Self:
        """Callers as seen from `here`."""
        fellow = await world.entity()
        await world.membership(here.committee, fellow)
        organizer = await world.organizer(here.committee)
        revoked = await world.organizer(here.committee)
        me = (await revoked.get("/v1/me")).json()
        await world.administrator.delete(f"/v1/tokens/{me['token_id']}")
        reading = await world.token(
            Role.ORGANIZER, committee_id=here.committee["id"], scopes=(Scope.READ,)
        )
        callers = {
            "nobody": await world.client(None),
            "revoked": revoked,
            "elsewhere": await world.focal_point_of(elsewhere.entity),
            "fellow": await world.focal_point_of(fellow),
            "focal_point": await world.focal_point_of(here.entity),
            "link": await world.client(await here.link_session()),
            "other_organizer": await world.organizer(elsewhere.committee),
            "observer": await world.observer(here.committee),
            "reading": await world.client(reading),
            "organizer": organizer,
            "administrator": world.administrator,
        }
        scene = cls(world, here, elsewhere, callers)
        scene.panellist = await world.client(await here.panellist_session())
        return scene
