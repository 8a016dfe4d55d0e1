"""Tags as they look, each a link to the devices that have it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from devices.addresses import list_url
from devices.models import Tag
from iotdash.lib.templatetags.ui import known
from iotdash.organizations.models import Organization

ANY, ALL, NONE = "tags", "tags-all", "tags-none"


def devices_url(organization: Organization, tag: Tag) -> str:
    return list_url(organization, **{ANY: tag.name})


def shown(tag: Tag) -> SafeString:
    coloured = f" device-tag-{tag.colour}" if tag.colour else ""
    return format_html('<span class="device-tag{}">{}</span>', coloured, tag.name)


def cell(organization: Organization) -> Callable[[Sequence[Tag] | None], Any]:
    """What the list shows of a device's tags."""

    def show(tags: Sequence[Tag] | None) -> Any:
        links = [(devices_url(organization, tag), shown(tag)) for tag in tags or ()]
        joined = format_html_join(" ", '<a href="{}">{}</a>', links)
        return format_html('<span class="tags">{}</span>', joined) if links else known(None)

    return show
