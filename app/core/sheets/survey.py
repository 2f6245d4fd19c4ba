"""A first reading of the XML inside a workbook: well-formed, without a DTD, and how large."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from app.core.sheets.model import Limits, SheetUnreadable, column_letter

MAX_ELEMENTS: Final = 5_000_000
MAX_TEXTS: Final = 1_000_000

_ROW: Final = re.compile("[1-9][0-9]{0,6}")
_INDEX: Final = re.compile("[0-9]{1,7}")
_CELL: Final = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_KINDS: Final = frozenset({"", "n", "s", "b", "d", "e", "str", "inlineStr"})
"""What a cell may hold (ISO/IEC 29500-1, 18.18.11)."""


@dataclass(slots=True)
class Texts:
    """The lengths of the texts that cells share, by their index, and the elements seen so far."""

    lengths: list[int] = field(default_factory=list)
    elements: int = 0

    def total(self, shared: Counter[int]) -> int:
        """The characters of all cells that share texts, written out; a bad index counts as none."""
        known = len(self.lengths)
        return sum(self.lengths[index] * n for index, n in shared.items() if index < known)


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that no reader could read: the bytes of the part that it takes, and why."""

    start: int
    end: int
    tag: str
    reference: str
    detail: str


@dataclass(slots=True)
class Survey:
    """How often each shared text is used, and why this sheet cannot be read, if it cannot.

    Where rows are read apart, cells that cannot be read are `bad` and refuse nothing else.
    """

    shared: Counter[int] = field(default_factory=Counter)
    refusal: SheetUnreadable | None = None
    bad: list[BadCell] = field(default_factory=list)


def survey(part: bytes, limits: Limits, texts: Texts) -> Survey:
    """Read one part, adding its shared texts to `texts`.

    The reader of workbooks is laxer than this one: what is not well-formed is refused, and so is
    a document type, which no workbook has. Raises `SheetUnreadable`; what concerns one sheet only
    is in the survey.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    surveyor = _Surveyor(part, lambda: parser.CurrentByteIndex, limits, texts)
    parser.StartElementHandler = surveyor.start
    parser.EndElementHandler = surveyor.end
    parser.CharacterDataHandler = surveyor.text
    parser.StartDoctypeDeclHandler = surveyor.doctype
    try:
        parser.Parse(part, True)  # a positional flag of the standard library
    except expat.ExpatError:
        raise SheetUnreadable("A part of the workbook is not XML.") from None
    except _UnfitSheet as unfit:
        surveyor.found.refusal = unfit.refusal
    return surveyor.found


class _UnfitSheet(Exception):
    def __init__(self, refusal: SheetUnreadable) -> None:
        self.refusal = refusal
        super().__init__(refusal)


class _Surveyor:
    """Follows the cells of a sheet (ISO/IEC 29500-1, 18.3.1.4) and the shared texts (18.4.8)."""

    def __init__(self, part: bytes, place: Callable[[], int], limits: Limits, texts: Texts) -> None:
        self.part, self.place = part, place
        self.limits, self.texts = limits, texts
        self.found = Survey()
        self.row = self.column = 0
        self.kind, self.start_of_cell, self.fault = "", 0, ""
        self.has_formula = self.has_value = False
        self.value: str | None = None
        self.in_text = self.holds_texts = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.texts.elements += 1
        if self.texts.elements > MAX_ELEMENTS:
            raise SheetUnreadable("The workbook has too many parts.")
        match tag.rpartition(":")[2]:
            case "row":
                self._start_row(attributes.get("r"))
            case "c":
                self._start_cell(attributes.get("r"))
                self.kind = attributes.get("t", "")
                self.has_formula = self.has_value = False
                self.start_of_cell, self.fault = self.place(), ""
            case "v" | "is":
                self._fill()
                self.has_value = self.kind == "str"
                self.value = ""
            case "f":
                self._fill()
                self.has_formula = True
            case "si":
                self._start_text()

    def end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v" | "is":
                self._end_value(self.value or "")
                self.value = None
            case "c":
                self._end_cell(tag)
            case "si":
                self.in_text = False

    def text(self, text: str) -> None:
        if self.value is not None:
            self.value = self.value or text  # the beginning tells enough, and a text may be long
        elif self.in_text:
            self.texts.lengths[-1] += len(text)

    def doctype(self, *_: object) -> None:
        raise SheetUnreadable("A part of the workbook has a document type.")

    def _start_row(self, reference: str | None) -> None:
        if reference is None:
            self.row += 1
        elif _ROW.fullmatch(reference):
            self.row = int(reference)
        else:
            raise SheetUnreadable("A row of the workbook has no proper number.")
        self.column = 0

    def _start_cell(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = _CELL.fullmatch(reference)
        if match is None:
            raise SheetUnreadable("A cell of the workbook has no proper place.")
        self.column, self.row = _column(match[1]), int(match[2])

    def _fill(self) -> None:
        """A cell that holds something counts; others are only formatted."""
        if self.row > self.limits.rows + 1:
            self._refuse(f"There are more than {self.limits.rows} rows.")
        if self.column > self.limits.columns:
            self._refuse(f"There are more than {self.limits.columns} columns.")
        if self.kind == "e":
            self._complain("The cell holds an error instead of a value.")
        elif self.kind not in _KINDS:
            self._complain("The cell holds something of an unknown kind.")

    def _start_text(self) -> None:
        if self.texts.lengths and not self.holds_texts:
            raise SheetUnreadable("The workbook has two tables of texts.")
        self.in_text = self.holds_texts = True
        self.texts.lengths.append(0)
        if len(self.texts.lengths) > MAX_TEXTS:
            raise SheetUnreadable("The workbook has too many texts.")

    def _end_value(self, value: str) -> None:
        """A formula without a value has an empty one, which only a text may be."""
        self.has_value = self.has_value or value != ""
        if self.kind == "s" and value:
            known = len(self.texts.lengths)
            if not _INDEX.fullmatch(value) or (self.limits.apart and int(value) >= known):
                self._complain("The cell names no text.")
            else:
                self.found.shared[int(value)] += 1
        elif self.kind == "b" and value not in {"0", "1"}:
            self._complain("The cell is neither true nor false.")

    def _end_cell(self, tag: str) -> None:
        if self.has_formula and not self.has_value:
            self._complain("The formula was saved without its value.")
        if self.fault:
            start, end = self.start_of_cell, self.part.index(b">", self.place()) + 1
            reference = f"{column_letter(max(self.column, 1) - 1)}{max(self.row, 1)}"
            self.found.bad.append(BadCell(start, end, tag, reference, self.fault))

    def _complain(self, detail: str) -> None:
        """The cell cannot be read, and so neither can the sheet, unless its rows are apart."""
        if not self.limits.apart:
            self._refuse(detail)
        self.fault = self.fault or detail

    def _refuse(self, detail: str) -> None:
        column = column_letter(max(self.column, 1) - 1)
        raise _UnfitSheet(SheetUnreadable(detail, row=self.row, column=column))


def _column(letters: str) -> int:
    """A is 1."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index
