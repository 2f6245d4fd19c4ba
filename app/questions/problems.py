"""Refusals about forms and answers."""

from http import HTTPStatus

from app.core.problems import Invalid, Problem


class FormInvalid(Invalid):
    """The questions do not make a form.

    `errors` names every bad place: ids and option values are there once; conditions look at earlier
    questions only and compare with what those can be answered; words are there in one of the
    meeting's languages at least.
    """

    slug, title, status = "form-invalid", "Not a form", HTTPStatus.UNPROCESSABLE_ENTITY


class AnswersInvalid(Invalid):
    """Answers that the meeting's form does not take, or that it needs and are not there.

    `errors` names each with `/answers/ID`, where `ID` is the question's. Read the form again: it
    may have changed.
    """

    slug, title, status = "answers-invalid", "Answers not taken", HTTPStatus.UNPROCESSABLE_ENTITY


class AnswersSettled(Problem):
    """After the registration deadline only organizers change what was answered.

    What is missing may still be answered, with all that was answered sent along unchanged; `errors`
    names the answers that would change or be gone.
    """

    slug, title, status = "answers-settled", "Answers are settled", HTTPStatus.CONFLICT
