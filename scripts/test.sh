#!/bin/sh
# Every test on all cores; tests of one xdist group (the browser's) stay together. Ends with pytest's closing line.
# One more at once than there are cores: those that start the whole product mostly wait for it.
set -eu
cd "$(dirname "$0")/.."

CHROMIUM=$(sh scripts/chromium.sh)
export CHROMIUM
# SendGrid's own description of its API lies beside the repository, or nowhere.
if [ -f "${IOTDASH_PEERS:-../shared/peers}/sendgrid_mail_v3.openapi.json" ]; then
    PRISM=$(sh scripts/prism.sh)
    export PRISM
fi
at_once=$(($(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1))
exec .venv/bin/python -m pytest -n "$at_once" --durations 15 --dist loadgroup --no-loadscope-reorder -q -r s "$@"
