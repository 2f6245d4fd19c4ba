#!/bin/sh
# environment.sh VENV LOCK STAMP: installs the lock file into the environment, made if missing.
#
# Installs only what the lock names, by hash. The stamp holds the hash of the lock and the Python
# it was installed for; where they are the same nothing is done.

set -eu

venv=$1
lock=$2
stamp=$3

find_python() {
    for name in python3.11 python3.12 python3.13 python3.14 python3; do
        if command -v "$name" >/dev/null 2>&1 \
            && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo 'Python 3.11 or newer is needed and was not found: install it, then try again.' >&2
    return 1
}

if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    echo "Making the environment $venv with $python"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python lacks venv: install it (Debian and Ubuntu: the package python3-venv)." >&2
        exit 1
    fi
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

wanted=$("$venv/bin/python" - "$lock" <<'END'
import hashlib, pathlib, sys
print(sys.version.split()[0], hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())
END
)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing $lock; this takes a minute the first time"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes --only-binary :all: -r "$lock"
    printf '%s\n' "$wanted" >"$stamp"
fi
touch "$stamp"
