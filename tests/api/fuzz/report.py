"""`python -m tests.api.fuzz.report folder`: how many requests there were, by what they were answered with."""

import json
import sys
from collections import Counter
from pathlib import Path


def report(folder: Path) -> str:
    answered: Counter[str] = Counter()
    for each in folder.glob("*.json"):
        answered.update(json.loads(each.read_text()))
    lines = [f"  {status}  {count:,}" for status, count in sorted(answered.items())]
    return "\n".join([f"{answered.total():,} requests, answered by", *lines])


if __name__ == "__main__":
    sys.stdout.write(report(Path(sys.argv[1])) + "\n")
