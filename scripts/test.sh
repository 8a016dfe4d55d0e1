#!/bin/sh
# Every test on all cores; tests of one xdist group (the browser's) stay together. Ends with pytest's closing line.
# One more at once than there are cores: those that start the whole product mostly wait for it.
set -eu
cd "$(dirname "$0")/.."

CHROMIUM=$(sh scripts/chromium.sh)
export CHROMIUM
at_once=$(($(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1))
exec .venv/bin/python -m pytest -n "$at_once" --durations 15 --dist loadgroup -q -r s "$@"
