"""A sandbox that runs, and the contexts and secrets of an extension pointed at it."""

import base64
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings as django_settings
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import (
    Ask,
    Context,
    Example,
    Manifest,
    OperationSpec,
    ProviderError,
    Sandbox,
    SandboxControl,
    Variant,
)
from iotdash.lib.outbound import AddressPolicy, CallRecord, GuardedSession, conversation
from iotdash.lib.schema_forms import address_names, choices_of, rules_of, secret_names

# Short, so that a host that hangs costs a test no more than this.
TIMEOUTS = {"connect_timeout": 1.0, "read_timeout": 0.7, "total_timeout": 1.5}
SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Running:
    """A sandbox that answers at `url`, how it is reached there, and what can be done behind its back."""

    manifest: Manifest
    sandbox: Sandbox
    url: str
    control: SandboxControl
    examples: Mapping[str, Example]
    variant: Variant

    @property
    def settings(self) -> dict[str, Any]:
        return dict(self.variant.settings(self.url))

    @property
    def wrong_settings(self) -> Mapping[str, Mapping[str, Any]]:
        return self.variant.wrong_settings(self.url)

    def context(self, calls: list[CallRecord] | None = None) -> Context:
        return context_of(self.settings, calls)

    def with_settings(self, settings: Mapping[str, Any]) -> "Running":
        """The same, reached with these settings."""
        return replace(self, variant=Variant(lambda base_url: settings))

    def ask(self, spec: OperationSpec, reference: str = "") -> Ask:
        """The example of an operation, as the capability gets it."""
        example = self.examples[spec.id]
        subject = str(example.part.get(self.manifest.subject_field, ""))
        return Ask(spec.id, subject, example.parameters, timezone.now(), reference)


def operations(manifest: Manifest) -> list[OperationSpec]:
    return list(registry.capability(manifest).operations(manifest))


def variants(manifest: Manifest) -> list[str]:
    """Names of the ways in which its sandbox is reached; the usual one is ""."""
    return list(manifest.sandbox().variants) if manifest.sandbox else [""]


def context_of(settings: Mapping[str, Any], calls: list[CallRecord] | None = None) -> Context:
    """`calls` gets a record of each call that is made."""
    after, policy = None if calls is None else calls.append, AddressPolicy(allow_loopback=True)
    session = GuardedSession(policy, after_call=after, **TIMEOUTS)
    connect = partial(conversation, policy=policy, after=after, total_seconds=TIMEOUTS["total_timeout"])
    return Context(settings=settings, http=session, now=timezone.now, connect=connect)


@contextmanager
def run(manifest: Manifest, folder: Path) -> Iterator[Running]:
    state = folder / "state"
    command = [sys.executable, str(django_settings.BASE_DIR / "manage.py"), "sandbox", manifest.slug]
    process = subprocess.Popen(
        [*command, "--state", str(state)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "IOTDASH_VAR": str(folder)},
    )
    sandbox = manifest.sandbox()
    try:
        url = _address(process)
        control = sandbox.control(state)
        control.unlimited()
        yield Running(manifest, sandbox, url, control, sandbox.examples(state), sandbox.variants[""])
        control.close()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _address(process: subprocess.Popen) -> str:
    said = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"is up at (http://\S+?)\.?\s", line)
        if found:
            return found[1]
    raise AssertionError(f"The sandbox did not start: {''.join(said)}")


def secrets_of(manifest: Manifest, settings: Mapping[str, Any]) -> list[str]:
    """Every form in which a secret of these settings could be seen."""
    values = [str(settings.get(name) or "") for name in secret_names(manifest.settings_schema)]
    long = [value for value in values if len(value) >= SHORTEST_SECRET]
    return [form for value in long for form in {value, quote(value), base64.b64encode(value.encode()).decode()}]


def typed_addresses(manifest: Manifest, settings: Mapping[str, Any]) -> list[str]:
    """Addresses of these settings that are typed, not chosen from a list."""
    rules = rules_of(manifest.settings_schema, settings)
    names = address_names(manifest.settings_schema, settings)
    return [name for name in names if rules[name].get("type") == "string" and not choices_of(rules[name])]


def leaks(secrets: list[str], *texts: object) -> list[str]:
    """The secrets that are in any of these texts."""
    whole = "\n".join(str(text) for text in texts)
    return [secret for secret in secrets if secret in whole]


def told(error: ProviderError) -> str:
    """Everything that an error says to anybody: people, pages, logs."""
    return "\n".join([str(error), error.sentence, error.code, error.words, *traceback.format_exception(error)])


def is_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z“\"0-9].*[.!?]", text, re.DOTALL)) or bool(re.fullmatch(r"\S+ .*[.!?]", text))
