"""What pages that change something share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict

from devices.forms.base import InfoForm, accept_newer, newer_values
from devices.services import Stale
from iotdash.lib import htmx

Saved = TypeVar("Saved")


def attempt_edit(form: InfoForm, change: Callable[[], Saved], context: dict[str, Any]) -> Saved | None:
    """The saved object, or None: the form says why, or the context has the `newer` values."""
    try:
        return form.attempt(change)
    except Stale as stale:
        context["newer"] = newer_values(form, stale.current)
        context["stale"] = True
        accept_newer(form, stale.current)
    return None


def posted(request: HttpRequest) -> QueryDict | None:
    """The data of a form; None makes an empty one."""
    return request.POST if request.method == "POST" else None


def confirmation_error(request: HttpRequest, expected: str, what: str) -> str:
    """Why a typed confirmation does not count, or ""."""
    if request.POST.get("confirm", "").strip() == expected:
        return ""
    return f"This is not the {what}. Type {expected} to delete it."


def form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form, 422 if it was refused. The context has `form`, or `error` and `refusal`."""
    refused = (
        ("form" in context and context["form"].errors)
        or context.get("stale")
        or context.get("error")
        or context.get("refusal")
    )
    return htmx.render(request, template, context, status=422 if refused else 200)
