"""HTTP for the answers of those who are registered."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.openapi import raises, takes_if_match
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden, PreconditionFailed
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep, MeetingView
from app.questions import policy
from app.questions.lifecycle import VisibleTo
from app.questions.policy import Question
from app.questions.problems import AnswersInvalid, AnswersSettled
from app.registrations import answer_queries, answering
from app.registrations.access import OwnRegistrationRow, RegistrationToChange
from app.registrations.answer_schemas import (
    MOST_GIVEN,
    AnswersOut,
    AnswersWrite,
    GivenAnswer,
)
from app.registrations.answer_tables import Answer
from app.registrations.counting import Reading, values
from app.registrations.problems import RegistrationClosed
from app.registrations.tables import Registration

router = router_for("questions")
ANSWERS = "/meetings/{m}/registrations/{registration_id}/answers"


@router.get(ANSWERS, operation_id="getAnswers")
async def get_answers(session: Session, view: MeetingDep, row: OwnRegistrationRow) -> AnswersOut:
    """Read what was answered about somebody, also under words that have changed since."""
    return await _shown(session, view, row[0])


@router.put(
    ANSWERS,
    operation_id="putAnswers",
    responses=raises(
        AnswersInvalid, AnswersSettled, MoveForbidden, PreconditionFailed, RegistrationClosed
    ),
    openapi_extra=takes_if_match(),
)
async def put_answers(
    session: Session,
    view: MeetingDep,
    found: RegistrationToChange,
    body: AnswersWrite,
    request: Request,
) -> AnswersOut:
    """Answer the meeting's questions about somebody; what is left out is taken back.

    After the registration deadline an entity adds what is missing, and changes nothing.
    """
    accept_match(request, await _shown(session, view, found.registration))
    await answering.answer(
        session, found.meeting, found.registration, body.answers, organizer=view.organizes
    )
    return await _shown(session, view, found.registration)


async def _shown(
    session: AsyncSession, view: MeetingView, registration: Registration
) -> AnswersOut:
    """What this caller may see of it: organizers' own answers are for organizers."""
    kept = await answer_queries.list_answers(session, [registration.id], replaced=True)
    answers = kept[registration.id]
    reading = await Reading.of(session, view.meeting, answers)
    found = reading.counted(answers)
    counting = values(found)
    now = policy.asked(list(reading.questions.values()), registration.role.value, counting)
    shown = {each.id for each in policy.visible(now.values(), organizer=view.organizes)}
    given = (
        _given(each, reading.then(each), view, counts=found.get(each.question_id) is each)
        for each in sorted(answers, key=lambda answer: answer.replaced_at is not None)
    )
    return AnswersOut(
        registration_id=registration.id,
        form_version=view.meeting.form_version or 0,
        answers={name: value for name, value in counting.items() if name in shown},
        missing=registration.answers_missing,
        given=[each for each in given if each is not None][:MOST_GIVEN],
    )


def _given(
    answer: Answer, question: Question, view: MeetingView, *, counts: bool
) -> GivenAnswer | None:
    """None for what organizers alone were asked."""
    if question.visible_to is VisibleTo.ORGANIZERS and not view.organizes:
        return None
    return GivenAnswer(
        question=question.id,
        kind=question.kind,
        label=dict(question.label),
        statement=dict(question.statement),
        value=answer.value,
        form_version=answer.form_version,
        given_at=answer.created_at,
        given_for=answer.given_for,
        given_by=answer.actor_id if view.organizes else None,
        counts=counts,
        replaced_at=answer.replaced_at,
    )
