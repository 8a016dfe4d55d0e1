"""`manage.py dev_tls`: serves the demo by HTTPS too, under the names that clients of the original platform ask for."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from iotdash.demo import state, tls
from iotdash.organizations.models import Organization


class Command(BaseCommand):
    help = "Makes a local certificate authority and a certificate, and serves the demo by HTTPS beside `make demo`."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8443)
        parser.add_argument("--demo-port", type=int, default=8000, help="Of `make demo`, whose pages links lead to.")

    def handle(self, *, port: int, demo_port: int, **options: Any) -> None:
        kept = state.load(settings.VAR_DIR)
        if not kept.ports:
            raise CommandError("There is no demo yet. Start it first, in another terminal: make demo")
        if not state.port_is_free(port):
            raise CommandError(f"Port {port} is in use. Try another: make dev-tls PORT={port + 1}")
        organizations = list(Organization.objects.order_by("pk").values_list("public_id", flat=True))
        files = tls.Files(settings.VAR_DIR / "tls")
        names = tls.names_of(organizations, "localhost")
        tls.issue(files, names, timezone.now())
        self.stdout.write(_welcome(files, names, organizations[0], port))
        self.stdout.flush()
        connections.close_all()
        env = {**state.environment(kept, settings.VAR_DIR, demo_port), "BIND": f"{state.HOST}:{port}"}
        served = ["--certfile", str(files.certificate), "--keyfile", str(files.key)]
        os.execve(sys.executable, [sys.executable, "-m", "gunicorn", "iotdash.wsgi", *served], env)  # noqa: S606


def _welcome(files: tls.Files, names: list[str], organization: str, port: int) -> str:
    return (
        f"\n  REST API     https://{organization}.localhost:{port}/api/v0002/\n"
        f"  Certificate  of the authority in {files.ca}\n\n"
        f"Make an API key at /{organization}/keys/, then for IBM's client:\n\n"
        f"  export WIOTP_AUTH_KEY=a-{organization}-… WIOTP_AUTH_TOKEN=…\n"
        f"  export WIOTP_OPTIONS_DOMAIN=localhost:{port} REQUESTS_CA_BUNDLE={files.ca}\n\n"
        "Where a name below localhost is not found, add this line to the hosts file:\n\n"
        f"  127.0.0.1 {' '.join(names[1:])}\n"
    )
