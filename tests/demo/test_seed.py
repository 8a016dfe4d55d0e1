"""The sample organization: what a newcomer finds."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from devices.models import Device, DeviceType, Severity
from extensions.core.models import Operation
from extensions.sims.contract import SimState
from extensions.sims.models import PlanAllowance, Sim, UsageCycle
from iotdash.audit.models import ActivityEntry
from iotdash.demo import sandboxes, seed
from iotdash.organizations.keys import queries
from iotdash.organizations.models import ApiKey, Organization
from iotdash.organizations.roles import Role

# States of a carrier whose SIMs the sample leaves to the first inventory.
OF_FIRST_INVENTORY = {
    SimState.PRE_ACTIVATED,
    SimState.ACTIVATED_FOR_TEST,
    SimState.SLEEPING,
    SimState.SUSPENDED,
    SimState.CANCELLED,
}

PASSWORD = "quiet-river-47-stones"


@pytest.fixture
def seeded(db, monkeypatch) -> Organization:
    monkeypatch.setenv("IOTDASH_DEMO_PASSWORD", PASSWORD)
    call_command("seed_demo", stdout=io.StringIO())
    return Organization.objects.get(public_id=seed.ORGANIZATION_ID)


def test_it_has_several_hundred_devices_of_four_types(seeded):
    assert 300 <= seeded.devices.count() <= 600
    assert set(seeded.device_types.values_list("type_id", flat=True)) == {"pump", "meter", "tracker", "gateway"}
    gateways = seeded.devices.filter(device_type__class_id=DeviceType.ClassId.GATEWAY)
    assert gateways.count() == 12


def test_devices_carry_info_and_a_location(seeded):
    assert not seeded.devices.filter(serial_number="").exists()
    assert not seeded.devices.filter(latitude=None).exists()
    assert seeded.devices.values("serial_number").distinct().count() == seeded.devices.count()
    assert seeded.devices.values("fw_version").distinct().count() > 3


def test_some_devices_reported_something_and_two_want_attention(seeded):
    assert set(seeded.devices.filter(alert_enabled=True).values_list("device_id", flat=True)) == {
        "pump-003",
        "meter-007",
    }
    assert set(seeded.diagnosticlogs.values_list("severity", flat=True)) == set(Severity)
    assert seeded.diagnosticerrorcodes.filter(device__device_id="pump-003").count() == 3


def test_there_are_api_keys_that_count_and_such_that_do_not_any_more(seeded):
    found = queries.keys(seeded)
    assert {key.state for key in found} == {ApiKey.State.ACTIVE, ApiKey.State.EXPIRED, ApiKey.State.REVOKED}
    assert {key.effective_role == key.role for key in found} == {True}


def test_each_person_signs_in_with_the_password_and_has_a_role(seeded):
    roles = {member.user.email: Role(member.role) for member in seeded.memberships.select_related("user")}
    assert roles == {
        "admin@example.com": Role.ADMINISTRATOR,
        "operator@example.com": Role.OPERATOR,
        "reader@example.com": Role.READER,
    }
    assert all(member.user.check_password(PASSWORD) for member in seeded.memberships.select_related("user"))


def test_a_second_start_keeps_what_is_there(seeded):
    seeded.devices.filter(device_id="pump-001").delete()
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    assert "exists" in out.getvalue()
    assert not Device.objects.filter(device_id="pump-001").exists()


def test_the_activity_log_says_where_it_comes_from(seeded):
    assert set(ActivityEntry.objects.values_list("actor", flat=True)) == {"sample data"}


def test_without_a_password_nothing_is_made(db, monkeypatch):
    monkeypatch.delenv("IOTDASH_DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="IOTDASH_DEMO_PASSWORD"):
        call_command("seed_demo")
    assert not Organization.objects.exists()


@pytest.fixture
def with_sims(db, monkeypatch, settings, tmp_path) -> Organization:
    """Seeded as beside running sandboxes; they are made, but not asked for anything."""
    settings.VAR_DIR = tmp_path
    installed = sandboxes.installed()
    settings.IOTDASH_SANDBOXES = dict.fromkeys(installed, "http://127.0.0.1:9")
    for name, sandbox in installed.items():
        sandboxes.seed_once(sandbox, sandboxes.state_dir(name))
    monkeypatch.setenv("IOTDASH_DEMO_PASSWORD", PASSWORD)
    call_command("seed_demo", stdout=io.StringIO())
    return Organization.objects.get(public_id=seed.ORGANIZATION_ID)


@pytest.mark.slow
def test_the_sample_has_sims_in_every_state_and_four_past_cycles_of_usage(with_sims):
    sims = Sim.objects.filter(organization=with_sims)
    assert set(SimState) - OF_FIRST_INVENTORY <= set(sims.exclude(fetched_at=None).values_list("state", flat=True))
    closed = UsageCycle.objects.filter(sim__in=sims, closed=True).values("cycle_start").distinct()
    assert closed.count() >= 3, "four past cycles, one of them without usage"
    assert with_sims.devices.filter(configuration=None).count() == 1


@pytest.mark.slow
def test_one_device_has_a_sim_that_is_left_to_be_asked_about(with_sims):
    [operation] = Operation.objects.filter(operation_id="terminal")
    assert operation.device.info_description == "Its SIM is unknown to the carrier"
    assert Sim.objects.get(subject=operation.subject).fetched_at is None


@pytest.mark.slow
def test_usage_has_a_history_that_leads_to_todays_figures_and_is_compared_with_what_plans_include(with_sims):
    told = Sim.objects.filter(organization=with_sims, ctd_data_bytes__gt=0)
    assert told.count() > 100
    for sim in told.order_by("pk")[:20]:
        figures = list(sim.usage_days.order_by("day").values_list("data_bytes", flat=True))
        assert figures == sorted(figures)
        assert figures[-1] == sim.ctd_data_bytes
        assert len(figures) == (timezone.now().date() - sim.usage_days.earliest("day").day).days + 1
    included = dict(PlanAllowance.objects.filter(config__organization=with_sims).values_list("rate_plan", "data_bytes"))
    assert included["EU 5MB"] == 5 * 1_048_576
    assert included["Fleet, roaming 1GB"] == 1024 * 1_048_576
    assert "Voice and SMS 100" not in included


@pytest.mark.slow
def test_there_is_something_in_each_section_of_the_reconciliation(with_sims, client):
    # What a carrier does not know, it says when it is asked.
    Sim.objects.filter(device__info_description="Its SIM is unknown to the carrier").update(
        missing_since=timezone.now()
    )
    client.force_login(with_sims.memberships.get(role=Role.READER).user)
    page = client.get(f"/{seed.ORGANIZATION_ID}/sims/reconciliation/")
    counts = {each["section"].slug: each["count"].value for each in page.context["sections"]}
    assert {slug for slug, count in counts.items() if not count} == set()
    states = [each["row"].state for each in client.get(page.context["sections"][0]["url"]).context["rows"]]
    assert {*states} == {"offered", "ambiguous"}
