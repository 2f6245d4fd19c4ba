"""How the tests read mails: as a program does that knows flowed paragraphs (RFC 3676)."""

from email import contentmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from app.mail.flowed import SIGNATURE


def unflow(text: str) -> str:
    """What a reader of the format shows: without the cuts that the writer made."""
    lines, going = [""], True
    for row in text.split("\n"):
        bare = row.removeprefix(" ")
        lines = [*lines[:-1], lines[-1] + bare] if going else [*lines, bare]
        going = bare.endswith(" ") and row != SIGNATURE
    return "\n".join(lines)


def _read(message: EmailMessage, *args: Any, **kw: Any) -> Any:
    content = contentmanager.raw_data_manager.get_content(message, *args, **kw)
    flowed = message.get_param("format", "") == "flowed"
    return unflow(content.replace("\r\n", "\n")) if flowed else content


_MANAGER = contentmanager.ContentManager()
_MANAGER.set_handlers.update(contentmanager.raw_data_manager.set_handlers)  # type: ignore[attr-defined]  # not in typeshed
_MANAGER.get_handlers.update(contentmanager.raw_data_manager.get_handlers)  # type: ignore[attr-defined]  # not in typeshed
_MANAGER.add_get_handler("text/plain", _read)

READER = default.clone(content_manager=_MANAGER)
