"""What is kept of carriers' answers, and how it is shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from devices import facets
from devices.models import Device
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations
from extensions.sims import first_records, plans, services
from extensions.sims.contract import PlanList, SimRecord, UsageRecord
from extensions.sims.models import CarrierPlans, Sim, UsageCycle
from extensions.sims.templatetags import sims as shown
from tests.cast import DeviceFactory
from tests.extensions import meterco

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_a_record_replaces_what_was_known_and_unknown_stays_unknown(config):
    services.store_record(config, SimRecord("0001", state="Activated", ctd_sms=4), AT)
    services.store_record(config, SimRecord("0001", state="Retired"), AT + timedelta(minutes=1))
    sim = Sim.objects.get()
    assert (sim.state, sim.ctd_sms, sim.fetched_at) == ("Retired", None, AT + timedelta(minutes=1))


def test_an_older_record_that_arrives_late_is_dropped(config):
    services.store_record(config, SimRecord("0001", state="Retired"), AT)
    services.store_record(config, SimRecord("0001", state="Activated"), AT - timedelta(seconds=1))
    assert Sim.objects.get().state == "Retired"


def test_usage_of_a_cycle_is_replaced_not_added(config):
    for count in (1, 2):
        services.store_usage(config, UsageRecord("0001", date(2026, 10, 1), total_sms=count), AT)
    assert UsageCycle.objects.get().total_sms == 2


def test_two_configurations_of_one_carrier_keep_their_sims_apart(organization, carrier, source, config):
    second = configurations.add(organization, carrier, "Second", meterco.SETTINGS | {"user": "second"}, source)
    for account in (config, second):
        services.store_record(account, SimRecord("0001", state="Activated"), AT)
    assert Sim.objects.count() == 2


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, None),
        (0, "0"),
        (1_048_576, "1.00"),
        (12_944_691, "12.35"),
        (5_000, "0.005"),
        (2**31, "2,048"),
        (-5_242_880, "-5.00"),
    ],
)
def test_bytes_are_shown_in_mb_and_unknown_is_not_zero(count, words):
    assert shown.megabytes(count) == words


@pytest.mark.parametrize(("seconds", "words"), [(None, None), (0, "00:00"), (61, "01:01"), (6000, "100:00")])
def test_voice_is_shown_as_minutes_and_seconds(seconds, words):
    assert shown.minutes(seconds) == words


def test_overage_overrides_are_told_in_words_and_unknown_ones_raw():
    assert shown.override_words("TEMPORARY_OVERRIDE") == "This cycle"
    assert shown.override_words("SOMETHING_NEW") == "SOMETHING_NEW"


def facet():
    return next(facet for facet in facets.facets() if facet.name == "sims")


def having(organization, value) -> list[Device]:
    return list(organization.devices.filter(facet().condition(organization, "sim", value).where))


def test_the_device_list_is_filtered_by_sim_state(config, device, target, organization):
    services.store_record(config, SimRecord("0001", state="Activated"), AT)
    other = DeviceFactory(organization=organization)
    assert having(organization, "Activated") == [device]
    assert having(organization, "Retired") == []
    services.note_missing(config, "0001", AT)
    assert having(organization, "unknown-to-carrier") == [device]
    assert facet().serialise_many([device, other]) == {device.pk: {"sim": Sim.objects.get()}}


@pytest.mark.parametrize(
    ("sim", "words"),
    [
        (Sim(state="Activated"), "Activated"),
        (Sim(state="Activated", missing_since=AT), "Unknown to the carrier"),
        (Sim(state="<b>"), "&lt;b&gt;"),
        (Sim(), "Not fetched yet"),
        (None, "unknown"),
    ],
)
def test_the_column_says_the_state_or_why_there_is_none(sim, words):
    (column,) = facet().columns(None)
    if sim:
        sim.config = ExtensionConfig(slug="meterco")
    assert f">{words}</span>" in column.cell(sim)


def test_the_column_costs_one_query_for_any_number_of_devices(target, organization, django_assert_num_queries):
    devices = [DeviceFactory(organization=organization) for _ in range(3)]
    with django_assert_num_queries(1):
        facet().serialise_many(devices)


def test_the_carriers_plans_are_asked_once_a_day(target, work, later):
    plans.ask_where_due()
    plans.ask_where_due()
    assert Operation.objects.filter(operation_id="rateplans").count() == 1
    work()
    assert CarrierPlans.objects.get().names == ["Small", "Large"]
    later(hours=23)
    plans.ask_where_due()
    assert Operation.objects.filter(operation_id="rateplans").count() == 1
    later(hours=2)
    plans.ask_where_due()
    assert Operation.objects.filter(operation_id="rateplans").count() == 2


@pytest.mark.parametrize("state", ["not checked", "needs attention", "unreachable"])
def test_plans_are_not_asked_of_an_account_that_is_not_connected(target, state):
    ExtensionConfig.objects.update(health=state)
    plans.ask_where_due()
    assert not Operation.objects.exists()


def test_without_a_list_the_plans_seen_on_sims_are_offered(config):
    services.store_plans(config, PlanList(why_not="Only administrators may list plans."), AT)
    for number, plan in (("0001", "Small"), ("0002", "Big"), ("0003", "Small"), ("0004", None)):
        services.store_record(config, SimRecord(number, rate_plan=plan), AT)
    listed = plans.listed(config)
    names = plans.choices(config, listed)
    assert (names, listed.why_not) == (["Big", "Small"], "Only administrators may list plans.")


def test_sims_that_were_never_asked_about_are_asked_once_an_hour(target, source, config, later):
    configurations.pause(config, source)
    first_records.ask_where_due()
    assert not Operation.objects.exists()
    configurations.resume(config, source)
    for _ in range(2):
        first_records.ask_where_due()
    operation = Operation.objects.get()
    assert (operation.operation_id, operation.subject, operation.priority) == ("terminal", "0001", Operation.BACKGROUND)
    services.store_record(config, SimRecord("0001", state="Activated"), AT)
    later(hours=2)
    first_records.ask_where_due()
    assert Operation.objects.count() == 1
