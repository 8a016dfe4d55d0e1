"""What people are told of mail that is not on its way, and why."""

from extensions.core.contract import Manifest, ProviderError
from extensions.core.models import ExtensionConfig, Health

NOT_INSTALLED = "No mail service is installed on this server."
_PASSING = {
    Health.UNREACHABLE: "cannot be reached",
    Health.THROTTLED: "wants fewer calls for a while",
    Health.QUOTA_SPENT: "has used up its allowance for now",
}


def not_set_up(manifest: Manifest) -> str:
    return f"The extension {manifest.name} is not set up. Mail waits until an administrator has done that."


def obstacle(config: ExtensionConfig) -> str:
    """Why mail is not sent at once, when it will be, and what the service said; "" if nothing stands in its way."""
    sentence = standstill(config)
    reason = "" if config.paused_at else config.unreadable_reason or config.health_reason
    return f"{sentence} {reason}".strip() if sentence else ""


def standstill(config: ExtensionConfig) -> str:
    """The same without the reason, for where that is shown already."""
    name = f"“{config.name}”"
    if config.paused_at:
        return f"{name} is paused by {config.paused_by}. Mail waits until it is resumed."
    if config.unreadable_at:
        return f"The secrets of {name} cannot be read. Mail waits until they can."
    if config.health == Health.NEEDS_ATTENTION:
        return f"{name} needs attention. Mail waits until an administrator has mended that."
    if config.health in _PASSING:
        return f"{name} {_PASSING[config.health]}. Mail is sent as soon as it can be."
    return ""


def told(error: ProviderError) -> str:
    """What happened, with the service's own words."""
    if error.words and error.words not in error.sentence:
        return f"{error.sentence} ({error.words})"
    return error.sentence
