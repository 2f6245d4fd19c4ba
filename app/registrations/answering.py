"""Answers of those who are registered to the questions of their meeting: the verbs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.core import clock
from app.core.fields import json_names
from app.core.ids import new_id
from app.core.problems import FieldError
from app.events import record
from app.events.log import SYSTEM
from app.files import queries as files
from app.files import service as keeping
from app.invitations.policy import Window
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.questions import policy
from app.questions import queries as forms
from app.questions.lifecycle import QuestionKind, VisibleTo
from app.questions.policy import Question, Value
from app.questions.problems import AnswersInvalid, AnswersSettled
from app.registrations import answer_queries as queries
from app.registrations.answer_tables import Answer, AnswerSide
from app.registrations.counting import Reading
from app.registrations.events import RegistrationAnswered
from app.registrations.facts import about
from app.registrations.lifecycle import (
    LIVE,
    REGISTRATION,
    RegistrationRole,
    RegistrationVerb,
)
from app.registrations.problems import RegistrationClosed
from app.registrations.tables import Registration

MAX_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers that the meeting's form takes from somebody in a role."""

    version: int | None = None
    """Of the form; None where the meeting has none."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    given: Mapping[str, Value] = field(default_factory=dict)
    side: AnswerSide = AnswerSide.ENTITY


async def check_first(
    session: AsyncSession,
    meeting: Meeting,
    entity_id: UUID,
    role: RegistrationRole,
    wanted: Mapping[str, Value],
    *,
    organizer: bool,
) -> Checked:
    """The answers with which somebody is registered; the meeting's row is locked.

    No statement where the meeting asks nothing. Raises `AnswersInvalid`.
    """
    version = await forms.current_form(session, meeting)
    questions = forms.by_id(version)
    given = {name: value for name, value in wanted.items() if value is not None}
    faults = policy.answer_faults(
        list(questions.values()), role.value, given, {}, organizer=organizer
    )
    faults += await _file_faults(session, meeting, entity_id, questions, given)
    _refuse(faults)
    side = AnswerSide.ORGANIZER if organizer else AnswerSide.ENTITY
    return Checked(version.number if version else None, questions, given, side)


async def keep_first(
    session: AsyncSession, meeting: Meeting, registration: Registration, checked: Checked
) -> None:
    """Keep the answers of somebody who has just been registered."""
    if checked.version is None:
        return
    await _write(session, meeting, registration, checked, checked.given)
    lacking = policy.missing(
        list(checked.questions.values()), registration.role.value, checked.given
    )
    if lacking:
        await queries.write_missing(session, {registration.id: lacking})
        set_committed_value(registration, "answers_missing", lacking)
    if checked.given:
        _tell(session, meeting, registration, checked, checked.given, [])


async def answer(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    wanted: Mapping[str, Value],
    *,
    organizer: bool,
) -> None:
    """Make these the person's answers to the questions that the caller is shown.

    Meeting and registration are locked. Answers to questions that are asked no more stay. Raises
    `RegistrationClosed`, `MoveForbidden`, `AnswersSettled`, `AnswersInvalid`.
    """
    _check_changeable(meeting, registration)
    standing = (await queries.list_answers(session, [registration.id]))[registration.id]
    reading = await Reading.of(session, meeting, standing)
    questions, counting = reading.questions, reading.counted(standing)
    shown = {each.id for each in policy.visible(questions.values(), organizer=organizer)}
    own = {name: each for name, each in counting.items() if name in shown}
    others = {name: each.value for name, each in counting.items() if name not in shown}
    given = {name: value for name, value in wanted.items() if value is not None}
    fresh = {name: v for name, v in given.items() if name not in own or own[name].value != v}
    faults = policy.answer_faults(
        list(questions.values()), registration.role.value, given, others, organizer=organizer
    )
    faults += await _file_faults(session, meeting, registration.entity_id, questions, fresh)
    _refuse(faults)
    left = [name for name in own if name not in given]
    now = policy.asked(list(questions.values()), registration.role.value, {**others, **given})
    if not organizer:
        changed = [name for name in fresh if name in own and name in now]
        _check_settled(meeting, clock.now(), changed, [name for name in left if name in now])
    if meeting.form_version is None:
        return
    files_left = await _replace(session, standing, reading, {*fresh, *left})
    side = AnswerSide.ORGANIZER if organizer else AnswerSide.ENTITY
    checked = Checked(meeting.form_version, questions, given, side)
    await _write(session, meeting, registration, checked, fresh)
    for file_id in files_left:
        await keeping.delete_unused(session, meeting, registration.entity_id, file_id)
    registration.answers_missing = policy.missing(
        list(questions.values()), registration.role.value, {**others, **given}
    )
    if fresh or left:
        _tell(session, meeting, registration, checked, fresh, left)
    await session.flush()


def _check_changeable(meeting: Meeting, registration: Registration) -> None:
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    if registration.status not in LIVE:
        REGISTRATION.move(registration.status, RegistrationVerb.WITHDRAW)


def _check_settled(
    meeting: Meeting, now: datetime, changed: Sequence[str], lacking: Sequence[str]
) -> None:
    """Of an entity, after the deadline."""
    faults = [(name, "was answered: only organizers change it") for name in changed]
    faults += [(name, "was answered: send it along unchanged") for name in lacking]
    window = Window(meeting.registration_opens_at, meeting.registration_closes_at)
    if faults and window.has_closed(now):
        raise AnswersSettled(
            "The registration deadline has passed: send what was answered along unchanged with "
            "what is missing, and ask the organizer for other changes.",
            errors=_errors(faults),
        )


async def _file_faults(
    session: AsyncSession,
    meeting: Meeting,
    entity_id: UUID,
    questions: Mapping[str, Question],
    given: Mapping[str, Value],
) -> list[policy.Fault]:
    """Files that the entity has not handed in for this meeting."""
    faults = []
    for name, value in given.items():
        question = questions.get(name)
        if question is None or question.kind is not QuestionKind.FILE:
            continue
        if policy.fault_of_value(question, value) is None and not await files.find_file(
            session, meeting.id, entity_id, UUID(value)
        ):
            faults.append((name, "is no file that the entity has handed in for this meeting"))
    return faults


def _refuse(faults: Sequence[policy.Fault]) -> None:
    if faults:
        errors = _errors(faults)
        raise AnswersInvalid(f"{faults[0][0]} {faults[0][1]}.", errors=errors[:MAX_ERRORS])


def _errors(faults: Any) -> list[FieldError]:
    return [
        FieldError(pointer=json_names(("answers", name)), detail=detail) for name, detail in faults
    ]


async def _replace(
    session: AsyncSession,
    standing: Collection[Answer],
    reading: Reading,
    names: Collection[str],
) -> list[UUID]:
    """Make room for what is answered now, and take back what is answered no more; the files that
    were such answers.
    """
    gone, consents = list[UUID](), list[UUID]()
    for each in standing:
        if each.question_id in names:
            kind = reading.then(each).kind
            (consents if kind is QuestionKind.CONSENT else gone).append(each.id)
    await queries.replace_answers(session, gone, consents, clock.now())
    return [each.file_id for each in standing if each.id in gone and each.file_id is not None]


async def _write(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    checked: Checked,
    fresh: Mapping[str, Value],
) -> None:
    rows = answer_rows(session, meeting, registration.id, checked, fresh)
    if rows:
        await queries.write_answers(session, rows)


def answer_rows(
    session: AsyncSession,
    meeting: Meeting,
    registration_id: UUID,
    checked: Checked,
    fresh: Mapping[str, Value],
) -> list[dict[str, Any]]:
    """The rows of these answers, as given by whoever acts now."""
    actor = session.info.get("actor", SYSTEM)
    now = clock.now()
    return [
        {
            "id": new_id(),
            "created_at": now,
            "registration_id": registration_id,
            "meeting_id": meeting.id,
            "form_version": checked.version,
            "question_id": name,
            "value": value,
            "given_for": checked.side,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "file_id": _file(checked.questions[name], value),
            "replaced_at": None,
        }
        for name, value in fresh.items()
    ]


def _file(question: Question, value: Value) -> UUID | None:
    return UUID(value) if question.kind is QuestionKind.FILE else None


def _tell(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    checked: Checked,
    given: Collection[str],
    taken_back: Collection[str],
) -> None:
    for event in answered(about(meeting, registration), checked, given, taken_back):
        record(session, event)


def answered(
    known: Mapping[str, Any],
    checked: Checked,
    given: Collection[str],
    taken_back: Collection[str] = (),
) -> Iterator[RegistrationAnswered]:
    """What organizers alone are asked is no entry that the entity reads."""
    for side in VisibleTo:
        names = {n for n, each in checked.questions.items() if each.visible_to is side}
        hidden = {"entity_id": None} if side is VisibleTo.ORGANIZERS else {}
        event = RegistrationAnswered(
            **{**known, **hidden},
            form_version=checked.version or 0,
            given=sorted(names & set(given)),
            taken_back=sorted(names & set(taken_back)),
        )
        if event.given or event.taken_back:
            yield event
