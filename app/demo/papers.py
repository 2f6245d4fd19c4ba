"""The papers of the story: small files, set or written here, sent, and published."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import typst

from app.demo.stage import MEETING_PATH, File, Stage, expect, texts, told
from app.letters.fonts import FOLDERS

DOCUMENTS = f"{MEETING_PATH}/documents"
SECRETARIAT = {"en": "Secretariat of the committee", "fr": "Secrétariat du Comité"}
FORMATS = {"text": ("text/plain", ".txt"), "table": ("text/csv", ".csv")}
ABOUT = ("kind", "title", "access", "embargo_until", "embargo_shows")
HANDING_IN = "CTED"
DATED = {"en": "13 September 2021", "fr": "13 septembre 2021"}
WRITTEN = datetime(2021, 9, 13, 12, tzinfo=UTC)
Paper = dict[str, Any]


class Press:
    """Sets papers as PDF (PDF/UA-1), as the service sets its own."""

    def __init__(self, stage: Stage) -> None:
        english = {"en": stage.data["sixth_meeting"]["title"]}
        self.meeting = english | stage.data["words"]["meeting"]
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(FOLDERS[0])],
        )
        self._compiler = typst.Compiler(root=str(FOLDERS[0]), font_paths=fonts)
        self._source = texts("paper.typ").encode()

    def set(self, language: str, **said: Any) -> bytes:
        said |= {"lang": language, "meeting": self.meeting[language], "dated": DATED[language]}
        inputs = {"paper": json.dumps(said, ensure_ascii=False)}
        made = self._compiler.compile(
            self._source,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["ua-1"],
            timestamp=WRITTEN,
        )
        return cast("bytes", made)


def file_of(
    press: Press, author: str, paper: Paper, language: str, symbol: str = "", part: str = "files"
) -> File:
    """Named by its title, as people name files."""
    title = paper["title"].get(language, paper["title"]["en"])
    stem = title.replace(" :", " –").replace(":", " –")
    lines = paper[part][language]
    if "format" in paper:
        media_type, ending = FORMATS[paper["format"]]
        return File(stem + ending, ("\n".join(lines) + "\n").encode(), media_type)
    made = press.set(language, author=author, title=title, lines=lines, symbol=symbol)
    return File(f"{stem}.pdf", made, "application/pdf")


async def publish(stage: Stage) -> None:
    """Those of the secretariat, and what the working groups have sent, with translations."""
    story, press = told("papers.yaml"), Press(stage)
    for paper in story["secretariat"]:
        await put(stage, press, paper)
    sent = (await stage.read(f"{DOCUMENTS}?limit=200&status=draft"))["items"]
    by_item = {document["item_id"]: document for document in sent}
    for group in stage.data["working_groups"]:
        document = by_item[stage.items[group["handle"]]]
        await _translate(stage, press, group, document, story["groups"][group["handle"]])
    public = (await stage.read(f"{DOCUMENTS}?limit=200&access=public"))["items"]
    expect("public documents", len(public), 11)
    stage.say(
        f"  {len(sent) + len(story['secretariat'])} documents published, most in two languages"
    )


async def put(stage: Stage, press: Press, paper: Paper) -> None:
    """Make a document, send its files, publish it, and its revision after it."""
    place = {"panel_id": stage.panel} if paper.get("panel") else {}
    if "item" in paper:
        place = {"item_id": stage.items[paper["item"]]}
    about = {name: paper[name] for name in ABOUT if name in paper}
    document = await stage.post(DOCUMENTS, about | place)
    await _files(stage, press, document, paper)
    await stage.post(f"{DOCUMENTS}/{document['id']}/publish")
    if "revision" in paper:
        await stage.post(f"{DOCUMENTS}/{document['id']}/revisions", {"kind": "revision"})
        document = await stage.read(f"{DOCUMENTS}/{document['id']}")
        await _files(stage, press, document, paper, part="revision")
        await stage.post(f"{DOCUMENTS}/{document['id']}/publish")


async def hand_in(stage: Stage, headers: dict[str, str]) -> None:
    """An entity hands a statement in; the organizers take it over for the members."""
    paper, press = told("papers.yaml")["handed_in"], Press(stage)
    body = {"kind": "statement", "title": paper["title"], "access": "organizers"}
    document = await stage.post(DOCUMENTS, body, headers=headers)
    file = file_of(press, HANDING_IN, paper, "en", document["symbol"])
    await stage.put(_address(document, "en"), file, headers)
    one = f"{DOCUMENTS}/{document['id']}"
    await stage.post(f"{one}/accept")
    place = {"access": "members", "item_id": stage.items[paper["item"]]}
    await stage.call("PATCH", one, place)
    await stage.post(f"{one}/publish")


async def _translate(
    stage: Stage, press: Press, group: dict[str, Any], document: Any, paper: Paper
) -> None:
    one = f"{DOCUMENTS}/{document['id']}"
    about = {"title": paper["title"], "kind": "report", "access": "public"}
    await stage.call("PATCH", one, about)
    for language in paper["files"].keys() - {"en"}:
        author = stage.data["words"][group["handle"]][language]
        file = file_of(press, author, paper, language, document["symbol"])
        await stage.put(_address(document, language), file, {})
    await stage.post(f"{one}/publish")


async def _files(
    stage: Stage, press: Press, document: Any, paper: Paper, part: str = "files"
) -> None:
    symbol = document["revisions"][-1]["symbol"]
    for language in paper[part]:
        file = file_of(press, SECRETARIAT[language], paper, language, symbol, part)
        await stage.put(_address(document, language), file, {})


def _address(document: Any, language: str) -> str:
    """Where the bytes of a language of the last revision go."""
    revision = document["revisions"][-1]["id"]
    return f"{DOCUMENTS}/{document['id']}/revisions/{revision}/versions/{language}/content"
