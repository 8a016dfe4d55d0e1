"""`python -m tests.chaos.jobs.fight`: the part that runs in the environment of the installation it tests."""

import sys

import django

from tests.chaos.jobs.arguments import parser


def main() -> int:
    chosen = parser().parse_args()
    django.setup()
    from tests.chaos.jobs.battle import Battle

    words, failed = Battle(chosen).fight()
    sys.stdout.write(words)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
