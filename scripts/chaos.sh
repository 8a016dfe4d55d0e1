#!/bin/sh
# The long kill test: SEED repeats a plan, OPERATIONS and KILLS size it, SERVERS=1 runs it on PostgreSQL and Redis.
# The report is left in build/chaos, with the histories of what went wrong.
set -eu
cd "$(dirname "$0")/.."

exec .venv/bin/python -m tests.chaos.run --seed "${SEED:-0}" --operations "${OPERATIONS:-2000}" \
    --kills "${KILLS:-52}" ${SERVERS:+--servers}
