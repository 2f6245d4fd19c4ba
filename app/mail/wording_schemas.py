"""The words of committees and previews of mails, as they cross the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from app.core.fields import LINE, InstantField, Language, Line, Paragraphs, Schema, visible
from app.core.problems import FieldError
from app.mail.letters import NEEDED, placeholders_of
from app.mail.lifecycle import MailLanguage, MessageKind, WordingSource
from app.mail.standard import standard
from app.mail.wording_queries import Slot
from app.mail.wordings import Spoken, faults, names_in

SUBJECT = "Invitation to {meeting}"
PARAGRAPH = "The Chair has the honour to invite {entity} to the following meeting."


Paragraph = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=LINE),
    AfterValidator(visible),
]


class WordingWrite(Schema):
    """Words with placeholders such as `{meeting}`; `{{` and `}}` are braces."""

    subject: Line = Field(examples=[SUBJECT])
    paragraphs: list[Paragraph] = Field(
        min_length=1,
        max_length=10,
        description="Between the greeting and the facts. One that names what there is not, such "
        "as the deadline of a meeting without one, is left out.",
        examples=[[PARAGRAPH]],
    )
    closing: Line | None = Field(
        None,
        description="At the very end; null for the standard one.",
        examples=["The Secretariat of {committee}"],
    )

    @property
    def spoken(self) -> Spoken:
        return Spoken(subject=self.subject, paragraphs=self.paragraphs, closing=self.closing)

    def errors(self, kind: MessageKind, at: str = "") -> list[FieldError]:
        """Bad placeholders, each with its place."""
        places = {f"{at}/paragraphs/{n}": each for n, each in enumerate(self.paragraphs)}
        places |= {f"{at}/subject": self.subject, f"{at}/closing": self.closing or ""}
        known = placeholders_of(kind)
        found = [(place, faults(text, known)) for place, text in sorted(places.items())]
        errors = [FieldError(pointer=place, detail=fault) for place, fault in found if fault]
        missing = [name for name in NEEDED & set(known) if name not in self._named()]
        return errors + [
            FieldError(pointer=f"{at}/paragraphs", detail=f"One must name {{{name}}}.")
            for name in missing
        ]

    def _named(self) -> set[str]:
        return {name for paragraph in self.paragraphs for name in names_in(paragraph)}


class WordingOut(Schema):
    """The words in force for a kind of mail in a language, and whose they are."""

    kind: MessageKind
    language: MailLanguage
    source: WordingSource = Field(
        description="`own`: the committee's; `inherited`: a working group says what its committee "
        "says; `standard`: the service's."
    )
    subject: str = Field(max_length=500, examples=[SUBJECT])
    paragraphs: list[Annotated[str, StringConstraints(max_length=2000)]] = Field(
        max_length=10, examples=[[PARAGRAPH]]
    )
    closing: str | None = Field(
        max_length=500,
        description="Null where own or inherited words leave the standard one; with the standard "
        "words it is that one, and need not be sent back.",
    )
    placeholders: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        max_length=20,
        description="What the words may name, in `{` and `}`. They are names of facts: `when` is "
        "the time of the meeting, `deadline` the last moment to answer, both written out in the "
        "mail's language and the meeting's zone.",
        examples=[["meeting", "committee", "entity", "name", "when"]],
    )
    changed_at: InstantField | None = Field(description="Null for the standard words.")

    @classmethod
    def of_slot(cls, slot: Slot) -> Self:
        if (wording := slot.own or slot.inherited) is None:
            return cls._made(slot, WordingSource.STANDARD, standard(slot.kind, slot.language))
        source = WordingSource.OWN if slot.own else WordingSource.INHERITED
        made = cls._made(slot, source, wording.spoken)
        return made.model_copy(update={"changed_at": wording.changed_at})

    @classmethod
    def _made(cls, slot: Slot, source: WordingSource, spoken: Spoken) -> Self:
        return cls(
            kind=slot.kind,
            language=slot.language,
            source=source,
            subject=spoken.subject,
            paragraphs=list(spoken.paragraphs),
            closing=spoken.closing,
            placeholders=list(placeholders_of(slot.kind)),
            changed_at=None,
        )


class PreviewRequest(Schema):
    """Which mail to look at; who is not named is chosen from those whom it would go to."""

    kind: MessageKind = Field(
        description="Of a `digest` only the frame is shown: its figures are put in each morning."
    )
    language: Language | None = Field(
        None,
        description="Null for the reader's own. One that mails are not written in gives English.",
    )
    invitation_id: UUID | None = Field(
        None, description="Of this meeting: the mail goes to a focal point of its entity."
    )
    registration_id: UUID | None = Field(
        None, description="Of this meeting: the mail is about it, and goes to its person."
    )
    person_id: UUID | None = Field(
        None, description="The reader: a focal point of an invited entity, or somebody registered."
    )
    panellist_id: UUID | None = Field(
        None, description="The reader, of mails to panellists: somebody on a panel of this meeting."
    )
    wording: WordingWrite | None = Field(
        None, description="Words that are not saved yet; null for those in force."
    )
    note: Paragraphs | None = Field(
        None,
        description="A word to the readers, as it can be sent with a change.",
        examples=["The room is needed by the General Assembly."],
    )


class PreviewRecipient(Schema):
    name: str = Field(max_length=500, examples=["Amina Rossi"])
    email: str = Field(max_length=254, examples=["a.rossi@example.org"])


class PreviewOut(Schema):
    """The mail as it would be sent now; the secret of its link is left out."""

    language: Language
    subject: str = Field(max_length=10_000, examples=["Invitation: 6th meeting"])
    text: str = Field(max_length=500_000, description="The mail as plain text.")
    html: str = Field(
        max_length=1_000_000,
        description="The same as a whole page. Show it in an `iframe` with `sandbox`, never within "
        "your own page.",
    )
    recipient: PreviewRecipient
    calendar: str | None = Field(
        max_length=1_000_000,
        description="The iCalendar object with it; null where none goes with it.",
    )
    attachments: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        max_length=20,
        description="Names of files. The formal letter itself is read at `letter.pdf`.",
        examples=[["meeting.ics"]],
    )
