#!/bin/sh
# Every test on all cores; tests of one xdist group (the browser's) stay together. Ends with pytest's closing line.
set -eu
cd "$(dirname "$0")/.."

CHROMIUM=$(sh scripts/chromium.sh)
export CHROMIUM
exec .venv/bin/python -m pytest -n auto --dist loadgroup -q -r s "$@"
