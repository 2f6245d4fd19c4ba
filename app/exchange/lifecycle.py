"""The files that an agenda can be, how one is taken in, and how much a conflict matters."""

from enum import StrEnum
from typing import Final

from app.core.choices import Choice


class AgendaSuffix(StrEnum):
    """Forms that carry everything that an organizer says about the items."""

    JSON = "json"
    YAML = "yaml"
    CSV = "csv"


class ScheduleForm(StrEnum):
    """Forms of the frab and pentabarf schedule, which conference programs read."""

    JSON = "json"
    XML = "xml"


class AgendaFileKind(Choice):
    """What a file was read as."""

    TREE = "tree"
    """Items with what lies under them."""
    TABLE = "table"
    """A row for each item."""
    SCHEDULE = "schedule"
    """The schedule of a conference."""


class AgendaImportMode(Choice):
    """What becomes of the items that are on the agenda already."""

    REPLACE = "replace"
    """The agenda becomes what the file says: items with a `guid` that is known are kept and
    changed, others are new, and those that the file does not have are gone."""
    APPEND = "append"
    """The items of the file come behind those that are there, which stay as they are."""


class ConflictPriority(Choice):
    """How much it matters that two things are not at the same time."""

    MUST_NOT = "must_not"
    """The programme does not work with it."""
    SHOULD_NOT = "should_not"
    """People would miss what they are needed for."""
    BETTER_NOT = "better_not"
    """Somebody would rather hear both."""


TREE_TYPES: Final = {
    AgendaSuffix.JSON: "application/json",
    AgendaSuffix.YAML: "application/yaml",
    AgendaSuffix.CSV: "text/csv",
}
SCHEDULE_XML: Final = "application/vnd.c3voc.schedule+xml"
SCHEDULE_TYPES: Final = {
    ScheduleForm.JSON: "application/json",
    ScheduleForm.XML: SCHEDULE_XML,
}
