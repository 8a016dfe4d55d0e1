"""The unguessable address of a configuration.

It holds 160 bits of a keyed digest of the configuration's number and a version, so it needs no row before it is used,
and neither the database nor a backup of it tells any. A new version ends the old address at once.
"""

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from extensions.core import registry
from extensions.core.models import ExtensionConfig, InboundHook
from iotdash.audit.services import Source, record
from iotdash.lib.crypto import keyed_digest
from iotdash.lib.public_address import public_address

DIGITS = 40


def address_of(config: ExtensionConfig) -> str:
    """The whole address; only for those who may manage extensions."""
    hook = InboundHook.objects.filter(config=config).first() or InboundHook(config=config)
    return public_address("hook", config_id=config.pk, proof=_proof(hook))


def find(config_id: int, proof: str) -> InboundHook | None:
    """The hook with this address, of a configuration that is present and whose extension takes messages."""
    config = ExtensionConfig.objects.present().select_related("hook").filter(pk=config_id).first()
    manifest = config and registry.manifests().get(config.slug)
    if not manifest or not manifest.inbound:
        return None
    known = getattr(config, "hook", None)
    if not constant_time_compare(proof, _proof(known or InboundHook(config=config))):
        return None
    return known or InboundHook.objects.get_or_create(config=config)[0]


@transaction.atomic
def renew(config: ExtensionConfig, source: Source) -> None:
    """A new address; nothing that is sent to the former one is taken any more."""
    InboundHook.objects.get_or_create(config=config)
    InboundHook.objects.filter(config=config).update(version=F("version") + 1)
    record(source, "address for messages replaced", "extension", config.name)


def redigest() -> str:
    """For a new digest key, which changes every address."""
    used = InboundHook.objects.filter(config__removed_at=None).exclude(last_received_at=None).count()
    return f"Addresses for messages of services: all are new. {used} in use must be pasted at their services again."


def _proof(hook: InboundHook) -> str:
    return keyed_digest("inbound address", f"{hook.config_id} {hook.version}")[:DIGITS]
