"""From the bytes of a text file to its text."""

import codecs

from app.core.sheets.model import SheetUnreadable


def decode(content: bytes) -> str:
    """UTF-8 with or without a byte order mark, or UTF-16 with one; nothing is guessed.

    Raises `SheetUnreadable`, naming the line of the first bad byte where lines can be counted.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as fault:
        if wide:
            raise SheetUnreadable("The file says it is UTF-16 but is not.") from None
        line = content.count(b"\n", 0, fault.start) + 1
        detail = "The text is not UTF-8. Save the file as UTF-8, or as UTF-16 with a mark."
        raise SheetUnreadable(detail, row=line) from None
