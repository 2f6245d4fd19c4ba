"""Which lists there are, in which order, in which form, and what can differ between two."""

from enum import StrEnum

from app.core.choices import Choice


class ListKind(StrEnum):
    DELEGATIONS = "delegations"
    PARTICIPANTS = "participants"
    ATTENDANCE = "attendance"
    NAME_PLATES = "name_plates"


class ListOrder(Choice):
    ENTITY = "entity"
    """Entities by their names in the language of the list, in each its delegation."""
    PROTOCOL = "protocol"
    """Entities by the order of protocol, in each its delegation."""
    NAME = "name"
    """People by their names."""


class ListFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class ChangesFormat(StrEnum):
    CSV = "csv"
    TXT = "txt"


class ListChangeKind(Choice):
    ARRIVED = "arrived"
    """Stands on the list now and did not then."""
    LEFT = "left"
    """Stood on the list then and does not now."""
    SUBSTITUTED = "substituted"
    """Stands on the list now, in the place of `replaced`, who stood on it then."""
    ROLE_CHANGED = "role_changed"
    """Stands on both, in another role."""


JSON = "application/json"
MEDIA_TYPES = {
    ListFormat.CSV: "text/csv",
    ListFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ListFormat.PDF: "application/pdf",
}
