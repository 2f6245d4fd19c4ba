"""HTTP for letters: the invitation as a PDF."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.committees.service import today_in
from app.core.fields import accepted_languages
from app.core.openapi import Responses
from app.core.routes import Beforehand, Session, router_for
from app.invitations.access import InvitationRow
from app.letters.press import print_letter
from app.letters.queries import load_record
from app.letters.words import LetterLanguage, language_for
from app.letters.writing import Letter, write

router = router_for("invitations")
DOCUMENTED: Responses = {
    200: {
        "description": "The letter as a tagged PDF (PDF/UA-1).",
        "content": {
            "application/pdf": {
                "schema": {"type": "string", "format": "binary", "maxLength": 10_000_000}
            }
        },
    }
}


class LetterFile(Response):
    """A letter as PDF."""

    media_type = "application/pdf"


@router.get(
    "/meetings/{m}/invitations/{invitation_id}/letter.pdf",
    operation_id="getInvitationLetter",
    response_class=LetterFile,
    responses=DOCUMENTED,
)
async def get_invitation_letter(
    session: Session,
    row: InvitationRow,
    request: Request,
    language: Annotated[
        LetterLanguage | None, Query(description="By default the reader's or the entity's.")
    ] = None,
) -> Response:
    """Read the invitation as a formal letter; of a draft, a preview without a number.

    By default it is in the first language of `Accept-Language` that letters are written in, else in
    the entity's.
    """
    letter, content = await _printed(session, row, request, language)
    return LetterFile(
        content,
        headers={
            "Content-Disposition": f'inline; filename="{letter.file_name}"',
            "Content-Language": letter.language.value,
            "Vary": "Accept-Language",
        },
    )


async def _printed(
    session: Session, row: InvitationRow, request: Request, language: LetterLanguage | None
) -> tuple[Letter, bytes]:
    """The letter as it was at the request's first run, set while it holds no transaction."""
    printed: tuple[Letter, bytes] | None = getattr(request.state, "letter", None)
    if printed is not None:
        return printed
    record = await load_record(session, row[0].id)
    accepted = accepted_languages(request.headers.get("accept-language"))
    chosen = language or language_for([*accepted, record.entity.language])
    letter = write(record, chosen, today_in(record.committee))

    async def print_it() -> None:
        request.state.letter = (letter, await print_letter(letter))

    raise Beforehand(print_it)
