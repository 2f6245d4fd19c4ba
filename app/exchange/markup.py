"""XML in and out: no document types, no entities, bounded, and exact about every character."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from app.core.sheets import SheetUnreadable
from app.core.sheets.encoding import decode

MAX_DEPTH: Final = 16
MAX_ELEMENTS: Final = 100_000
_ENDLESS_TAG: Final = re.compile(r"<[A-Za-z_:][^<>]{100000}")
"""With so many attributes that the parser would keep the whole process waiting for itself."""
_TEXT: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\ufffe": "\ufffd", "\uffff": "\ufffd"}
)
_ATTRIBUTE: Final = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(slots=True)
class Node:
    """An element; `text` is all that stands directly in it."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Node"]:
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> "Node | None":
        return next((child for child in self.children if child.name == name), None)

    def raw(self, name: str) -> str:
        """The text of a child, nothing where there is none."""
        child = self.first(name)
        return "" if child is None else child.text

    def said(self, name: str) -> str:
        return self.raw(name).strip()


def read_xml(content: bytes) -> Node:
    """The element at the top; raises `SheetUnreadable`, naming the line."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    reader.line = lambda: parser.CurrentLineNumber
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    text = decode(content)
    if _ENDLESS_TAG.search(text) is not None:
        raise SheetUnreadable("A tag is longer than 100000 characters.")
    try:
        parser.Parse(text.encode(), True)  # a positional flag of the standard library
    except expat.ExpatError as fault:
        words = expat.ErrorString(fault.code)
        raise SheetUnreadable(f"Line {fault.lineno} is not XML: {words}.") from None
    except UnicodeEncodeError:
        raise SheetUnreadable("The text holds half of a surrogate pair.") from None
    return reader.top[0]


class _Reader:
    def __init__(self) -> None:
        self.top: list[Node] = []
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.count = 0
        self.line: Callable[[], int] = lambda: 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise SheetUnreadable(f"There are more than {MAX_ELEMENTS} elements.")
        if len(self.open) >= MAX_DEPTH:
            raise SheetUnreadable(f"Line {self.line()}: elements lie more than {MAX_DEPTH} deep.")
        node = Node(name, self.line(), attributes)
        (self.open[-1].children if self.open else self.top).append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def text(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)

    def doctype(self, *_: object) -> None:
        raise SheetUnreadable("Document types and entities are not read: leave DOCTYPE out.")


class XmlWriter:
    """Writes elements one after the other, each on a line of its own."""

    def __init__(self) -> None:
        self.lines = ["<?xml version='1.0' encoding='utf-8'?>"]
        self.depth = 0

    def open(self, name: str, /, **attributes: object) -> None:
        self._write(f"<{name}{_attributes(attributes)}>")
        self.depth += 1

    def close(self, name: str) -> None:
        self.depth -= 1
        self._write(f"</{name}>")

    def leaf(self, name: str, text: object = "", /, **attributes: object) -> None:
        words = str(text).translate(_TEXT)
        head = f"<{name}{_attributes(attributes)}"
        self._write(f"{head}>{words}</{name}>" if words else f"{head}/>")

    def content(self) -> bytes:
        return ("\n".join(self.lines) + "\n").encode()

    def _write(self, line: str) -> None:
        self.lines.append("  " * self.depth + line)


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f' {name}="{str(value).translate(_ATTRIBUTE)}"'
        for name, value in attributes.items()
        if value is not None
    )
