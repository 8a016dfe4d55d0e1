"""Drafts of settings: what a set-up form was filled with, kept encrypted between one page and the next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from extensions.core.contract import Manifest, Pasted
from extensions.core.models import SettingsDraft
from iotdash.lib import crypto
from iotdash.lib.schema_forms import carried_over, discriminator, rules_of, without_secrets
from iotdash.organizations.models import Organization

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Filled:
    """`settings` are those so far, `pasted` the names of those that were pasted. `found` is what to choose from."""

    settings: dict[str, Any]
    pasted: Sequence[str] = ()
    found: Sequence[Pasted] = field(default=())


def keep(organization: Organization, manifest: Manifest, filled: Filled, made_by: str) -> SettingsDraft:
    draft = crypto.encrypt_json(asdict(filled))
    return SettingsDraft.objects.create(organization=organization, slug=manifest.slug, draft=draft, made_by=made_by)


def content(draft: SettingsDraft) -> Filled:
    """For filling and saving; its secrets are never shown. Raises crypto.CryptoError when a key is missing."""
    kept = crypto.decrypt_json(draft.draft)
    return Filled(kept["settings"], kept["pasted"], [Pasted(**each) for each in kept["found"]])


def with_pasted(manifest: Manifest, before: Mapping[str, Any], pasted: Pasted) -> Filled:
    """What of the pasted fits the variant that the settings are of. Other secrets stay only if the address does."""
    schema = manifest.settings_schema
    known = rules_of(schema, before).keys() - {discriminator(schema)}
    found = {name: value for name, value in pasted.settings.items() if name in known and value not in (None, "")}
    settings = carried_over(schema, before, {**without_secrets(schema, before), **found})
    return Filled(settings, pasted=list(found))


def forget_old() -> None:
    """Due-finder."""
    SettingsDraft.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()
