#!/bin/sh
# The fast lane, under 90 seconds on two cores. Import contracts and missing migrations are tests of tests/architecture.
# What only `make test` runs: browsers, servers, the sandboxes' own tests, the suite that holds providers to them, and
# what is marked slow, as is the walk of every page as everybody (here an administrator walks, for another's things).
set -eu
cd "$(dirname "$0")/.."

.venv/bin/ruff check .
.venv/bin/ruff format --check .
exec .venv/bin/python -m pytest -n auto --dist worksteal -q -m "not browser and not slow and not servers" \
    --no-migrations --ignore-glob='*/tests/sandbox' --ignore=tests/contract "$@"
