"""What a document can be, who may read it, and its life."""

from enum import StrEnum

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class DocumentKind(StrEnum):
    AGENDA = "agenda"
    ANNOTATED_AGENDA = "annotated_agenda"
    CONCEPT_NOTE = "concept_note"
    REPORT = "report"
    STATEMENT = "statement"
    PRESENTATION = "presentation"
    LETTER = "letter"
    BACKGROUND = "background"
    PROPOSAL = "proposal"
    INFORMATION = "information"
    LIST = "list"
    OTHER = "other"


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


class DocumentVerb(StrEnum):
    PROPOSE = "propose"
    ACCEPT = "accept"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


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
