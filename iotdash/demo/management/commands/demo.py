"""`manage.py demo`: prepares the sample data, starts everything on loopback, and stops it on Ctrl-C."""

import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from iotdash.demo import sandboxes, seed, state, watch
from iotdash.demo.processes import Command as Process
from iotdash.demo.supervisor import commands


class Command(BaseCommand):
    help = "Runs web, worker with beat and every sandbox on this machine, with sample data."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--began", type=float, help="Seconds since 1970 when the person gave the command.")

    def handle(self, *, port: int, began: float | None, **options: Any) -> None:
        try:
            with state.only_one(settings.VAR_DIR):
                self._run(port, began or time.time())
        except state.CannotStart as error:
            raise CommandError(str(error)) from None

    def _run(self, port: int, began: float) -> None:
        if not state.port_is_free(port):
            raise state.CannotStart(f"Port {port} is in use. Try another: make demo PORT={port + 1}")
        kept = state.load(settings.VAR_DIR)
        state.choose_ports(kept, {name: each.ports for name, each in sandboxes.installed().items()})
        state.save(settings.VAR_DIR, kept)
        watch.become(_plan(kept, port, began), state.environment(kept, settings.VAR_DIR, port))


def _plan(kept: state.DemoState, port: int, began: float) -> watch.Plan:
    return watch.Plan(
        cwd=str(settings.BASE_DIR),
        var=str(settings.VAR_DIR),
        port=port,
        began=began,
        welcome=welcome(kept, port),
        prepare=Process("prepare", [sys.executable, "manage.py", "prepare_demo"]),
        processes=commands(kept.ports),
    )


def welcome(kept: state.DemoState, port: int) -> str:
    others = ", ".join(person.email for person in seed.PEOPLE[1:])
    return (
        f"\n  Address   http://{state.HOST}:{port}/\n"
        f"  Email     {seed.PEOPLE[0].email}\n"
        f"  Password  {kept.password}\n\n"
        f"The same password signs in {others}.\n"
        f"{seed.SUPPORT} is support staff, at http://{state.HOST}:{port}/admin/ after setting up a second factor.\n"
        f"{_sandboxes(kept)}\n"
        f"Logs are in {settings.VAR_DIR / 'log'}.\n"
        f"Stop with Ctrl-C, or from elsewhere: kill {os.getpid()}\n"
    )


def _sandboxes(kept: state.DemoState) -> str:
    installed = sandboxes.installed()
    hints = {name: installed[name].hint for name in kept.ports if name in installed}
    return "".join(
        f"The sandbox {name} is at http://{state.HOST}:{port}/ . {hints.get(name, '')}".rstrip() + "\n"
        for name, port in kept.ports.items()
    )
