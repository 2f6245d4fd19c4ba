"""What a digest says: figures as they stood when it was planned, in the words of a language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.committees.tables import Committee
from app.core.fields import in_language
from app.invitations.lifecycle import InvitationStatus
from app.mail.plainness import value
from app.mail.words import Words
from app.reminders.digests import Figures


def kept(committee: Committee, found: Sequence[Figures], now: datetime) -> dict[str, Any]:
    """The figures as `Message.data` keeps them."""
    return {
        "committee_id": str(committee.id),
        "committee": committee.name,
        "meetings": [_kept(each, now) for each in found],
    }


def paragraphs(data: Mapping[str, Any], words: Words) -> list[str]:
    """For each meeting its name, and how its answers stand."""
    found: list[str] = []
    for each in data.get("meetings", ()):
        found += _paragraphs(each, words)
    return found


def _kept(each: Figures, now: datetime) -> dict[str, Any]:
    meeting, closes_at = each.meeting, each.meeting.registration_closes_at
    if closes_at is not None and closes_at <= now:
        closes_at = None
    here = ZoneInfo(meeting.timezone)
    left = None
    if closes_at is not None:
        left = (closes_at.astimezone(here).date() - now.astimezone(here).date()).days
    return {
        "title": meeting.title,
        "zone": meeting.timezone,
        "starts_at": meeting.starts_at.isoformat(),
        "closes_at": closes_at.isoformat() if closes_at else None,
        "days": left,
        **{status.value: each.answers.get(status, 0) for status in InvitationStatus},
        "seats_taken": meeting.seats_taken,
        "capacity": meeting.capacity,
        "waiting": each.waiting,
        "pending": each.pending,
        "bounced": each.bounced,
        "delayed": each.delayed,
        "unread": each.unread,
        "news": [list(pair) for pair in each.news],
        "speakers": [list(told) for told in each.speakers],
    }


def _paragraphs(each: Mapping[str, Any], words: Words) -> list[str]:
    here = ZoneInfo(each["zone"])
    news = [
        words.say("digest", "answer", entity=value(entity), answer=words.say("digest", answer))
        for entity, answer in each["news"]
    ]
    speakers = [
        words.say(
            "digest",
            what,
            name=value(name),
            title=value(in_language(dict(title), [words.language])),
        )
        for what, title, name in each.get("speakers", ())
    ]
    values = {
        "pending": 0,  # of digests planned before they told of it
        **each,
        "title": value(in_language(dict(each["title"]), [words.language])),
        "when": words.moment(datetime.fromisoformat(each["starts_at"]).astimezone(here)),
        "deadline": words.moment(datetime.fromisoformat(each["closes_at"]).astimezone(here))
        if each["closes_at"]
        else None,
        "news": news,
        "speakers": speakers,
    }
    return [words.say("digest", "heading", **values), *words.say_all("digest", "lines", **values)]
