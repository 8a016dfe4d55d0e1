"""`python -m tests.chaos.fight PACKAGE …`: the part of a kill test that runs in the environment of what it tests."""

import sys
from importlib import import_module

import django


def main() -> int:
    package, *given = sys.argv[1:]
    chosen = import_module(f"{package}.arguments").parser().parse_args(given)
    django.setup()
    words, failed = import_module(f"{package}.battle").Battle(chosen).fight()
    sys.stdout.write(words)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
