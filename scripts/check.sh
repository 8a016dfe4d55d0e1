#!/bin/sh
# The fast lane, under 90 seconds. Import contracts and missing migrations are tests of tests/architecture.
set -eu
cd "$(dirname "$0")/.."

.venv/bin/ruff check .
.venv/bin/ruff format --check .
exec .venv/bin/python -m pytest -n auto --dist loadgroup -q -m "not browser and not slow and not servers" "$@"
