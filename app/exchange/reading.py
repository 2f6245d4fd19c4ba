"""From the bytes of a file to lines of an agenda, whatever its form."""

from typing import Any, Final

from app.core.fields import json_names
from app.core.imports import CSV, GRIDS, PASTED
from app.core.problems import Invalid
from app.core.sheets import SheetUnreadable, read_document
from app.exchange.grid import read_csv
from app.exchange.lifecycle import SCHEDULE_XML, AgendaFileKind
from app.exchange.markup import read_xml
from app.exchange.outline import Reading
from app.exchange.schedule_reading import Setting, read_schedule_json, read_schedule_xml
from app.exchange.tree import read_tree

XML_TYPES: Final = (SCHEDULE_XML, "application/xml", "text/xml")
DOCUMENTS: Final = ("application/json", "application/yaml")
TAKEN_TYPES: Final = (*DOCUMENTS, *GRIDS, *XML_TYPES)
_TEXT: Final = {"schema": {"type": "string", "maxLength": 10_000_000}}
_TABLE: Final = "kind,title_en,minutes\nopening,Opening,10\npanel,Shared registers,45\n"
_YAML: Final = "items:\n- {kind: opening, title: {en: Opening}, minutes: 10}\n"
_SCHEDULE: Final = """<schedule>
  <version>1</version>
  <conference><title>Day of registers</title></conference>
  <day index="1" date="2021-10-08">
    <room name="Main room">
      <event guid="8a7b5f0e-5a3c-4d2b-9c1e-0f1a2b3c4d5e" id="1">
        <date>2021-10-08T10:00:00-04:00</date>
        <start>10:00</start>
        <duration>00:45</duration>
        <title>Shared registers</title>
        <type>panel</type>
      </event>
    </room>
  </day>
</schedule>
"""
_MAPPING: Final = {
    "schema": {"type": "object", "additionalProperties": True, "maxProperties": 100},
    "example": {"items": [{"kind": "opening", "title": {"en": "Opening"}, "minutes": 10}]},
}
AGENDA_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "An agenda as a tree, as a table, or as the schedule of a conference.",
        "content": {
            "application/json": _MAPPING,
            "application/yaml": _TEXT | {"example": _YAML},
            **dict.fromkeys(GRIDS, _TEXT),
            CSV: _TEXT | {"example": _TABLE},
            **dict.fromkeys(PASTED, _TEXT | {"example": _TABLE.replace(",", "\t")}),
            **dict.fromkeys(XML_TYPES, _TEXT | {"example": _SCHEDULE}),
        },
    }
}
"""`openapi_extra` of the import."""


def read_file(content: bytes, media_type: str, setting: Setting) -> Reading:
    """Raises `Invalid`, naming row and column where there are any."""
    try:
        reading = _read(content, media_type, setting)
        if not reading.lines and reading.kind is not AgendaFileKind.TREE:
            raise SheetUnreadable("There is no item in the file.")
    except SheetUnreadable as error:
        place = [part for part in (error.row, error.column) if part is not None]
        raise Invalid.at(json_names(place), str(error)) from None
    return reading


def _read(content: bytes, media_type: str, setting: Setting) -> Reading:
    if media_type in XML_TYPES:
        return read_schedule_xml(read_xml(content), setting)
    if media_type in DOCUMENTS:
        document = read_document(content, media_type)
        schedule = "schedule" in document
        return read_schedule_json(document, setting) if schedule else read_tree(document)
    return read_csv(content, "text/csv" if media_type in PASTED else media_type)
