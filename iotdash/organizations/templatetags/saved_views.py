"""The menu of saved views on a list: `{% load saved_views %}{% saved_views "devices" list_query %}`."""

from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context

from iotdash.organizations.authorization import may
from iotdash.organizations.roles import SAVE_VIEWS
from iotdash.organizations.saved_views import queries

register = template.Library()


@register.inclusion_tag("organizations/saved_views/menu.html", takes_context=True)
def saved_views(context: Context, page: str, query: str) -> dict[str, Any]:
    """`query` is the state of the list, of which a view can be saved."""
    membership = context["request"].membership
    return {
        "organization": membership.organization,
        "page": page,
        "query": query,
        "columns": QueryDict(query).get("columns", ""),
        "views": queries.of_page(membership, page),
        "may_save": may(membership, SAVE_VIEWS, membership.organization),
    }
