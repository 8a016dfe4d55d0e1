#!/bin/sh
# Requests made from the description of the REST API, as each role: CASES of them at least, 20,000 if it is not said.
set -eu
cd "$(dirname "$0")/.."

rm -rf build/fuzz
failed=0
FUZZ_CASES="${CASES:-20000}" .venv/bin/python -m pytest -q -n auto tests/api/fuzz "$@" || failed=1
.venv/bin/python -m tests.api.fuzz.report build/fuzz
exit $failed
