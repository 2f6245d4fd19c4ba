"""What a document can be, who may read it, and its life."""

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class DocumentKind(Choice):
    """What a document is."""

    AGENDA = "agenda"
    """An agenda."""
    ANNOTATED_AGENDA = "annotated_agenda"
    """An agenda with annotations."""
    CONCEPT_NOTE = "concept_note"
    """What a panel or an item is about."""
    REPORT = "report"
    """A report."""
    STATEMENT = "statement"
    """Words that were or will be said."""
    PRESENTATION = "presentation"
    """Slides."""
    LETTER = "letter"
    """A letter or a note verbale."""
    BACKGROUND = "background"
    """To be read beforehand."""
    PROPOSAL = "proposal"
    """For a decision."""
    INFORMATION = "information"
    """Practical things."""
    LIST = "list"
    """Of participants or speakers."""
    OTHER = "other"
    """Anything else."""


class DocumentAccess(Choice):
    """Who may read a document once it is published."""

    PUBLIC = "public"
    """Everybody, where the meeting is public."""
    MEMBERS = "members"
    """The entities that are invited, and observers of the committee."""
    DELEGATION = "delegation"
    """One entity."""
    ORGANIZERS = "organizers"
    """Those of the committee."""


class DocumentStatus(Choice):
    PROPOSED = "proposed"
    """An entity has handed it in; an organizer has not decided."""
    RETURNED = "returned"
    """An organizer has given it back to the entity, which may propose it again."""
    DRAFT = "draft"
    """Organizers work on it."""
    PUBLISHED = "published"
    """Whoever its access names may read what of it is published."""
    WITHDRAWN = "withdrawn"
    """It was published; now organizers alone read it."""


class DocumentVerb(Choice):
    """What may be done with a document; each is an operation of this name."""

    PROPOSE = "propose"
    """The entity hands it in again."""
    ACCEPT = "accept"
    """An organizer takes it over as a draft."""
    RETURN = "return"
    """An organizer gives it back, with a `note`."""
    PUBLISH = "publish"
    """All of it that is not published yet is; what was withdrawn is there again."""
    WITHDRAW = "withdraw"
    """It is taken back."""


class RevisionKind(Choice):
    """How a revision stands to the document: it replaces it, corrects it, or adds to it."""

    ORIGINAL = "original"
    """What stands under the symbol itself."""
    REVISION = "revision"
    """`/Rev.1` and so on: it replaces what was before."""
    CORRIGENDUM = "corrigendum"
    """`/Corr.1` and so on."""
    ADDENDUM = "addendum"
    """`/Add.1` and so on."""


class ScanState(Choice):
    """What the scanner said of the bytes."""

    UNSCANNED = "unscanned"
    """Nothing yet."""
    CLEAN = "clean"
    """Nothing was found."""
    INFECTED = "infected"
    """Something was found: nobody gets them."""
    FAILED = "failed"
    """The scanner gave no answer; it is asked again."""


S, V = DocumentStatus, DocumentVerb

TRANSITIONS: dict[tuple[DocumentStatus, DocumentVerb], DocumentStatus] = {
    (S.PROPOSED, V.ACCEPT): S.DRAFT,
    (S.PROPOSED, V.RETURN): S.RETURNED,
    (S.RETURNED, V.PROPOSE): S.PROPOSED,
    (S.DRAFT, V.PUBLISH): S.PUBLISHED,
    (S.PUBLISHED, V.PUBLISH): S.PUBLISHED,
    (S.PUBLISHED, V.WITHDRAW): S.WITHDRAWN,
    (S.WITHDRAWN, V.PUBLISH): S.PUBLISHED,
}

DOCUMENT = Lifecycle("document", TRANSITIONS)
BY_ORGANIZERS = frozenset({V.ACCEPT, V.RETURN, V.PUBLISH, V.WITHDRAW})
WITH_ENTITY = frozenset({S.PROPOSED, S.RETURNED})
"""States in which whoever handed a document in may change it."""
LABELS = {
    RevisionKind.REVISION: "Rev",
    RevisionKind.CORRIGENDUM: "Corr",
    RevisionKind.ADDENDUM: "Add",
}
