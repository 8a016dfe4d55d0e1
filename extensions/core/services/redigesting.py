"""New account digests after the digest key was lost: every account keeps its one lane."""

from extensions.core import registry, secret_settings
from extensions.core.models import ExtensionConfig, Lane
from iotdash.lib.crypto import CryptoError


def redigest() -> str:
    """Works out the digests of all configurations anew, removed ones too, and renames their lanes."""
    new_keys: dict[str, str] = {}
    left = 0
    for config in ExtensionConfig.objects.all():
        manifest = registry.manifests().get(config.slug)
        try:
            digest = manifest and secret_settings.account_digest(manifest, secret_settings.whole(config))
        except CryptoError:
            digest = None
        if not digest:
            left += 1
            continue
        new_keys[config.account_digest] = digest
        ExtensionConfig.objects.filter(pk=config.pk).update(account_digest=digest)
    for old, new in new_keys.items():
        Lane.objects.filter(key=old).update(key=new)
    words = f"Accounts of extension configurations: {len(new_keys)} found again."
    return f"{words} {left} could not be read: replace their credentials." if left else words
