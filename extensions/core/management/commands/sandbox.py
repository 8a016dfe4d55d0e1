"""`manage.py sandbox`: runs the local stand-in of an external service alone, or answers from a diagnostics bundle."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from extensions.core import registry, replay
from extensions.core.contract import Manifest, Sandbox
from extensions.core.replay.welcome import welcome
from iotdash.lib.schema_forms import rules_of, title_of

HOST = "127.0.0.1"


class Offer(NamedTuple):
    """An extension, and the account that it has in a sandbox; several extensions may share one sandbox."""

    manifest: Manifest
    sandbox: Sandbox


class Command(BaseCommand):
    help = "Runs an extension's sandbox on this machine: the service's own protocol, over a world that costs nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="The extension, or the name of its sandbox.")
        parser.add_argument("--port", type=int, default=0, help="0 takes any free port.")
        parser.add_argument("--state", type=Path, default=None, help="Folder of its world; made when missing.")
        parser.add_argument("--replay", type=Path, metavar="BUNDLE", help="Answers as a diagnostics bundle recorded.")

    def handle(self, *, port: int, **options: Any) -> None:
        try:
            if options["replay"]:
                self._replay(options["replay"], port)
            else:
                self._serve(options["name"], port, options["state"])
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror}. Try another --port.") from None
        self.stdout.write("Stopped.")

    def _replay(self, bundle: Path, port: int) -> None:
        try:
            recording = replay.read_bundle(bundle)
        except replay.BundleError as error:
            raise CommandError(str(error)) from None
        replay.serve(recording, HOST, port, partial(self._welcome_replay, recording), self.stderr.write)

    def _welcome_replay(self, recording: replay.Recording, port: int) -> None:
        self.stdout.write(welcome(recording, f"http://{HOST}:{port}"))
        self.stdout.flush()

    def _serve(self, name: str, port: int, state: Path | None) -> None:
        offers = _pick(name)
        sandbox = offers[0].sandbox
        folder = (state or settings.VAR_DIR / "sandboxes" / sandbox.name).absolute()
        if _seeded(sandbox, folder):
            self.stdout.write(f"Made a world to rehearse in, in {folder}.")
        sandbox.serve(folder, HOST, port, ready=partial(self._welcome, offers))
        self.stdout.write("The state is kept.")

    def _welcome(self, offers: Sequence[Offer], port: int) -> None:
        base_url, sandbox = f"http://{HOST}:{port}", offers[0].sandbox
        told = "\n\n".join(
            f"Open Extensions, Add Extension, {offer.manifest.name}, and enter:\n{_ways(offer, base_url)}"
            for offer in offers
        )
        self.stdout.write(
            f"\nThe sandbox {sandbox.name} is up at {base_url}.\n\n{told}\n\n{sandbox.hint}\n"
            "A server on this machine reaches it if it runs with IOTDASH_OUTBOUND_ALLOW_LOOPBACK=true, "
            "as that of `make demo` does.\nStop with Ctrl-C.\n"
        )
        self.stdout.flush()


def _ways(offer: Offer, base_url: str) -> str:
    """The fields of the form, then those that are different for another variant."""
    manifest, sandbox = offer
    usual = sandbox.settings(base_url)
    told = [_fields(rules_of(manifest.settings_schema, usual), usual)]
    for name, variant in sandbox.others.items():
        settings = variant.settings(base_url)
        rules = rules_of(manifest.settings_schema, settings)
        different = {field: value for field, value in settings.items() if value != usual.get(field)}
        told.append(f"or, for {name}, these instead:\n{_fields(rules, different)}")
    return "\n\n".join(told)


def _fields(rules: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    shown = {field: title_of(rules.get(field, {}), value) for field, value in values.items()}
    return "\n".join(f"  {rules.get(field, {}).get('title', field):<16} {value}" for field, value in shown.items())


def _pick(name: str) -> list[Offer]:
    """The extension of this name, or all whose sandbox has it; without a name, those of the only sandbox."""
    found = [Offer(manifest, manifest.sandbox()) for manifest in registry.manifests().values() if manifest.sandbox]
    chosen = [each for each in found if name == each.manifest.slug]
    chosen = chosen or [each for each in found if name in ("", each.sandbox.name)]
    if len({offer.sandbox.name for offer in chosen}) == 1:
        return chosen
    known = ", ".join(sorted({offer.manifest.slug for offer in found})) or "none"
    problem = f'No extension "{name}" brings a sandbox.' if name else "Say which one."
    raise CommandError(f"{problem} There is: {known}.")


def _seeded(sandbox: Sandbox, folder: Path) -> bool:
    """Makes the sandbox's world in an empty folder. False if there is something already."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return False
    sandbox.seed(folder)
    (folder / "seeded").touch()
    return True
