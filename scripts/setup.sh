#!/bin/sh
# Makes .venv with the dependencies that uv.lock names, hashes checked; with "dev" also the test tools.
# Installs by pip, so that whatever package index pip is set up with is used. Does nothing when the lock is unchanged.
set -eu
cd "$(dirname "$0")/.."

group=${1:-product}

say() { printf '%s\n' "$*"; }

python=
for candidate in python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "iotdash needs Python 3.11, and neither python3.11 nor python3 is one. Install it and run this again." >&2
    exit 1
fi

sum=$(cat uv.lock scripts/bootstrap.txt | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
stamp=.venv/installed
case "$group $(cat "$stamp" 2>/dev/null || true)" in
    "dev $sum dev" | "product $sum dev" | "product $sum product") exit 0 ;;
esac

say "Installing the $group dependencies into .venv…"
if ! [ -x .venv/bin/python ] && ! "$python" -m venv .venv; then
    say "Python's venv module does not work. On Debian: apt-get install python3.11-venv" >&2
    exit 1
fi
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip -qq install --require-hashes --no-deps"
only="--no-dev"
[ "$group" = dev ] && only=
$pip -r scripts/bootstrap.txt
.venv/bin/uv export --quiet --frozen --no-emit-project $only --output-file .venv/requirements.txt
$pip -r .venv/requirements.txt
printf '%s %s\n' "$sum" "$group" > "$stamp"
