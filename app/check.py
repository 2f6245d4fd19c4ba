"""Recounts every invariant of the database from its rows and says what is wrong.

What the database itself enforces is recounted too: a restored backup or a repair by hand may have
gone around it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.zones import ZoneTrouble, offset_at, to_instant
from app.events import Event
from app.mail.listeners import FOLLOWER
from app.meetings.events import Move
from app.meetings.lifecycle import OVER

_LAST = """
    SELECT DISTINCT ON (e.subject_id) e.subject_id, {state} AS told
      FROM events e WHERE e.name IN ({names})
     ORDER BY e.subject_id, left(e.id::text, 13) DESC, e.recorded_at DESC, e.id DESC
"""
"""The state that the last entry about each subject tells. Ids rise within one process; between
processes the millisecond of the id, and then the instant, is the order."""

_REGISTRATION_STATES = {
    "registration.pending": "pending",
    "registration.rejected": "rejected",
    "registration.confirmed": "confirmed",
    "registration.waiting": "waiting",
    "registration.promoted": "confirmed",
    "registration.withdrawn": "withdrawn",
    "registration.substituted": "substituted",
    "registration.offered": "offered",
    "registration.offer_accepted": "confirmed",
    "registration.offer_expired": "expired",
    "registration.unseated": "waiting",
}
_INVITATION_STATES = {
    "invitation.created": "draft",
    "invitation.renewed": "draft",
    "invitation.sent": "sent",
    "invitation.withdrawn": "withdrawn",
}
_MOVES = sorted(kind.name for kind in Move.__subclasses__() if issubclass(kind, Event))


async def wrongs(session: AsyncSession) -> list[str]:
    """A sentence for everything that is not as it must be; none for a sound database.

    The session should see one moment (REPEATABLE READ) while others work.
    """
    found: list[str] = []
    for statement in (*_RECOUNTS, *_PROMISES, *_STATES, *_LOG, *_VOUCHED):
        found += (await session.execute(text(statement), _VALUES)).scalars()
    for statement, judge in _JUDGED:
        rows = (await session.execute(text(statement))).all()
        found += await asyncio.to_thread(judge, rows)
    return found


def _agenda_versions(rows: Sequence[Row[Any]]) -> list[str]:
    """Tags are those of the bytes, and numbers run from 1 without a gap."""
    found: list[str] = []
    expected: dict[str, int] = {}
    for row in rows:
        number = expected[row.handle] = expected.get(row.handle, 0) + 1
        if row.number != number:
            found.append(f"agenda of {row.handle}: version {row.number} stands in place {number}")
            expected[row.handle] = row.number
        for which in ("public", "full"):
            digest = hashlib.sha256(getattr(row, f"{which}_body")).hexdigest()
            tag = getattr(row, f"{which}_etag").strip('"')
            if not tag or not digest.startswith(tag):
                found.append(
                    f"agenda of {row.handle}, version {row.number}: the {which} bytes are not "
                    "those that were issued"
                )
    return found


def _finished(rows: Sequence[Row[Any]]) -> list[str]:
    """What is sent as it is stored has the tag of its bytes."""
    return [
        f"{row.what}: the bytes are not those of their tag"
        for row in rows
        if not hashlib.sha256(row.content).hexdigest().startswith(row.etag.strip('"') or "none")
    ]


def _stored_files(rows: Sequence[Row[Any]]) -> list[str]:
    """The bytes are those that were handed in."""
    return [
        f"file {row.id}: its bytes are not those that were handed in"
        for row in rows
        if (row.sha256, row.size) != (row.digest, row.length)
    ]


def _wall_times(rows: Sequence[Row[Any]]) -> list[str]:
    """By the rules of the pinned zone data, which may be newer than the database's own."""
    found: list[str] = []
    for row in rows:
        ends = (("start", row.local_start, row.starts_at), ("end", row.local_end, row.ends_at))
        for which, local, instant in ends:
            try:
                meant = to_instant(
                    local, row.timezone, fold_offset=offset_at(instant, row.timezone)
                )
            except ZoneTrouble as trouble:
                found.append(f"meeting {row.handle}: its {which}: {trouble}")
                continue
            if meant != instant:
                found.append(
                    f"meeting {row.handle}: its {which} is kept as {instant.isoformat()}, but "
                    f"{local.isoformat()} in {row.timezone} is {meant.isoformat()}"
                )
    return found


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _cases(states: dict[str, str]) -> str:
    return " ".join(f"WHEN '{name}' THEN '{state}'" for name, state in states.items())


def _disagreeing(kind: str, tables: str, label: str, last: str) -> str:
    """Rows whose state is another than the log's last word, or of which the log knows nothing."""
    return f"""
        SELECT format('{kind} %s is %s, and by the log %s', {label}, t.status,
                      coalesce(last.told, 'does not exist'))
          FROM {tables} LEFT JOIN ({last}) AS last ON last.subject_id = t.id
         WHERE t.status IS DISTINCT FROM last.told ORDER BY t.id
    """  # noqa: S608  # made of constants


_VALUES = {"follower": FOLLOWER, "over": sorted(state.value for state in OVER)}

_RECOUNTS = (
    """
    SELECT format('invitation of %s to %s: %s seats are noted as taken, %s are', e.handle,
                  m.handle, i.seats_taken, count(r.id))
      FROM invitations i
      JOIN meetings m ON m.id = i.meeting_id
      JOIN entities e ON e.id = i.entity_id
      LEFT JOIN registrations r
        ON r.invitation_id = i.id AND r.status IN ('confirmed', 'offered') AND r.takes_seat
     GROUP BY i.id, m.id, e.id HAVING i.seats_taken <> count(r.id) ORDER BY i.id
    """,
    """
    SELECT format('meeting %s: %s seats are noted as taken, %s are', m.handle, m.seats_taken,
                  count(r.id))
      FROM meetings m
      LEFT JOIN registrations r
        ON r.meeting_id = m.id AND r.status IN ('confirmed', 'offered') AND r.takes_seat
     GROUP BY m.id HAVING m.seats_taken <> count(r.id) ORDER BY m.id
    """,
    """
    SELECT format('pool %s of %s: %s seats are noted as taken, its invitations have %s', p.name,
                  m.handle, p.seats_taken, coalesce(sum(i.seats_taken), 0))
      FROM seat_pools p
      JOIN meetings m ON m.id = p.meeting_id
      LEFT JOIN invitations i ON i.pool_id = p.id
     GROUP BY p.id, m.id HAVING p.seats_taken <> coalesce(sum(i.seats_taken), 0) ORDER BY p.id
    """,
    """
    SELECT format('pool %s of %s: %s are seated on %s seats', p.name, m.handle, count(*), p.seats)
      FROM registrations r
      JOIN invitations i ON i.id = r.invitation_id
      JOIN seat_pools p ON p.id = i.pool_id
      JOIN meetings m ON m.id = p.meeting_id
     WHERE r.status IN ('confirmed', 'offered') AND r.takes_seat
     GROUP BY p.id, m.id HAVING count(*) > p.seats ORDER BY p.id
    """,
    """
    SELECT format('invitation %s takes from pool %s of another meeting', i.id, p.name)
      FROM invitations i JOIN seat_pools p ON p.id = i.pool_id
     WHERE i.meeting_id <> p.meeting_id ORDER BY i.id
    """,
    """
    SELECT format('invitation of %s to %s: %s are seated on a quota of %s', e.handle, m.handle,
                  count(*), i.seat_quota)
      FROM registrations r
      JOIN invitations i ON i.id = r.invitation_id
      JOIN meetings m ON m.id = i.meeting_id
      JOIN entities e ON e.id = i.entity_id
     WHERE r.status IN ('confirmed', 'offered') AND r.takes_seat
     GROUP BY i.id, m.id, e.id HAVING count(*) > i.seat_quota ORDER BY i.id
    """,
    """
    SELECT format('meeting %s: %s are seated on a capacity of %s', m.handle, count(*),
                  m.capacity)
      FROM registrations r JOIN meetings m ON m.id = r.meeting_id
     WHERE r.status IN ('confirmed', 'offered') AND r.takes_seat
     GROUP BY m.id HAVING count(*) > m.capacity ORDER BY m.id
    """,
)
"""Seats: what the counters say, what the rows say, what was granted."""

_PROMISES = (
    """
    SELECT format('meeting %s: person %s has %s live registrations', m.handle, r.person_id,
                  count(*))
      FROM registrations r JOIN meetings m ON m.id = r.meeting_id
     WHERE r.status IN ('pending', 'confirmed', 'waiting', 'offered')
     GROUP BY m.id, r.person_id HAVING count(*) > 1 ORDER BY m.id, r.person_id
    """,
    """
    SELECT format('meeting %s: the delegation of %s has %s heads', m.handle, e.handle, count(*))
      FROM registrations r
      JOIN meetings m ON m.id = r.meeting_id
      JOIN entities e ON e.id = r.entity_id
     WHERE r.role = 'head_of_delegation'
       AND r.status IN ('pending', 'confirmed', 'waiting', 'offered')
     GROUP BY m.id, e.id, r.invitation_id HAVING count(*) > 1 ORDER BY m.id, e.id
    """,
    """
    SELECT format('registration %s: its name is sorted as another', r.id)
      FROM registrations r JOIN people p ON p.id = r.person_id
     WHERE r.name_key IS DISTINCT FROM folded(p.name) ORDER BY r.id
    """,
    """
    SELECT format('registration %s: meeting or entity are not those of its invitation', r.id)
      FROM registrations r
      JOIN invitations i ON i.id = r.invitation_id
      JOIN people p ON p.id = r.person_id
     WHERE (r.meeting_id, r.entity_id) IS DISTINCT FROM (i.meeting_id, i.entity_id)
        OR p.entity_id <> r.entity_id
     ORDER BY r.id
    """,
    """
    SELECT format('registration %s: it is of somebody who was merged into another', r.id)
      FROM registrations r JOIN people p ON p.id = r.person_id
     WHERE p.merged_into IS NOT NULL ORDER BY r.id
    """,
    """
    SELECT format('registration %s: its place is not that of registration %s, which it took', s.id,
                  r.id)
      FROM registrations r
      JOIN registrations s ON s.id = r.successor_id OR s.predecessor_id = r.id
     WHERE r.status <> 'substituted' OR r.successor_id IS DISTINCT FROM s.id
        OR s.predecessor_id IS DISTINCT FROM r.id
        OR (r.meeting_id, r.invitation_id, r.queue_number)
           <> (s.meeting_id, s.invitation_id, s.queue_number)
     ORDER BY s.id
    """,
    """
    SELECT format('meeting %s: registration %s waits although a seat is free', m.handle, r.id)
      FROM registrations r
      JOIN invitations i ON i.id = r.invitation_id
      JOIN meetings m ON m.id = r.meeting_id
      LEFT JOIN seat_pools p ON p.id = i.pool_id
     WHERE r.status = 'waiting' AND m.status <> ALL(:over)
       AND i.status NOT IN ('draft', 'withdrawn')
       AND (NOT r.takes_seat
            OR (i.seat_quota IS NULL OR i.seats_taken < i.seat_quota)
               AND (p.id IS NULL OR p.seats_taken < p.seats)
               AND (m.capacity IS NULL OR m.seats_taken < m.capacity))
     ORDER BY r.id
    """,
    """
    SELECT format('meeting %s: registration %s is %s, its offer ends %s', m.handle, r.id, r.status,
                  coalesce(r.offer_ends_at::text, 'never'))
      FROM registrations r JOIN meetings m ON m.id = r.meeting_id
     WHERE (r.status IN ('offered', 'expired')) <> (r.offer_ends_at IS NOT NULL)
        OR (r.status = 'offered' AND (NOT r.takes_seat OR m.status = ANY(:over)))
     ORDER BY r.id
    """,
    """
    SELECT format('meeting %s: %s of those who wait have number %s in the line', m.handle, count(*),
                  coalesce(r.line_number, r.queue_number))
      FROM registrations r JOIN meetings m ON m.id = r.meeting_id
     WHERE r.status = 'waiting'
     GROUP BY m.id, coalesce(r.line_number, r.queue_number) HAVING count(*) > 1
     ORDER BY m.id, coalesce(r.line_number, r.queue_number)
    """,
    """
    SELECT format('meeting %s: registration %s of a withdrawn invitation is %s', m.handle, r.id,
                  r.status)
      FROM registrations r
      JOIN invitations i ON i.id = r.invitation_id
      JOIN meetings m ON m.id = r.meeting_id
     WHERE i.status = 'withdrawn'
       AND r.status IN ('pending', 'confirmed', 'waiting', 'offered')
     ORDER BY r.id
    """,
    """
    SELECT format('meeting %s: registration %s is %s and its holder counts as present', m.handle,
                  r.id, r.status)
      FROM attendance a
      JOIN registrations r ON r.id = a.registration_id
      JOIN meetings m ON m.id = a.meeting_id
     WHERE a.left_at IS NULL AND r.status <> 'confirmed' ORDER BY a.id
    """,
    """
    SELECT format('meeting %s: letter number %s stands on %s invitations, the last is %s',
                  m.handle, i.letter_number, count(*), m.last_letter)
      FROM invitations i JOIN meetings m ON m.id = i.meeting_id
     WHERE i.letter_number IS NOT NULL
     GROUP BY m.id, i.letter_number HAVING count(*) > 1 OR i.letter_number > m.last_letter
     ORDER BY m.id, i.letter_number
    """,
    """
    SELECT format('invitation of %s to %s: it %s sent and %s a letter number', e.handle, m.handle,
                  CASE WHEN i.sent_at IS NULL THEN 'was not' ELSE 'was' END,
                  CASE WHEN i.letter_number IS NULL THEN 'lacks' ELSE 'has' END)
      FROM invitations i
      JOIN meetings m ON m.id = i.meeting_id
      JOIN entities e ON e.id = i.entity_id
     WHERE (i.sent_at IS NULL) <> (i.letter_number IS NULL) ORDER BY i.id
    """,
    """
    SELECT format('exception %s: %s are noted as used of %s, %s came under it', x.id, x.used,
                  x.persons, count(r.id))
      FROM registration_exceptions x
      LEFT JOIN registrations r ON r.exception_id = x.id
     GROUP BY x.id HAVING x.used <> count(r.id) OR x.used > x.persons ORDER BY x.id
    """,
    """
    SELECT format('registration %s came under an exception for another delegation', r.id)
      FROM registrations r JOIN registration_exceptions x ON x.id = r.exception_id
     WHERE x.invitation_id <> r.invitation_id ORDER BY r.id
    """,
    """
    SELECT format('registration %s is %s, and the decision about it is %s', r.id, r.status,
                  coalesce(r.decision, 'missing'))
      FROM registrations r
     WHERE r.status = 'pending' AND (r.decision IS NOT NULL OR r.pending_since IS NULL)
        OR r.status = 'rejected' AND r.decision IS DISTINCT FROM 'rejected'
        OR r.status IN ('confirmed', 'waiting', 'offered') AND r.decision = 'rejected'
     ORDER BY r.id
    """,
    """
    SELECT format('credentials %s: their file is of another entity or another meeting', c.id)
      FROM credentials c
      JOIN invitations i ON i.id = c.invitation_id
      JOIN stored_files f ON f.id = c.file_id
     WHERE (f.meeting_id, f.entity_id) <> (i.meeting_id, i.entity_id) ORDER BY c.id
    """,
    """
    SELECT format('upload %s: %s bytes are noted as received, its parts have %s', u.id, u.received,
                  coalesce(sum(p.size), 0))
      FROM document_uploads u LEFT JOIN document_upload_parts p ON p.upload_id = u.id
     WHERE u.version_id IS NULL
     GROUP BY u.id HAVING u.received <> coalesce(sum(p.size), 0) ORDER BY u.id
    """,
    """
    SELECT format('document %s: a language version is published, and its revision or itself is not',
                  d.symbol)
      FROM document_versions v
      JOIN document_revisions r ON r.id = v.revision_id
      JOIN documents d ON d.id = v.document_id
     WHERE v.published_at IS NOT NULL AND (r.published_at IS NULL OR d.published_at IS NULL)
        OR r.document_id <> v.document_id
     ORDER BY d.symbol
    """,
    """
    SELECT format('attendance %s is in another meeting than its registration', a.id)
      FROM attendance a JOIN registrations r ON r.id = a.registration_id
     WHERE a.meeting_id <> r.meeting_id ORDER BY a.id
    """,
    """
    SELECT format('meeting %s: version %s of its form counts, and %s is the last', m.handle,
                  m.form_version, max(f.number))
      FROM meetings m LEFT JOIN form_versions f ON f.meeting_id = m.id
     GROUP BY m.id HAVING m.form_version IS DISTINCT FROM max(f.number) ORDER BY m.id
    """,
    """
    SELECT format('registration %s: an answer is to the form of another meeting', r.id)
      FROM answers a JOIN registrations r ON r.id = a.registration_id
     WHERE a.meeting_id <> r.meeting_id ORDER BY a.id
    """,
    """
    SELECT format('agenda of %s: item %s lies under an item of another meeting, or went into one',
                  m.handle, i.id)
      FROM agenda_items i JOIN meetings m ON m.id = i.meeting_id
      JOIN LATERAL (VALUES (i.parent_id), (i.merged_into_id)) AS named (id) ON true
      JOIN agenda_items o ON o.id = named.id
     WHERE o.meeting_id <> i.meeting_id ORDER BY m.handle, i.id
    """,
    """
    SELECT format('agenda of %s: its last edit has number %s, and the log has %s', m.handle,
                  max(a.revision), count(e.id))
      FROM agenda_revisions a JOIN meetings m ON m.id = a.meeting_id
      LEFT JOIN events e ON e.id = a.event_id
       AND e.name IN ('agenda.changed', 'agenda.sittings_changed')
     GROUP BY m.id HAVING count(e.id) <> max(a.revision) ORDER BY m.handle
    """,
)
"""Who may be where, and under which number they were asked."""

_STATES = (
    _disagreeing(
        "registration",
        "registrations t",
        "t.id",
        _LAST.format(
            state=f"CASE e.name {_cases(_REGISTRATION_STATES)} END",
            names=_quoted(list(_REGISTRATION_STATES)),
        ),
    ),
    _disagreeing(
        "invitation",
        "invitations t",
        "t.id",
        _LAST.format(
            state=f"CASE e.name {_cases(_INVITATION_STATES)} ELSE e.data ->> 'answer' END",
            names=_quoted([*_INVITATION_STATES, "invitation.answered"]),
        ),
    ),
    _disagreeing(
        "meeting",
        "meetings t",
        "t.handle",
        _LAST.format(
            state="CASE e.name WHEN 'meeting.created' THEN 'draft' ELSE e.data ->> 'after' END",
            names=_quoted(["meeting.created", *_MOVES]),
        ),
    ),
)
"""The state of a thing is what the log told last."""

_LOG = (
    """
    SELECT format('the log: number %s was given %s times', sequence, count(*))
      FROM events WHERE sequence IS NOT NULL GROUP BY sequence HAVING count(*) > 1 ORDER BY sequence
    """,
    """
    SELECT format('the log: %s numbers up to %s are missing', max(sequence) - count(*),
                  max(sequence))
      FROM events WHERE sequence IS NOT NULL
    HAVING max(sequence) <> count(DISTINCT sequence)
    """,
    """
    SELECT format('%s follows the log at %s, which it has not reached', f.name, f.sequence)
      FROM followers f
     WHERE f.sequence > (SELECT coalesce(max(sequence), 0) FROM events) ORDER BY f.name
    """,
    """
    SELECT format('invitation %s was sent and nobody is written to about it', i.id)
      FROM events e
      JOIN invitations i ON i.id = e.subject_id AND i.status NOT IN ('draft', 'withdrawn')
      JOIN meetings m ON m.id = i.meeting_id
      JOIN committees c ON c.id = m.committee_id
     WHERE e.name = 'invitation.sent'
       AND e.sequence <= (SELECT sequence FROM followers WHERE name = :follower)
       AND EXISTS (SELECT FROM focal_points f
                    WHERE f.entity_id = i.entity_id AND f.ended_at IS NULL
                      AND f.created_at <= e.recorded_at
                      AND (f.committee_id IS NULL OR f.committee_id IN (c.id, c.parent_id)))
       AND NOT EXISTS (SELECT FROM messages s WHERE s.event_id = e.id AND s.kind = 'invitation')
     ORDER BY i.id
    """,
)
"""Numbers of the log, and what followed from it."""

_FILES = """
    SELECT f.id, f.sha256, f.size, encode(sha256(f.content), 'hex') AS digest,
           octet_length(f.content) AS length
      FROM stored_files f ORDER BY f.id
"""
_VOUCHED = (
    """
    SELECT format('meeting %s: the people counted by gender and level are not those that were '
                  'written down', m.handle)
      FROM meetings m
      JOIN LATERAL (SELECT data FROM events e
                     WHERE e.meeting_id = m.id AND e.name = 'statistics.settled'
                     ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) AS told ON true
      JOIN LATERAL (SELECT count(*) AS registrations,
                           encode(sha256(convert_to(coalesce(string_agg(
                               registration_id || ' ' || coalesce(gender, '-') || ' '
                               || coalesce(level, '-'), E'\\n' ORDER BY registration_id), ''),
                               'UTF8')), 'hex') AS digest
                      FROM counted_registrations c WHERE c.meeting_id = m.id) AS written ON true
     WHERE CAST(told.data ->> 'registrations' AS bigint) <> written.registrations
        OR told.data ->> 'digest' <> written.digest
     ORDER BY m.handle
    """,
)
"""What the log vouches for by a digest, as it does not hold it itself."""

_FINISHED = """
    SELECT concat_ws(' ', 'agenda of', m.handle, 'version', v.number, 'in', l.language) AS what,
           view.content, view.etag
      FROM agenda_version_languages l JOIN agenda_versions v ON v.id = l.version_id
      JOIN meetings m ON m.id = v.meeting_id,
           LATERAL (VALUES (l.public_body, l.public_etag), (l.full_body, l.full_etag))
               AS view (content, etag)
    UNION ALL
    SELECT concat_ws(' ', 'public page of', m.handle, p.kind, p.language), p.content, p.etag
      FROM public_pages p JOIN meetings m ON m.id = p.meeting_id
     ORDER BY what
"""
_JUDGED: tuple[tuple[str, Callable[[Sequence[Row[Any]]], list[str]]], ...] = (
    (
        """
        SELECT m.handle, v.number, v.public_body, v.public_etag, v.full_body, v.full_etag
          FROM agenda_versions v JOIN meetings m ON m.id = v.meeting_id
         ORDER BY m.handle, v.number
        """,
        _agenda_versions,
    ),
    (_FINISHED, _finished),
    (_FILES, _stored_files),
    (
        """
        SELECT handle, timezone, local_start, local_end, starts_at, ends_at
          FROM meetings ORDER BY handle
        """,
        _wall_times,
    ),
)
"""What is judged by this program rather than by the database."""
