"""A little site around `components/gallery.html`: every component, in every state, without a database."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from django.views.generic import RedirectView

PROBLEMS = [
    {"line": 3, "column": 14, "severity": "error", "message": "The ICCID has 19 or 20 digits; this has 15."},
    {"line": 3, "column": 5, "severity": "warning", "message": "The check digit of the ICCID does not fit."},
]
DOCUMENT = '{\n  "sim": {\n    "iccid": "898821671597000"\n  }\n}'

DIALOG = """{% extends request.htmx|yesno:"layout/fragment.html,layout/app.html" %}
{% block page_title %}Add Extension{% endblock %}
{% block content %}
<form method="post" action="/dialog/" {% include "components/form_attrs.html" with url="/dialog/" %}>
  {% csrf_token %}{{ form }}
  <button class="btn btn-primary" name="right">Save</button>
  <button class="btn" name="wrong" value="1">Send wrong</button>
  <button class="btn" name="broken" value="1">Send broken</button>
  <a class="btn" href="/" data-dialog-close>Cancel</a>
</form>
{% endblock %}"""


class GalleryForm(forms.Form):
    """Every kind of field."""

    name = forms.CharField(help_text="How it is called in lists.")
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    protocol = forms.ChoiceField(choices=[("rest", "REST"), ("soap", "SOAP")], widget=forms.RadioSelect)
    region = forms.ChoiceField(choices=[("eu", "Europe"), ("us", "America")], required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    verify = forms.BooleanField(label="Verify the certificate", required=False, help_text="Leave it on.")
    kinds = forms.MultipleChoiceField(
        choices=[("a", "Events"), ("b", "Alarms")], widget=forms.CheckboxSelectMultiple, required=False
    )


class FilterForm(forms.Form):
    state = forms.ChoiceField(choices=[("", "Any state"), ("on", "Activated")], required=False)


class JsonForm(forms.Form):
    document = forms.CharField(label="Extension configuration", help_text="One entry per extension.")


def _devices(now: dt.datetime) -> list[dict[str, Any]]:
    states = [
        ("Activated", "success"),
        ("Suspended", "warning"),
        ("Deactivated", "danger"),
        ("Unknown", "neutral"),
    ]
    return [
        {
            "name": f"pump-{number:04d}",
            "label": states[number % 4][0],
            "tone": states[number % 4][1],
            "data": None if number == 3 else number * 3.5,
            "at": None if number == 4 else now - dt.timedelta(minutes=7**number),
        }
        for number in range(6)
    ]


def _steps(now: dt.datetime) -> list[SimpleNamespace]:
    rows = [
        ("Asked", "done", "o.perator@acme.example"),
        ("Sent", "done", ""),
        ("Accepted", "current", ""),
        ("Confirmed", "waiting", ""),
        ("Read back", "unknown", ""),
        ("Refused", "failed", ""),
    ]
    ats = {"Asked": now, "Sent": now}
    return [SimpleNamespace(label=label, state=state, by=by, at=ats.get(label), note=None) for label, state, by in rows]


def _frame() -> dict[str, Any]:
    entries = [
        ("Overview", "layout-dashboard"),
        ("Devices", "devices"),
        ("Extensions", "plug"),
        ("Settings", "settings"),
    ]
    links = [("Acme Telemetry", True), ("Borealis Water", False)]
    return {
        "organization": SimpleNamespace(name="Acme Telemetry"),
        "organization_links": [SimpleNamespace(label=name, url="#", active=active) for name, active in links],
        "nav_entries": [
            SimpleNamespace(label=label, icon=icon, url="#", active=label == "Devices") for label, icon in entries
        ],
        "profile_url": "#",
    }


def _tabs() -> list[SimpleNamespace]:
    tabs = [("Overview", None), ("Extensions", 2), ("Events", 0), ("Activity", None)]
    return [SimpleNamespace(label=label, url="#", active=label == "Overview", count=count) for label, count in tabs]


class Person:
    """Somebody signed in, without a row."""

    is_authenticated = True

    def __str__(self) -> str:
        return "olivia.perez-with-a-long-name@acme.example"


def gallery(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    request.user = Person()
    context = {
        **_frame(),
        "dialog_url": "/dialog/",
        "usage_url": "/answers/204/",
        "fetched_at": now - dt.timedelta(minutes=7),
        "next_attempt": now + dt.timedelta(minutes=2, seconds=30),
        "tab_items": _tabs(),
        "step_items": _steps(now),
        "columns": [
            SimpleNamespace(name="type", label="Type", shown=True),
            SimpleNamespace(name="mac", label="MAC"),
        ],
        "chips": [SimpleNamespace(label="State: Activated", remove_url="#")],
        "filter_fields": list(FilterForm()),
        "devices": _devices(now),
        "form": GalleryForm({"region": "eu"} if "invalid" in request.GET else None),
        "json_field": JsonForm(initial={"document": DOCUMENT})["document"],
        "problems": PROBLEMS,
    }
    messages.success(request, "The device was saved.")
    messages.error(request, "The message could not be sent.")
    return render(request, "components/gallery.html", context)


def dialog(request: HttpRequest) -> HttpResponse:
    """A page that is also a dialog; wrong input answers 422, right input closes it."""
    form = FilterForm(request.POST or None)
    if "broken" in request.POST:
        return HttpResponse(status=500)
    if request.method == "POST" and "wrong" not in request.POST:
        return HttpResponse(headers={"HX-Trigger": "dialog:close", "HX-Reswap": "none"})
    if request.method == "POST":
        form.add_error("state", "That state is not possible.")
    page = engines["django"].from_string(DIALOG).render({"form": form, "organization": None}, request)
    return HttpResponse(page, status=422 if request.method == "POST" else 200)


def answers(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(status=status)


def error_page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html", {"sentence": "Sending SMS needs the role Operator."})


urlpatterns = [
    path("", gallery),
    path("dialog/", dialog),
    path("answers/<int:status>/", answers),
    path("errors/<str:name>/", error_page),
    path("list/", lambda request: HttpResponse("<p>One device.</p>")),
    path("guarded/", login_required(dialog)),
    path("moved/", RedirectView.as_view(url="/errors/404/")),
    path("", include("iotdash.accounts.urls")),
]
