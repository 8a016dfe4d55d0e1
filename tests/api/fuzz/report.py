"""`python -m tests.api.fuzz.report folder`: how many requests there were, by what they were answered with."""

import json
import sys
from collections import Counter
from pathlib import Path

# Here, and not in conftest.py, which pytest imports under another name than tests do.
answered: Counter[int] = Counter()


def report(folder: Path) -> str:
    counted: Counter[str] = Counter()
    for each in folder.glob("*.json"):
        counted.update(json.loads(each.read_text()))
    lines = [f"  {status}  {count:,}" for status, count in sorted(counted.items())]
    return "\n".join([f"{counted.total():,} requests, answered by", *lines])


if __name__ == "__main__":
    sys.stdout.write(report(Path(sys.argv[1])) + "\n")
