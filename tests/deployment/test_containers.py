"""Image, compose file and lint configuration: what can be seen without building."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
FILES = [
    *(ROOT / "docker").iterdir(),
    *(ROOT / "requirements").iterdir(),
    ROOT / "Makefile",
    ROOT / "tools" / "openapi" / "package-lock.json",
    ROOT / "tools" / "openapi" / ".npmrc",
    ROOT / "tests" / "node" / "package-lock.json",
]


@pytest.mark.parametrize(
    "command",
    [["hadolint", "docker/Dockerfile"], ["yamllint", "--strict", "docker"]],
    ids=["hadolint", "yamllint"],
)
def test_linters_find_nothing(command: list[str]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_names_a_registry(file: Path) -> None:
    text = file.read_text()
    assert re.findall(r"https?://(?:registry|pypi|files\.pythonhosted)[^\s\"]*", text) == []
    assert re.findall(r"--(?:extra-)?index-url|\"resolved\"", text) == []


def test_every_package_of_the_checks_is_known_by_its_hash() -> None:
    lock = json.loads((ROOT / "tools" / "openapi" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert [name for name, each in packages.items() if "integrity" not in each] == []


def test_the_image_installs_by_hash_and_runs_as_nobody_special() -> None:
    assert DOCKERFILE.count("FROM ") == 2
    assert "--require-hashes" in DOCKERFILE
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert len(re.findall(r"^HEALTHCHECK ", DOCKERFILE, re.MULTILINE)) == 1


def test_what_the_image_copies_is_let_through() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert sorted(copied) == sorted(line[1:] for line in ignored if line.startswith("!"))
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_compose_file_sets_only_settings_that_exist() -> None:
    known = {f"SECRETARIAT_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    ours = ["api", "migrate", "receiver", "worker"]
    assert sorted(COMPOSE["services"]) == sorted([*ours, "mail", "postgres"])
    for name in ours:
        assert set(COMPOSE["services"][name]["environment"]) - known == set()


def test_the_image_sets_only_settings_that_exist() -> None:
    known = {f"SECRETARIAT_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"SECRETARIAT_[A-Z_]+(?==)", DOCKERFILE)) - known == set()
