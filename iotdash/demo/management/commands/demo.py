"""`manage.py demo`: prepares the sample data, starts everything on loopback, and stops it on Ctrl-C."""

import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from iotdash.demo import sandboxes, seed, state
from iotdash.demo.processes import Command as Process
from iotdash.demo.supervisor import Supervisor, commands


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
        var = settings.VAR_DIR
        kept = state.load(var)
        state.choose_ports(kept, list(sandboxes.installed()))
        state.save(var, kept)
        supervisor = Supervisor(state.environment(kept, var, port), settings.BASE_DIR, var / "log", self._say)
        with supervisor.stopping_on_signals():
            self._start(supervisor, kept, port)
            if supervisor.wait_until_up(port):
                self._welcome(kept, port, time.time() - began)
                supervisor.watch()
            self._say("Stopping…")
        self._say("Stopped. The data is kept for the next start.")

    def _say(self, text: str) -> None:
        """At once, also into a pipe or a file."""
        self.stdout.write(text)
        self.stdout.flush()

    def _start(self, supervisor: Supervisor, kept: state.DemoState, port: int) -> None:
        self._say("Preparing database, static files and sample data…")
        supervisor.run_once(Process("prepare", [sys.executable, "manage.py", "prepare_demo"]))
        if supervisor.stop.is_set():
            return
        self._say("Starting web, worker and sandboxes…")
        for process in commands(kept.ports):
            supervisor.start(process)

    def _sandboxes(self, kept: state.DemoState) -> str:
        words = "make it fail on purpose, see its accounts and calls"
        return "".join(
            f"The sandbox {name} has a page at http://{state.HOST}:{port}/ : {words}.\n"
            for name, port in kept.ports.items()
        )

    def _welcome(self, kept: state.DemoState, port: int, seconds: float) -> None:
        others = ", ".join(person.email for person in seed.PEOPLE[1:])
        self._say(
            f"\niotdash is up, after {seconds:.0f} s.\n\n"
            f"  Address   http://{state.HOST}:{port}/\n"
            f"  Email     {seed.PEOPLE[0].email}\n"
            f"  Password  {kept.password}\n\n"
            f"The same password signs in {others}.\n"
            f"{seed.SUPPORT} is support staff, at http://{state.HOST}:{port}/admin/ after setting up a second factor.\n"
            f"{self._sandboxes(kept)}\n"
            f"Logs are in {settings.VAR_DIR / 'log'}.\n"
            f"Stop with Ctrl-C, or from elsewhere: kill {os.getpid()}\n"
        )
