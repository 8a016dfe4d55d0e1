"""What may be chosen of the kill test with mail."""

import argparse
from pathlib import Path

from tests.chaos.arguments import REPORTS


def parser() -> argparse.ArgumentParser:
    chosen = argparse.ArgumentParser(description="Kills the mail server and the worker while invitations are sent.")
    chosen.add_argument("--invitations", type=int, default=1000)
    chosen.add_argument(
        "--kills", type=int, choices=(1, 2, 3), default=3, help="The last so many of worker, mail server, worker."
    )
    chosen.add_argument("--servers", action="store_true", help="On PostgreSQL and Redis, with servers of its own.")
    chosen.add_argument("--reports", type=Path, default=REPORTS / "mail", help="Folder of the report.")
    chosen.add_argument("--minutes", type=float, default=20, help="Gives up after so many.")
    return chosen
