"""What has to be there before the demo's processes start. Run by `manage.py demo`, in its environment."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from iotdash.demo import sandboxes
from iotdash.runtime.models import Heartbeat


class Command(BaseCommand):
    help = "Prepares database, static files and sample data of the demo."

    def handle(self, **options: Any) -> None:
        for folder in ("broker", "broker-control"):
            (settings.VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        # Left from the last run, it would show a worker as up before it is.
        Heartbeat.objects.all().delete()
        self._collect_static()
        for name, sandbox in sandboxes.installed().items():
            sandboxes.seed_once(sandbox, sandboxes.state_dir(name))
        call_command("seed_demo", stdout=self.stdout)

    def _collect_static(self) -> None:
        """Compressing takes seconds, so only when a file changed."""
        stamp, digest = settings.VAR_DIR / "static.stamp", _digest_of_sources()
        if stamp.exists() and stamp.read_text() == digest:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest)


def _digest_of_sources() -> str:
    """SHA-256 over name, size and time of every static file's source."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    return digest.hexdigest()
