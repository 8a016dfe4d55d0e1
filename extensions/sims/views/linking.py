"""Choosing the device that has a SIM."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extensions.core.services.device_configuration import Invalid, Stale
from extensions.core.views.lookup import device_or_404
from extensions.sims import linking
from extensions.sims.models import Sim
from extensions.sims.pages import target_of
from extensions.sims.views.lookup import sim_or_404
from iotdash.lib import htmx
from iotdash.lib.lists.state import MAX_SEARCH
from iotdash.organizations.roles import CONFIGURE_DEVICES
from iotdash.organizations.scoping import organization_view

PAGE = "sims/inventory/link.html"


class LinkForm(forms.Form):
    """`version` is that of the device's configuration when it was offered."""

    device_type = forms.CharField()
    device = forms.CharField()
    version = forms.IntegerField(min_value=0)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(CONFIGURE_DEVICES)
def link(request: HttpRequest, sim_id: int) -> HttpResponse:
    sim = sim_or_404(request, sim_id)
    if request.method != "POST":
        return htmx.render(request, PAGE, _context(request, sim))
    form = LinkForm(request.POST)
    if not form.is_valid():
        return htmx.invalid(request, PAGE, _context(request, sim, problems=["Choose one of the devices."]))
    return _link(request, sim, form.cleaned_data)


def _link(request: HttpRequest, sim: Sim, chosen: dict[str, Any]) -> HttpResponse:
    device = device_or_404(request, chosen["device_type"], chosen["device"])
    try:
        former = linking.link(target_of(sim), device, chosen["version"], request.source)
    except linking.NotLinkable as refusal:
        return htmx.invalid(request, PAGE, _context(request, sim, problems=[str(refusal)]))
    except Invalid as invalid:
        problems = [problem.message for problem in invalid.validation.problems]
        return htmx.invalid(request, PAGE, _context(request, sim, problems=problems))
    except Stale as stale:
        who = stale.current.changed_by or "Somebody"
        words = (
            f"{who} confirmed another configuration of device {device.device_id} meanwhile. "
            "What it has now is shown below; choose again."
        )
        return htmx.render(request, PAGE, _context(request, sim, problems=[words]), status=409)
    instead = f", in place of {former}" if former else ""
    messages.success(request, f"SIM {sim.subject} is in device {device.device_id} now{instead}.")
    return htmx.redirect(request, "sims:sim", org=request.organization.public_id, sim_id=sim.pk)


def _context(request: HttpRequest, sim: Sim, **more: Any) -> dict[str, Any]:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH]
    target = target_of(sim)
    found = None if sim.device else linking.choice(request.organization, target, text)
    link_url = reverse("sims:link", kwargs={"org": request.organization.public_id, "sim_id": sim.pk})
    return {
        "shown_sim": sim,
        "choice": found,
        "search": text,
        "carrier": target.manifest.name,
        "link_url": link_url,
        # What was searched for is offered again when a choice is refused.
        "choose_url": f"{link_url}?{urlencode({'q': text})}" if text else link_url,
        **more,
    }
