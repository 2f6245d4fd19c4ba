"""What changed between versions as a page, for those who follow an address with a browser."""

from html import escape
from typing import Final

from app.core.languages import is_right_to_left

POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(text: str, language: str) -> str:
    """The text, which has a title, and headings with indented lines under them."""
    head, *parts = text.strip().split("\n\n")
    title, *about = head.splitlines()
    direction = "rtl" if is_right_to_left(language) else "ltr"
    body = "".join(
        (
            f"<h1>{escape(title)}</h1>",
            "".join(f"<p>{escape(line)}</p>" for line in about),
            *map(_part, parts),
        )
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title></head><body><main>{body}</main></body></html>\n"
    )


def _part(part: str) -> str:
    heading, *lines = part.splitlines()
    items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines)
    return f"<h2>{escape(heading)}</h2><ul>{items}</ul>" if items else f"<p>{escape(heading)}</p>"
