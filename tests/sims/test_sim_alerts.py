"""What alert rules find of SIMs, and that each finding begins and ends once."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.sims import storing
from extensions.sims.contract import Part, SimRecord
from extensions.sims.models import PlanAllowance, Sim, StateChange
from extensions.sims.units import BYTES_PER_MB
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.alerts import messages as alert_messages
from iotdash.organizations.alerts import services
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.models import Alert, AlertEvent
from tests.organizations.alert_world import alerts, evaluate
from tests.sims.sim_rows import add_account

MB = BYTES_PER_MB
STATE = frozenset({Part.STATE})


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr(alert_messages, "_send", lambda rule_id, at: None)


@pytest.fixture
def fleet(config) -> dict[str, Sim]:
    """Without usage, little, much; and one of which nothing is known."""
    used = {"none": 0, "little": 1 * MB, "much": 80 * MB, "unknown": None}
    for name, count in used.items():
        sim_of(config, name, ctd_data_bytes=count)
    return {sim.subject: sim for sim in Sim.objects.all()}


def sim_of(config, subject: str, **values) -> Sim:
    facts = {"state": "Activated", "rate_plan": "Small", "fetched_at": timezone.now()} | values
    return Sim.objects.create(config=config, organization=config.organization, subject=subject, **facts)


def rule_of(source, config, condition: str, parameters: dict, scope: str = "all", value: str = ""):
    wanted = Wanted(f"{condition} {scope}", parameters, scope, value, [], None)
    return services.add(source, config.organization, condition, wanted)


def told(**where) -> list[tuple[str, str]]:
    return list(Alert.objects.filter(resolved_at=None, **where).order_by("title").values_list("title", "words"))


def store(config, later, *, parts=STATE, **records) -> None:
    later(minutes=1)
    found = [SimRecord(subject, parts=parts, **values) for subject, values in records.items()]
    storing.store(config, found, timezone.now())


def seen(rule, later) -> None:
    """Evaluated until what was noted before is told: the numbers of changes have to settle."""
    for _ in range(2):
        later(minutes=1)
        evaluate(rule)


def test_data_over_a_value_while_it_is(fleet, config, source):
    rule = rule_of(source, config, "sim-data-over", {"megabytes": 1.0})
    evaluate(rule)
    assert told() == [("much", "80.00 MB used in its cycle so far. The rule is about more than 1 MB.")]
    Sim.objects.filter(subject="much").update(ctd_data_bytes=None)
    evaluate(rule)
    assert [each.resolution for each in Alert.objects.all()] == [
        "Not true any more. What it used is not known. The rule is about more than 1 MB."
    ]


def test_what_was_used_says_as_of_when_and_a_new_cycle_ends_and_begins_it_anew(fleet, config, source, later):
    told_at = datetime(2026, 4, 30, 22, 5, tzinfo=UTC)
    Sim.objects.filter(subject="much").update(usage_at=told_at)
    rule = rule_of(source, config, "sim-data-over", {"megabytes": 1.0})
    for used in (0, 70 * MB):
        evaluate(rule)
        Sim.objects.filter(subject="much").update(ctd_data_bytes=used)
        evaluate(rule)
    first, second = Alert.objects.order_by("pk")
    assert "80.00 MB used in its cycle so far, as of 2026-04-30 22:05 UTC." in first.words
    assert "0 MB used in its cycle so far" in first.resolution
    assert second.resolved_at is None


def test_why_it_is_over_is_what_happened(fleet, config, device, source):
    """Not that it is not true of a SIM that still uses as much."""
    Sim.objects.filter(subject="much").update(device=device)
    rules = [
        rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "device", str(device.pk)),
        rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "filter", "plan=Small"),
        rule_of(source, config, "sim-data-over", {"megabytes": 1.0}),
    ]
    for rule in rules:
        evaluate(rule)
    Sim.objects.filter(subject="much").update(device=None, rate_plan="Large")
    changed = Wanted("Larger", {"megabytes": 200.0}, "all", "", [], None)
    services.change(source, rules[2], changed)
    for rule in rules:
        evaluate(rule)
    of_device, filtered, everywhere = Alert.objects.order_by("rule").values_list("resolution", flat=True)
    assert of_device == filtered == "The SIM is not among those of the rule any more."
    assert everywhere.endswith("80.00 MB used in its cycle so far. The rule is about more than 200 MB.")


def test_a_deleted_device_ends_the_alerts_of_its_rule(fleet, config, device, source, later):
    Sim.objects.filter(subject="much").update(device=device)
    used = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "device", str(device.pk))
    changed = rule_of(source, config, "sim-state-changed", {"state": ""}, "device", str(device.pk))
    evaluate(used)
    evaluate(changed)
    store(config, later, much={"state": "Deactivated"})
    seen(changed, later)
    assert alerts() == ["much", "much"]
    device.delete()
    for rule in (used, changed):
        assert "The device of this rule was deleted." in evaluate(rule).sentence
    assert alerts() == []


def test_another_state_in_the_rule_ends_what_it_does_not_look_for(fleet, config, source, later):
    rule = rule_of(source, config, "sim-state-changed", {"state": ""})
    evaluate(rule)
    store(config, later, much={"state": "Deactivated"}, little={"state": "Retired"})
    seen(rule, later)
    services.change(source, rule, Wanted("Retired", {"state": "Retired"}, "all", "", [], None))
    evaluate(rule)
    assert (alerts(), alerts(resolved=True)) == (["little"], ["much"])
    assert Alert.objects.get(title="much").resolution == "The rule looks for other changes now."
    StateChange.objects.all().delete()
    evaluate(rule)
    assert alerts() == ["little"]


def test_a_share_of_the_allowance_of_its_own_plan(fleet, config, source):
    rule = rule_of(source, config, "sim-share-over", {"percent": 80})
    evaluate(rule)
    assert alerts() == []
    PlanAllowance.objects.create(config=config, rate_plan="Small", data_bytes=100 * MB, changed_by="x")
    PlanAllowance.objects.create(config=config, rate_plan="Tiny", data_bytes=1 * MB, changed_by="x")
    evaluate(rule)
    assert alerts() == []
    Sim.objects.filter(subject="little").update(rate_plan="Tiny")
    evaluate(rule)
    assert told() == [("little", "1.00 MB used in its cycle so far. That is over 80 % of what “Tiny” includes.")]
    PlanAllowance.objects.all().delete()
    evaluate(rule)
    assert alerts() == []
    assert Alert.objects.get().resolution.endswith("That is not over 80 % of what is typed for “Tiny”.")


def test_no_usage_for_some_days_and_unknown_is_not_none(fleet, config, source):
    Sim.objects.filter(subject="none").update(unused_days=8, usage_at=timezone.now())
    Sim.objects.filter(subject="little").update(unused_days=6, usage_at=timezone.now())
    Sim.objects.filter(subject="much").update(unused_days=30, state="Deactivated")
    rule = rule_of(source, config, "sim-unused", {"days": 7})
    evaluate(rule)
    assert alerts() == ["none"]
    Sim.objects.filter(subject="none").update(unused_days=0)
    evaluate(rule)
    assert Alert.objects.get().resolution == "Not true any more. It was used."


def test_a_change_of_state_is_told_once_and_over_when_it_is_back(fleet, config, source, later):
    rule = rule_of(source, config, "sim-state-changed", {"state": ""})
    evaluate(rule)
    store(config, later, much={"state": "Deactivated"}, little={"state": "Activated"}, unknown={"state": None})
    seen(rule, later)
    seen(rule, later)
    assert told() == [("much", "State changed from Activated to Deactivated.")]
    assert AlertEvent.objects.count() == 1
    store(config, later, much={"state": "Retired"})
    seen(rule, later)
    assert told() == [("much", "State changed from Deactivated to Retired.")]
    store(config, later, much={"state": "Activated"})
    seen(rule, later)
    assert (alerts(), Alert.objects.get().resolution) == ([], "It is again what it was.")


def test_a_change_that_somebody_has_seen_to_is_not_raised_again(fleet, config, source, later):
    rule = rule_of(source, config, "sim-state-changed", {"state": "Deactivated"})
    evaluate(rule)
    store(config, later, much={"state": "Deactivated"}, little={"state": "Retired"})
    seen(rule, later)
    assert alerts() == ["much"]
    services.resolve(source, Alert.objects.get())
    seen(rule, later)
    assert (alerts(), Alert.objects.count()) == ([], 1)


def test_what_changed_before_the_rule_or_while_it_was_paused_is_not_told(fleet, config, source, later):
    store(config, later, much={"state": "Deactivated"})
    rule = rule_of(source, config, "sim-state-changed", {"state": ""})
    seen(rule, later)
    services.set_state(source, rule, rule.State.PAUSED)
    store(config, later, little={"state": "Deactivated"})
    services.set_state(source, rule, rule.State.ACTIVE)
    seen(rule, later)
    assert (alerts(), StateChange.objects.count()) == ([], 2)


def test_thousands_of_changes_are_read_through_in_batches(config, source, later, monkeypatch):
    from iotdash.organizations.alerts import evaluating

    monkeypatch.setattr(evaluating, "AT_ONCE", 3)
    rule = rule_of(source, config, "sim-state-changed", {"state": ""})
    store(config, later, **{f"s{n}": {"state": "Activated"} for n in range(10)})
    evaluate(rule)
    store(config, later, **{f"s{n}": {"state": "Retired"} for n in range(10)})
    seen(rule, later)
    assert len(alerts()) == 10


def test_another_imei_and_the_same_equipment_again(fleet, config, source, later):
    parts = frozenset({Part.STATE, Part.DETAILS})
    facts = {"state": "Activated", "parts": parts}
    first, second = "354900000000001", "861100000000009"
    rule = rule_of(source, config, "sim-imei-changed", {})
    for imei in (first, second):
        later(minutes=1)
        storing.store(config, [SimRecord("much", imei=imei, **facts)], timezone.now())
        seen(rule, later)
    assert told() == [("much", f"IMEI changed from {first} to {second}.")]
    # Another version of the software in the first piece of equipment.
    storing.store(config, [SimRecord("much", imei=f"{first[:14]}77", **facts)], timezone.now())
    seen(rule, later)
    assert alerts() == []


def test_a_filter_or_a_device_says_of_which(fleet, config, device, source, carrier):
    other = add_account(config, carrier, source)
    sim_of(other, "far", ctd_data_bytes=90 * MB, device=device)
    everywhere = rule_of(source, config, "sim-data-over", {"megabytes": 1.0})
    there = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "filter", f"config={other.pk}&state=activated")
    one = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "device", str(device.pk))
    for rule in (everywhere, there, one):
        evaluate(rule)
    found = {rule.scope: [title for title, _ in told(rule=rule)] for rule in (everywhere, there, one)}
    assert found == {"all": ["far", "much"], "filter": ["far"], "device": ["far"]}
    Sim.objects.filter(subject="far").update(state="Retired", device=None)
    for rule in (there, one):
        evaluate(rule)
        assert told(rule=rule) == []


def test_a_filter_that_is_not_valid_any_more_and_a_device_that_is_gone_are_said(fleet, config, device, source):
    filtered = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "filter", f"config={config.pk}")
    of_device = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "device", str(device.pk))
    evaluate(filtered)
    config.removed_at = timezone.now() + timedelta(seconds=1)
    config.save()
    device.delete()
    assert "The filter of this rule is not valid any more." in evaluate(filtered).sentence
    assert "The device of this rule was deleted." in evaluate(of_device).sentence
    assert alerts() == ["much"]


def test_sims_of_other_organizations_are_nobodys_business(fleet, config, other_organization, source):
    rule = services.add(
        source, other_organization, "sim-data-over", Wanted("x", {"megabytes": 0.0}, "all", "", [], None)
    )
    evaluate(rule)
    assert alerts() == []


def test_the_form_takes_the_address_of_a_filtered_list_and_a_device_by_its_name(
    config, device, other_organization, operator_client
):
    url = "/abc123/alerts/rules/add/?condition=sim-data-over"
    given = {"with-megabytes": "5", "remind": ""}
    filtered = {
        "name": "a",
        "scope": "filter",
        "filter": "https://iot.test/abc123/sims/?state=Activated&sort=-data&size=25",
    }
    assert operator_client.post(url, given | filtered).status_code == 302
    entry = ActivityEntry.objects.get(action="alert rule added")
    assert entry.details["of_which"] == "SIMs that match state: Activated"
    assert operator_client.post(url, given | {"name": "b", "scope": "device", "device": "pump/p1"}).status_code == 302
    rules = config.organization.alert_rules.order_by("name").values_list("scope_value", flat=True)
    assert list(rules) == ["state=Activated", str(device.pk)]
    for wrong in (
        {"scope": "filter", "filter": "nonsense=1"},
        {"scope": "filter", "filter": ""},
        {"scope": "filter", "filter": "q=\x00"},
        {"scope": "device", "device": "pump/p2"},
        {"scope": "elsewhere"},
    ):
        assert operator_client.post(url, given | {"name": "c"} | wrong).status_code == 422, wrong


@pytest.mark.parametrize(("query", "leads"), [("state=Activated&q=23415098", False), ("state=Activated", True)])
def test_what_a_rule_searches_for_is_not_on_its_page(config, source, reader_client, query, leads):
    rule = rule_of(source, config, "sim-data-over", {"megabytes": 1.0}, "filter", query)
    text = reader_client.get(f"/abc123/alerts/rules/{rule.pk}/").content.decode()
    assert "23415098" not in text
    assert "SIMs that match state: Activated" in text
    assert ("/abc123/sims/?state=Activated" in text) == leads


def test_evaluation_asks_as_many_questions_of_many_sims_as_of_few(fleet, config, source, django_assert_max_num_queries):
    rule = rule_of(source, config, "sim-data-over", {"megabytes": 1.0})
    Sim.objects.bulk_create(
        Sim(config=config, organization=config.organization, subject=f"x{n}", ctd_data_bytes=90 * MB)
        for n in range(200)
    )
    with django_assert_max_num_queries(30):
        evaluate(rule)
    assert len(alerts()) == 201


def test_a_filtered_list_leads_to_a_rule_for_its_filter(fleet, config, operator_client, reader_client):
    url = "/abc123/sims/?state=Activated&plan=Small%26more"
    assert "alert rule" not in reader_client.get(url).content.decode()
    Sim.objects.update(rate_plan="Small&more")
    link = re.search(r'href="([^"]*rules/add/[^"]*)"', operator_client.get(url).content.decode()).group(1)
    offers = operator_client.get(html.unescape(link)).content.decode()
    further = re.search(r'href="(\?condition=sim-unused[^"]*)"', offers).group(1)
    form = operator_client.get(f"/abc123/alerts/rules/add/{html.unescape(further)}").content.decode()
    assert 'value="state=Activated&amp;plan=Small%26more"' in form
