"""JSON and YAML documents, as far as they are data: no references, no types, no doubt."""

import json
import re
from collections import Counter
from typing import Any, Final

import yaml

from app.core.sheets.encoding import decode
from app.core.sheets.model import SheetUnreadable, Value

MAX_DEPTH: Final = 32
MAX_ENTRIES: Final = 10_000
"""Of one list or mapping of YAML, which is read so slowly that the size is no bound on the time."""
MAX_NODES: Final = 1_000_000
"""Of a YAML document: two seconds or so, and more than the cells of 10,000 rows need."""

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def read_json(content: bytes) -> Value:
    """The value of a JSON text; `NaN`, infinities and duplicate keys are refused (RFC 8259)."""
    text = decode(content)
    try:
        value: Value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except SheetUnreadable:
        raise
    except RecursionError:
        raise SheetUnreadable(_TOO_DEEP) from None
    except json.JSONDecodeError as fault:
        raise SheetUnreadable(f"Line {fault.lineno} is not JSON: {fault.msg}.") from None
    except ValueError:
        raise SheetUnreadable("A number has too many digits.") from None
    return value


def read_yaml(content: bytes) -> Value:
    """The value of one YAML document, built from its events without recursion.

    An unquoted scalar that JSON would not read as null, a boolean or a number is text: the
    country NO, the time 10:30, the date 2021-10-08 and the code 007 stay what was written.
    Anchors, aliases, tags, duplicate keys and keys other than text are refused.
    """
    text = decode(content)
    top: list[Value] = []
    try:
        _build(text, top)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise SheetUnreadable(f"Line {line} is not YAML: {fault.problem}.") from None
    except yaml.YAMLError:
        raise SheetUnreadable("The text has a character that YAML does not allow.") from None
    if len(top) != 1:
        raise SheetUnreadable(f"The file must hold one document, not {len(top)}.")
    return top[0]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name in times if times[name] > 1)
        raise SheetUnreadable(f"The key {_shown(twice)} is there twice.")
    return found


def _no_constant(name: str) -> None:
    raise SheetUnreadable(f"{name} is not a JSON number.")


class _Open:
    """A list or mapping that is still being filled."""

    def __init__(self, filled: list[Any] | dict[str, Any]) -> None:
        self.filled = filled
        self.key: str | None = None

    def add(self, value: Value, line: int) -> None:
        if len(self.filled) >= MAX_ENTRIES:
            raise SheetUnreadable(f"Line {line}: there are more than {MAX_ENTRIES} entries.")
        if isinstance(self.filled, list):
            self.filled.append(value)
        elif self.key is not None:
            self.filled[self.key], self.key = value, None
        elif not isinstance(value, str):
            raise SheetUnreadable(f"Line {line}: a key must be text; put it in quotes.")
        elif value in self.filled:
            raise SheetUnreadable(f"Line {line}: the key {_shown(value)} is there twice.")
        else:
            self.key = value


def _build(text: str, top: list[Value]) -> None:
    open_now = [_Open(top)]
    nodes = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line(event)
        if isinstance(event, yaml.NodeEvent):
            _refuse_references(event, line)
            nodes += 1
            if nodes > MAX_NODES:
                raise SheetUnreadable(f"Line {line}: there are more than {MAX_NODES} values.")
        if isinstance(event, yaml.ScalarEvent):
            open_now[-1].add(_scalar(event), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            filled: list[Any] | dict[str, Any]
            filled = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            open_now[-1].add(filled, line)
            open_now.append(_Open(filled))
            if len(open_now) > MAX_DEPTH + 1:
                raise SheetUnreadable(f"Line {line}: {_TOO_DEEP}")
        elif isinstance(event, yaml.CollectionEndEvent):
            open_now.pop()


def _refuse_references(event: yaml.NodeEvent, line: int) -> None:
    """Aliases make an exponential document of a short one; tags make objects of text."""
    if event.anchor is not None:
        raise SheetUnreadable(f"Line {line}: anchors and aliases are not read.")
    if getattr(event, "tag", None) is not None:
        raise SheetUnreadable(f"Line {line}: tags are not read.")


def _scalar(event: yaml.ScalarEvent) -> Value:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if number[1] or number[2]:
        return float(text)
    if len(text) > 20:
        raise SheetUnreadable(f"Line {_line(event)}: a number has too many digits.")
    return int(text)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _shown(key: str) -> str:
    return ascii(key if len(key) <= 60 else key[:60] + "...")


_TOO_DEEP: Final = f"Lists and mappings lie more than {MAX_DEPTH} deep."
