"""Calendar entries of the items of an issued agenda, each a part of the meeting's own entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.calendar.entries import Frame, meeting_entry
from app.calendar.writer import EntryStatus, MeetingEntry
from app.core.fields import in_language
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting

_WITHOUT_TIMES = frozenset({MeetingStatus.POSTPONED, MeetingStatus.CANCELLED})
_GONE = frozenset({"withdrawn", "merged"})


def item_entries(meeting: Meeting, issued: Mapping[str, Any], frame: Frame) -> list[MeetingEntry]:
    """The items that take time, in reading order.

    There are none where the meeting has no times or others than those that were issued: entries
    with times that are wrong help nobody.
    """
    whole = meeting_entry(meeting, frame)
    if meeting.status in _WITHOUT_TIMES or not _as_issued(meeting, issued):
        return []
    languages = [*frame.languages, *meeting.languages]
    return [
        replace(
            whole,
            uid=f"{item['id']}@{frame.domain}",
            start=_wall(item, "start", whole),
            end=_wall(item, "end", whole),
            summary=_numbered(item, in_language(item["title"], languages)),
            description=in_language(item.get("note") or {}, languages),
            location=", ".join(filter(None, [item.get("room"), whole.location])),
            categories=(),
            contacts=(),
            status=EntryStatus.CONFIRMED,
            part_of=whole.uid,
        )
        for item in _items(issued["items"])
        if _takes_time(item) and item.get("standing") not in _GONE
    ]


def _as_issued(meeting: Meeting, issued: Mapping[str, Any]) -> bool:
    begins = {"local_start": meeting.local_start.isoformat(), "timezone": meeting.timezone}
    told = issued.get("meeting", {})
    return all(told.get(name) == value for name, value in begins.items())


def _items(items: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in items:
        yield item
        yield from _items(item["items"])


def _takes_time(item: Mapping[str, Any]) -> bool:
    return datetime.fromisoformat(item["starts_at"]) < datetime.fromisoformat(item["ends_at"])


def _numbered(item: Mapping[str, Any], title: str) -> str:
    return " ".join(filter(None, [item.get("number"), title]))


def _wall(item: Mapping[str, Any], end: str, whole: MeetingEntry) -> datetime:
    """From the instant, which knows which of two equal wall times it is."""
    instant = datetime.fromisoformat(item[f"{end}s_at"])
    return instant.astimezone(whole.zone).replace(tzinfo=None)
