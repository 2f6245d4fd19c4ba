"""Refusals about mails."""

from http import HTTPStatus

from app.core.problems import Problem


class MessageNotRetriable(Problem):
    """The mail is planned, has gone out, or would say something that is no longer true.

    Only mails that are `delayed`, `bounced` or `failed` are planned again. `state` names the state.
    """

    slug, title, status = (
        "message-not-retriable",
        "The mail cannot be sent again",
        HTTPStatus.CONFLICT,
    )


class RecipientSuppressed(Problem):
    """The recipient's address refused a mail for good, so it gets none.

    Correct the person's address, or lift the suppression with
    `DELETE /v1/suppressed-addresses/{address_id}` if the address works again. Then try again.
    """

    slug, title, status = (
        "recipient-suppressed",
        "The address takes no mails",
        HTTPStatus.CONFLICT,
    )


class NobodyToWriteTo(Problem):
    """Nobody is there yet whom such a mail about this meeting would go to.

    Invite an entity that has a focal point, or register somebody.
    """

    slug, title, status = "nobody-to-write-to", "Nobody to write to", HTTPStatus.CONFLICT
