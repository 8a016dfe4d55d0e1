"""`python -m tests.chaos.mail.run`: invitations, and kills among them, from an empty installation to the report."""

import sys

from tests.chaos.mail.arguments import parser
from tests.chaos.run import run

if __name__ == "__main__":
    chosen = parser().parse_args()
    sys.exit(run("tests.chaos.mail", chosen, {"IOTDASH_INVITATIONS_PER_DAY": str(chosen.invitations)}))
