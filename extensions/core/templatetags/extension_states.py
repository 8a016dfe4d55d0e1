"""`{% load extension_states %}`: how health and operations look."""

from django import template

from extensions.core import presenting, registry
from extensions.core.models import ExtensionConfig, Operation

register = template.Library()


@register.filter
def health_tone(config: ExtensionConfig) -> str:
    return presenting.HEALTH_TONES[config.state]


@register.filter
def operation_tone(operation: Operation) -> str:
    return presenting.OPERATION_TONES[operation.state]


@register.filter
def operation_steps(operation: Operation) -> list[presenting.Step]:
    return presenting.steps(operation)


@register.filter
def operation_title(operation: Operation) -> str:
    """The declared title, or the bare id when its extension is no longer installed."""
    manifest = registry.manifests().get(operation.config.slug)
    spec = registry.operation(manifest, operation.operation_id) if manifest else None
    return spec.title if spec else operation.operation_id
