#!/bin/sh
# The long kill tests. SEED repeats a plan, OPERATIONS and KILLS size it; INVITATIONS size the one with mail and ITEMS the
# one with a job, 0 leaves it out; SERVERS=1 runs all on PostgreSQL and Redis. Reports and histories of what went wrong
# are left in build/chaos.
set -eu
cd "$(dirname "$0")/.."

failed=0
.venv/bin/python -m tests.chaos.run --seed "${SEED:-0}" --operations "${OPERATIONS:-2000}" \
    --kills "${KILLS:-52}" ${SERVERS:+--servers} || failed=1
if [ "${INVITATIONS:-1000}" -gt 0 ]; then
    .venv/bin/python -m tests.chaos.mail.run --invitations "${INVITATIONS:-1000}" ${SERVERS:+--servers} || failed=1
fi
if [ "${ITEMS:-10000}" -gt 0 ]; then
    .venv/bin/python -m tests.chaos.jobs.run --seed "${SEED:-0}" --items "${ITEMS:-10000}" ${SERVERS:+--servers} || failed=1
fi
exit $failed
