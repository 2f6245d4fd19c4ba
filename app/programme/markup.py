"""Elements of HTML and of XML, in which text is only ever text."""

import html
import re
from collections.abc import Iterable

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no place for, and what HTML calls an error; also as a reference."""
_VOID = frozenset({"meta", "link", "br"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def escaped(text: str) -> str:
    """The text as content or in quotes; a forbidden character is shown as a replacement."""
    return html.escape(_FORBIDDEN.sub("\ufffd", text))


def tag(name: str, /, *content: Markup | str | None, **attributes: str | None) -> Markup:
    """An element; an underscore at the end of an attribute's name is dropped, others are `-`.

    Attributes and contents that are None are left out.
    """
    written = "".join(
        f' {_attribute(key)}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not content:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(content)}</{name}>")


def joined(content: Iterable[Markup | str | None], between: str = "") -> Markup:
    """Contents one after the other."""
    said = (each for each in content if each is not None)
    return Markup(
        between.join(each if isinstance(each, Markup) else escaped(each) for each in said)
    )


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
