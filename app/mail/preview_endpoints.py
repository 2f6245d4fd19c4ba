"""HTTP for mails before they are sent."""

from fastapi import Request

from app.core.openapi import raises
from app.core.problems import Invalid
from app.core.routes import Session, router_for
from app.mail.formal import formal_letter
from app.mail.house import house_of
from app.mail.mime import ATTACHED
from app.mail.previews import Wanted, preview
from app.mail.problems import NobodyToWriteTo
from app.mail.wording_schemas import PreviewOut, PreviewRecipient, PreviewRequest
from app.meetings.access import MeetingSecrets

router = router_for("mails")


@router.post(
    "/meetings/{m}/previews",
    operation_id="previewMail",
    responses=raises(NobodyToWriteTo),
)
async def preview_mail(
    session: Session, view: MeetingSecrets, body: PreviewRequest, request: Request
) -> PreviewOut:
    """Look at a mail with real data before it is sent; nothing is sent and nothing is kept.

    Also before invitations are sent, and with words that are not saved yet. Who is not named is
    chosen; where the link of a real mail has its secret, this one has a mark.
    """
    if body.wording and (errors := body.wording.errors(body.kind, "/wording")):
        raise Invalid(errors[0].detail, errors=errors)
    wanted = Wanted(
        kind=body.kind,
        language=body.language,
        invitation_id=body.invitation_id,
        registration_id=body.registration_id,
        person_id=body.person_id,
        panellist_id=body.panellist_id,
        spoken=body.wording.spoken if body.wording else None,
        note=body.note,
    )
    house = house_of(request.app.state.settings, None)
    case, letter = await preview(session, view.meeting, view.committees, wanted, house)
    formal = await formal_letter(session, case)
    return PreviewOut(
        language=letter.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        recipient=PreviewRecipient(name=case.name, email=case.address),
        calendar=letter.invite.body.decode() if letter.invite else None,
        attachments=([ATTACHED] if letter.invite else []) + ([formal.file_name] if formal else []),
    )
