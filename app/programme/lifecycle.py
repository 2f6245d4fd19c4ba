"""Which papers there are, and in which forms."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.choices import Choice


class PaperKind(Choice):
    """What a paper is for."""

    AGENDA = "agenda"
    """What the meeting takes up, numbered."""
    ANNOTATED = "annotated"
    """The same with what is said beside each item."""
    PROGRAMME = "programme"
    """What is on when, breaks too, day by day."""
    RUN_OF_SHOW = "run_of_show"
    """Who does what when, by which link, and whom to call: for organizers."""


class PaperState(Choice):
    """Of which agenda a paper is made."""

    DRAFT = "draft"
    """Of the one that is worked on."""
    PROVISIONAL = "provisional"
    """Of the first that was issued."""
    REVISED = "revised"
    """Of a later one."""
    ADOPTED = "adopted"
    """Of the one that the meeting adopted."""


class PaperForm(StrEnum):
    """How a paper is written down."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    ICS = "ics"
    JSONLD = "jsonld"
    AKN = "akn"


class AgendaForm(StrEnum):
    """Forms of an agenda."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    ICS = "ics"
    JSONLD = "jsonld"
    AKN = "akn"


class AnnotatedForm(StrEnum):
    """Forms of an annotated agenda."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    AKN = "akn"


class ProgrammeForm(StrEnum):
    """Forms of a programme."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    ICS = "ics"
    JSONLD = "jsonld"


class RunOfShowForm(StrEnum):
    """Forms of a run of show."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    ICS = "ics"


MEDIA_TYPES: Mapping[PaperForm, str] = {
    PaperForm.JSON: "application/json",
    PaperForm.HTML: "text/html",
    PaperForm.PDF: "application/pdf",
    PaperForm.ICS: "text/calendar",
    PaperForm.JSONLD: "application/ld+json",
    PaperForm.AKN: "application/akn+xml",
}
FORMS: Mapping[PaperKind, tuple[PaperForm, ...]] = {
    kind: tuple(map(PaperForm, forms))
    for kind, forms in (
        (PaperKind.AGENDA, AgendaForm),
        (PaperKind.ANNOTATED, AnnotatedForm),
        (PaperKind.PROGRAMME, ProgrammeForm),
        (PaperKind.RUN_OF_SHOW, RunOfShowForm),
    )
}
SEGMENTS: Mapping[PaperKind, str] = {
    PaperKind.AGENDA: "agenda",
    PaperKind.ANNOTATED: "agenda-annotated",
    PaperKind.PROGRAMME: "programme",
    PaperKind.RUN_OF_SHOW: "run-of-show",
}
"""The last part of an address, without the suffix."""
NUMBERED = frozenset({PaperKind.AGENDA, PaperKind.ANNOTATED})
"""Documents: as they were issued, and without breaks. The others follow the meeting."""
OF_THE_MOMENT = frozenset({PaperForm.ICS, PaperForm.JSONLD})
"""Forms that always follow the meeting, unless a version is asked for."""
