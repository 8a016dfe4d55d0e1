"""What may be chosen of the kill test with a job."""

import argparse
from pathlib import Path

from tests.chaos.arguments import REPORTS


def parser() -> argparse.ArgumentParser:
    chosen = argparse.ArgumentParser(description="Kills every process while a job changes the state of many SIMs.")
    chosen.add_argument("--seed", type=int, default=0, help="0 takes a new one.")
    chosen.add_argument("--items", type=int, default=10_000)
    chosen.add_argument("--kills", type=int, default=10)
    chosen.add_argument("--servers", action="store_true", help="On PostgreSQL and Redis, with servers of its own.")
    chosen.add_argument("--reports", type=Path, default=REPORTS / "jobs", help="Folder of the report.")
    chosen.add_argument("--minutes", type=float, default=45, help="Gives up after so many.")
    return chosen
