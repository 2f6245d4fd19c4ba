"""Every text comes back from every form as it was."""

import csv
import io
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.fields import PARAGRAPHS
from app.core.sheets import neutralise, read_document
from app.exchange.cells import guarded, unguarded
from app.exchange.markup import XmlWriter, read_xml
from app.exchange.tree import dumped

TEXTS = st.text(
    st.one_of(
        st.sampled_from("='+-@\t\r\n\"&<>;,:#&*!|\u2028\u0085\ufeff"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
).filter(lambda text: re.fullmatch(PARAGRAPHS, text) is not None)


@settings(max_examples=150, deadline=None)
@example("0E0")
@example("1.5e-3")
@example("true")
@example("~")
@example("10:30")
@given(TEXTS)
def test_a_text_in_every_form(text: str) -> None:
    xml = XmlWriter()
    xml.open("a", b=text)
    xml.leaf("c", text)
    xml.close("a")
    read = read_xml(xml.content())
    shown = re.sub("[\ufffe\uffff]", "\ufffd", text)
    assert (read.attributes["b"], read.raw("c")) == (shown, shown)
    document = {"a": text, "b": [text]}
    assert read_document(dumped(document), "application/yaml") == document
    cell = guarded(text)
    assert unguarded(cell) == text
    assert neutralise(cell) == cell
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([cell, "x"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True)) == [cell, "x"]
