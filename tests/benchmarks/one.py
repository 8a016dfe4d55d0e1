"""One benchmark in a process of its own: `python -m tests.benchmarks.one bench_lists rows.json [--quick]`.

Django is set up as in the embedded installation, with an empty, migrated database, before the module is imported.
"""

import argparse
import importlib
import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("answer", type=Path)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    prepare()
    measure = importlib.import_module(f"tests.benchmarks.{given.module}").measure
    rows = [row.as_json() for row in measure(given.quick)]
    given.answer.write_text(json.dumps(rows))


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotdash.settings")
    django.setup()
    for folder in ("broker", "broker-control"):
        (settings.VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
