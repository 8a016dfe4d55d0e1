"""Alert rules: the list, a rule, and what Operators do with it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.lib import htmx
from iotdash.organizations.alerts import conditions, queries, services
from iotdash.organizations.alerts.conditions import Condition
from iotdash.organizations.alerts.forms import REMINDERS, RuleForm
from iotdash.organizations.authorization import may
from iotdash.organizations.models import AlertRule
from iotdash.organizations.roles import SET_ALERT_RULES
from iotdash.organizations.scoping import organization_view
from iotdash.runtime import outbox

FOLDER = "organizations/alerts"
_STATES = {
    "pause": (AlertRule.State.PAUSED, "The rule is paused. Its open alerts stay as they are."),
    "mute": (AlertRule.State.MUTED, "The rule is muted: it raises alerts and sends no mail."),
    "resume": (AlertRule.State.ACTIVE, "The rule is active."),
}
TONES = {AlertRule.State.ACTIVE: "success", AlertRule.State.MUTED: "neutral", AlertRule.State.PAUSED: "warning"}


@require_safe
@organization_view()
def rule_list(request: HttpRequest) -> HttpResponse:
    rows = [_shown(each) for each in queries.rules(request.organization)]
    return htmx.render(request, f"{FOLDER}/rules.html", {"rows": rows, "may_set": _may_set(request)})


@require_safe
@organization_view()
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    found = _rule_or_404(request, rule_id)
    members = list(found.recipients.select_related("user").order_by("user__email"))
    context = _shown(found) | {
        "recipients": members,
        "reminds": dict(REMINDERS).get(str(found.remind_hours or ""), f"Every {found.remind_hours} hours"),
        "open_alerts": queries.alerts(request.organization, rule=str(found.pk)).count(),
        "may_set": _may_set(request),
        "by_hand": (condition := conditions.find(found.condition)) is not None and condition.by_hand,
        "named": request.membership in members,
        "mail": outbox.availability(request.organization.public_id) if members else None,
    }
    return htmx.render(request, f"{FOLDER}/rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SET_ALERT_RULES)
def add(request: HttpRequest) -> HttpResponse:
    """First what to look for, then the rest. A list may give its filter along, and a device itself."""
    condition = conditions.find(request.GET.get("condition", ""))
    given = {name: request.GET[name] for name in ("scope", "filter", "device") if name in request.GET}
    if condition is None:
        return htmx.render(request, f"{FOLDER}/choose.html", {"groups": _groups(given)})
    if request.method != "POST":
        form = RuleForm(organization=request.organization, condition=condition, given=given)
        return _form_page(request, form)
    form = RuleForm(request.POST, organization=request.organization, condition=condition)
    if form.is_valid():
        try:
            made = services.add(request.source, request.organization, condition.name, form.wanted)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The rule is set. It is evaluated within a minute.")
            return _to_rule(request, made)
    return _form_page(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SET_ALERT_RULES)
def change(request: HttpRequest, rule_id: int) -> HttpResponse:
    found = _rule_or_404(request, rule_id)
    condition = _installed_or_404(found)
    given = {"organization": request.organization, "condition": condition, "rule": found}
    if request.method != "POST":
        return _form_page(request, RuleForm(**given), found)
    form = RuleForm(request.POST, **given)
    if form.is_valid():
        try:
            services.change(request.source, found, form.wanted)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The rule is changed. Alerts that it does not look for any more are resolved.")
            return _to_rule(request, found)
    return _form_page(request, form, found, status=422)


@require_POST
@organization_view(SET_ALERT_RULES)
def steer(request: HttpRequest, rule_id: int, step: str) -> HttpResponse:
    found = _rule_or_404(request, rule_id)
    if step not in _STATES:
        raise Http404("There is nothing at this address.")
    state, sentence = _STATES[step]
    changed = services.set_state(request.source, found, state)
    messages.success(request, sentence if changed else "Nothing changed.")
    return _to_rule(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SET_ALERT_RULES)
def delete(request: HttpRequest, rule_id: int) -> HttpResponse:
    found = _rule_or_404(request, rule_id)
    if request.method != "POST":
        count = queries.alerts(request.organization, rule=str(found.pk)).count()
        return htmx.render(request, f"{FOLDER}/delete.html", {"rule": found, "open_alerts": count})
    services.delete(request.source, found)
    messages.success(request, "The rule is deleted. Its alerts are among the resolved ones.")
    return htmx.redirect(request, "organizations:alert_rules", request.organization.public_id)


@require_POST
@organization_view(SET_ALERT_RULES)
def resolve(request: HttpRequest, rule_id: int) -> HttpResponse:
    """All that are open, where nothing is over by itself."""
    found = _rule_or_404(request, rule_id)
    if not _installed_or_404(found).by_hand:
        messages.error(request, "Alerts of this rule are over by themselves as soon as they are not true any more.")
    elif count := services.resolve_all(request.source, found):
        messages.success(request, f"{count:,} alert{'' if count == 1 else 's'} resolved.")
    else:
        messages.error(request, "No alert of this rule is open.")
    return _to_rule(request, found)


@require_POST
@organization_view()
def stop_mail(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Whoever is named by a rule may leave it, whatever their role."""
    found = _rule_or_404(request, rule_id)
    if services.stop_mail(request.source, found, request.membership):
        messages.success(request, "You get no more mail of this rule.")
    else:
        messages.error(request, "This rule sends you no mail.")
    return _to_rule(request, found)


def _form_page(request: HttpRequest, form: RuleForm, found: AlertRule | None = None, status: int = 200) -> HttpResponse:
    org = request.organization.public_id
    back = ["organizations:alert_rule", [org, found.pk]] if found else ["organizations:alert_rules", [org]]
    context = {"form": form, "rule": found, "condition": form.condition, "back_url": reverse(back[0], args=back[1])}
    return htmx.render(request, f"{FOLDER}/form.html", context, status=status)


def _groups(given: dict[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Conditions by what they look at; of those that take a filter only, where one is given."""
    offered = [each for each in conditions.registered() if each.scoping or not given]
    subjects = dict.fromkeys(each.subjects for each in offered)
    return [(what, [_offer(each, given) for each in offered if each.subjects == what]) for what in subjects]


def _offer(condition: Condition, given: dict[str, str]) -> dict[str, Any]:
    return {"condition": condition, "query": urlencode({"condition": condition.name, **given})}


def _shown(found: AlertRule) -> dict[str, Any]:
    """A rule in words."""
    return {"rule": found, "tone": TONES[found.state], **vars(conditions.in_words(found))}


def _may_set(request: HttpRequest) -> bool:
    return may(request.membership, SET_ALERT_RULES, request.organization)


def _rule_or_404(request: HttpRequest, rule_id: int) -> AlertRule:
    try:
        return queries.rule(request.organization, rule_id)
    except AlertRule.DoesNotExist:
        raise Http404("This organization has no such alert rule.") from None


def _installed_or_404(found: AlertRule) -> Condition:
    condition = conditions.find(found.condition)
    if condition is None:
        raise Http404("What this rule looks for is not installed.")
    return condition


def _to_rule(request: HttpRequest, found: AlertRule) -> HttpResponse:
    return htmx.redirect(request, "organizations:alert_rule", request.organization.public_id, found.pk)
