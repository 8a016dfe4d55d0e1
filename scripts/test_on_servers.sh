#!/bin/sh
# Every test but the browser's once more, on PostgreSQL and Redis started for it. What starts servers itself ran already.
set -eu
cd "$(dirname "$0")/.."

exec .venv/bin/python -m tests.demo.on_servers -m pytest -n auto --dist loadgroup --no-loadscope-reorder -q -r s \
    -m "not browser and not servers" "$@"
