"""Figures as CSV: one line for each (RFC 4180), with a mark for spreadsheets that it is UTF-8."""

import csv
import io
from collections.abc import Iterable, Mapping

from app.core.sheets import neutralise
from app.meetings.tables import Meeting
from app.statistics.policy import Counts, Table

HEADER = ("meeting", "number", "starts_at", "by", "key", "label", "registered", "present", "step")


def written(
    tables: Iterable[tuple[Meeting, Table, int]], names: Mapping[str, tuple[str, str]]
) -> bytes:
    """Each table with its step; `names` are handle and abbreviation of entities by their key."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for meeting, table, step in tables:
        head = (meeting.handle, meeting.number, meeting.starts_at.isoformat())
        writer.writerow((*head, "total", "", "", *_figures(table.total), step))
        for kind, cells in table.by.items():
            for key, counts in cells.items():
                handle, label = names.get(key, (key, key))
                told = (neutralise(handle), neutralise(label))
                writer.writerow((*head, kind.value, *told, *_figures(counts), step))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _figures(counts: Counts) -> list[object]:
    """What is hidden is empty."""
    return ["" if each is None else each for each in (counts.registered, counts.present)]
