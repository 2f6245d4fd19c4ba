"""What the pages say that a terminal prints: their blocks, run in bash against the served demo."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded import remove_cluster
from tests.cli.conftest import ROOT, environment

WORDS = "README.md"
"""Its first block defines what all pages use."""
PAGES = ["README.md", "docs/organizers.md", "docs/focal-points.md", "docs/front-end.md"]
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
MARK = "@@@@@@@@"
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""With this environment's `python3` first: those of version managers start slowly."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where `make run` was given: the service runs, and `.data` lies in this folder."""
    place = tmp_path_factory.mktemp("tour")
    data = place / ".data"
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env=environment(SECRETARIAT_DATA=str(data), SECRETARIAT_PORT="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [next(process.stdout)]
        while "Ctrl-C stops the service" not in said[-1]:
            said.append(next(process.stdout, "Ctrl-C stops the service"))
        assert (data / "run.json").exists(), "".join(said)
        yield place
    finally:
        process.terminate()
        process.communicate(timeout=60)
        remove_cluster(data)


def blocks(page: str) -> list[tuple[str, str]]:
    """Each block of commands with what stands below it as printed."""
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def printed(folder: Path, page: str) -> list[str]:
    """What each block printed; fails where a command of one did."""
    script = ["set -eo pipefail", blocks(WORDS)[0][0]]
    for commands, _ in blocks(page)[page == WORDS :]:
        script += [commands, f"echo {MARK}"]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env={"PATH": PATH, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout.split(f"{MARK}\n")[:-1]


def pattern(expected: str) -> str:
    """`...` stands for what differs from run to run."""
    return re.escape(expected).replace(r"\.\.\.", ".*?")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.timeout(200)
def test_the_page_says_what_happens(folder: Path, page: str) -> None:
    wanted = [expected for _, expected in blocks(page)[page == WORDS :]]
    found = printed(folder, page)
    assert len(found) == len(wanted)
    differing = [
        text
        for text, expected in zip(found, wanted, strict=True)
        if expected and not re.fullmatch(pattern(expected), text, re.DOTALL)
    ]
    assert differing == []


@pytest.mark.parametrize("page", PAGES)
def test_most_blocks_say_what_they_print(page: str) -> None:
    """A page whose blocks showed nothing would be true of anything."""
    shown = [bool(expected) for _, expected in blocks(page)[page == WORDS :]]
    assert shown == [True] * len(shown)


def test_the_words_of_the_terminal_find_the_service(folder: Path) -> None:
    run = json.loads((folder / ".data" / "run.json").read_text())
    script = blocks(WORDS)[0][0] + '\necho "$URL $ORGANIZER $FOCAL_POINT"'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        check=True,
    )
    tokens = run["tokens"]
    assert done.stdout.split() == [run["url"], tokens["organizer"], tokens["focal_point"]]
