"""An agenda as Akoma Ntoso 3.0 (OASIS LegalDocML), one document for a language.

Akoma Ntoso has no kind of document for agendas: it is a `doc` with that name. Its items are
containers with number and heading; breaks are not on the agenda.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from app.letters.words import LetterLanguage, Run, plain_text
from app.programme.lifecycle import PaperKind
from app.programme.markup import Markup, joined, tag
from app.programme.papers import Entry, Paper
from app.programme.words import words_in

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_LANGUAGES: Mapping[LetterLanguage, str] = {
    LetterLanguage.EN: "eng",
    LetterLanguage.FR: "fra",
    LetterLanguage.ES: "spa",
    LetterLanguage.AR: "ara",
    LetterLanguage.ZH: "zho",
    LetterLanguage.RU: "rus",
}
"""ISO 639-2, as the naming convention wants them."""


def akoma_ntoso(paper: Paper) -> bytes:
    """The whole document as sent."""
    body = _items(paper)
    document = tag(
        "akomaNtoso",
        tag("doc", _meta(paper), _preface(paper), tag("mainBody", body), name=_name(paper)),
        xmlns=NAMESPACE,
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()


def work_uri(paper: Paper) -> str:
    """The agenda of the meeting, in whatever version and language."""
    day = paper.days[0].date if paper.days else paper.stamp
    return f"/akn/un/doc/{_name(paper)}/{day}/{paper.handle}"


def expression_uri(paper: Paper) -> str:
    """This version of it in this language: of the day on which it was issued."""
    return f"{work_uri(paper)}/{_LANGUAGES[paper.language]}@{paper.stamp}"


def _name(paper: Paper) -> str:
    return "annotatedAgenda" if paper.kind is PaperKind.ANNOTATED else "agenda"


def _meta(paper: Paper) -> Markup:
    work, expression = work_uri(paper), expression_uri(paper)
    first = paper.days[0].date if paper.days else paper.stamp
    number = [] if paper.symbol is None else [_value("FRBRnumber", paper.symbol)]
    version = "draft" if paper.version is None else str(paper.version)
    frbr_work = tag(
        "FRBRWork",
        *_core(f"{work}/!main", work, first, "meeting"),
        _value("FRBRcountry", "un"),
        *number,
    )
    frbr_expression = tag(
        "FRBRExpression",
        *_core(f"{expression}/!main", expression, paper.stamp, "issued"),
        _value("FRBRversionNumber", version),
        tag("FRBRlanguage", language=_LANGUAGES[paper.language]),
    )
    frbr_manifestation = tag(
        "FRBRManifestation",
        *_core(f"{expression}/!main.akn", f"{expression}.akn", paper.stamp, "issued"),
        _value("FRBRformat", "application/akn+xml"),
    )
    source = "#secretariat"
    identification = tag(
        "identification", frbr_work, frbr_expression, frbr_manifestation, source=source
    )
    publication = tag(
        "publication",
        date=str(paper.stamp),
        name=_name(paper),
        showAs=paper.title,
        number=paper.symbol,
    )
    return tag("meta", identification, publication, _references(paper, source))


def _core(this: str, uri: str, day: date, name: str) -> Iterator[Markup]:
    yield _value("FRBRthis", this)
    yield _value("FRBRuri", uri)
    yield tag("FRBRdate", date=str(day), name=name)
    yield tag("FRBRauthor", href="#committee")


def _value(name: str, value: str) -> Markup:
    return tag(name, value=value)


def _references(paper: Paper, source: str) -> Markup:
    committee = paper.committee.text if paper.committee else paper.meeting.text
    secretariat = "Secretariat"
    return tag(
        "references",
        tag(
            "TLCOrganization", eId="committee", href="/akn/ontology/organization/un/committee",
            showAs=committee,
        ),
        tag(
            "TLCOrganization", eId="secretariat", href="/akn/ontology/organization/un/secretariat",
            showAs=secretariat,
        ),
        tag(
            "TLCEvent", eId="meeting", href=f"/akn/ontology/event/un/{paper.handle}",
            showAs=paper.meeting.text,
        ),
        source=source,
    )  # fmt: skip


def _preface(paper: Paper) -> Markup:
    symbol = None if paper.symbol is None else tag("p", tag("docNumber", paper.symbol))
    issued = None
    if paper.issued_at is not None:
        day = words_in(paper.language).day(paper.stamp)
        issued = tag("p", tag("docDate", day, date=str(paper.stamp)))
    return tag(
        "preface",
        None if paper.committee is None else tag("p", _said(paper.committee)),
        symbol,
        issued,
        tag("p", tag("docTitle", paper.title)),
        tag("p", tag("event", _said(paper.meeting), refersTo="#meeting")),
        *(tag("p", notice, class_="notice") for notice in paper.notices),
        *(tag("p", _labelled(fact.label, *map(plain_text, fact.lines), paper=paper))
          for fact in paper.facts),
    )  # fmt: skip


def _items(paper: Paper) -> Markup:
    """The tree, from the last item to the first, so that what lies under one is ready."""
    if not paper.entries:
        return tag("p", paper.empty)
    below: dict[str | None, list[Markup]] = {}
    known = {entry.id for entry in paper.entries}
    for place, entry in reversed(list(enumerate(paper.entries, start=1))):
        parent = entry.parent if entry.parent in known else None
        made = _item(entry, f"item_{place}", below.pop(entry.id, []), paper)
        below.setdefault(parent, []).insert(0, made)
    return joined(below[None])


def _item(entry: Entry, name: str, below: list[Markup], paper: Paper) -> Markup:
    lines = [tag("p", line) for line in _lines(entry, paper)]
    inner: list[Markup] = []
    if below:
        inner = [tag("intro", *lines)] if lines else []
        inner += below
    else:
        inner = [tag("content", *(lines or [tag("p")]))]
    number = None if entry.number is None else tag("num", entry.number)
    heading = _said(entry.title)
    return tag(
        "hcontainer",
        number,
        tag("heading", tag("del", heading) if entry.struck else heading),
        *inner,
        name="item",
        eId=name,
        GUID=entry.id,
        status="removed" if entry.struck else None,
    )


def _lines(entry: Entry, paper: Paper) -> Iterator[Markup]:
    if entry.hours:
        begin, dash, end = entry.hours.partition("–")
        times = [tag("time", begin, time=entry.starts_at.isoformat())]
        if dash:
            times += [Markup(dash), tag("time", end, time=entry.ends_at.isoformat())]
        yield joined(times)
    if marks := [*entry.marks, *entry.news]:
        yield joined([" · ".join(marks)])
    for fact in entry.facts:
        yield _labelled(fact.label, *map(plain_text, fact.lines), paper=paper)
    if entry.panel is not None:
        yield _said(entry.panel)
    for person in entry.speakers:
        about = " · ".join(filter(None, [person.name, person.about, person.length, person.state]))
        yield _labelled(person.role, about, paper=paper)
    yield from (_said(note) for note in entry.notes)


def _labelled(label: str, *lines: str, paper: Paper) -> Markup:
    return joined([words_in(paper.language).say("labelled", label=label), "; ".join(lines)])


def _said(run: Run) -> Markup:
    """With its language where that is another."""
    if run.language is None:
        return joined([run.text])
    written = Markup(f' xml:lang="{run.language}"')
    return Markup(f"<span{written}>{joined([run.text])}</span>")
