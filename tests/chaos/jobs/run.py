"""`python -m tests.chaos.jobs.run`: a job, and kills while it runs, from an empty installation to the report."""

import sys

from tests.chaos.jobs.arguments import parser
from tests.chaos.run import run

# The carrier's list is read once; what synchronisation makes of kills is the business of the other kill test.
SYNC_MINUTES = "600"

if __name__ == "__main__":
    sys.exit(run("tests.chaos.jobs", parser().parse_args(), {"IOTDASH_SYNC_MINUTES": SYNC_MINUTES}))
