"""What may be chosen of a kill test."""

import argparse
from pathlib import Path

from tests.architecture.house import ROOT

REPORTS = ROOT / "build/chaos"


def parser() -> argparse.ArgumentParser:
    chosen = argparse.ArgumentParser(description="Kills every process at random and looks for what was lost.")
    chosen.add_argument("--seed", type=int, default=0, help="0 takes a new one.")
    chosen.add_argument("--operations", type=int, default=2000)
    chosen.add_argument("--kills", type=int, default=52)
    chosen.add_argument("--servers", action="store_true", help="On PostgreSQL and Redis, with servers of its own.")
    chosen.add_argument("--reports", type=Path, default=REPORTS, help="Folder of the report.")
    chosen.add_argument("--minutes", type=float, default=30, help="Gives up after so many.")
    return chosen
