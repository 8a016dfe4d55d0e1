"""`{% load extension_states %}`: how health and operations look."""

from django import template

from extensions.core import presenting
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.words import operation_title

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


register.filter(operation_title)
