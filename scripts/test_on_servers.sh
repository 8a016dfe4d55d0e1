#!/bin/sh
# Once more, on PostgreSQL and Redis started for it, every test that reaches the database of the settings: what runs
# without one is the same there, and so are the browser's. What starts servers itself ran already.
set -eu
cd "$(dirname "$0")/.."

exec .venv/bin/python -m tests.demo.on_servers -m pytest -n auto --dist loadgroup --no-loadscope-reorder -q -r s \
    -m "not browser and not servers and not without_database" "$@"
