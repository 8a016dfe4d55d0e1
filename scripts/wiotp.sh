#!/bin/sh
# Prints the Python of an environment that has IBM's client of the REST API, as it was published, and nothing of ours.
# Makes it in build/wiotp when it is not there.
set -eu
cd "$(dirname "$0")/.."

folder=build/wiotp
if ! cmp -s scripts/wiotp/requirements.txt "$folder/installed"; then
    echo "Installing IBM's client into $folder…" >&2
    rm -rf "$folder"
    .venv/bin/python -m venv "$folder" >&2
    env PIP_DISABLE_PIP_VERSION_CHECK=1 "$folder/bin/python" -m pip -qq install --require-hashes --no-deps \
        -r scripts/wiotp/requirements.txt >&2
    cp scripts/wiotp/requirements.txt "$folder/installed"
fi
echo "$PWD/$folder/bin/python"
