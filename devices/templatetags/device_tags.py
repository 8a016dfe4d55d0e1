"""How a tag looks, for templates: `{% load device_tags %}`."""

from django import template

from devices.tags.showing import shown

register = template.Library()
register.simple_tag(shown, name="tag_shown")
