"""How the end of a membership is shown."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from iotdash.lib.templatetags import ui

register = template.Library()
A_MOMENT = dt.timedelta(microseconds=1)


@register.simple_tag
def expiry(expires_at: dt.datetime) -> SafeString:
    """The expiry date as it was chosen; a moment when it falls within a day of the person's zone."""
    if timezone.localtime(expires_at).time() == dt.time.min:
        return ui.day(expires_at - A_MOMENT)
    return ui.moment(expires_at)
