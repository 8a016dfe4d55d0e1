"""What lists do not say is asked for in rotation; each part of a SIM has its age; figures of every day are kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import BadResponse, CannotConnect, LanePolicy, PermissionDenied, Throttled
from extensions.core.models import CallCount, ExtensionConfig
from extensions.core.services import device_configuration
from extensions.sims import services, usage_days
from extensions.sims.contract import EVERY_PART, Part, SimRecord
from extensions.sims.models import Sim, UsageDay
from extensions.sims.sync import sources
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def provider(monkeypatch):
    carrier = FleetCarrier()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def asked_about(provider, monkeypatch):
    """Identifiers in the order in which they were asked about."""
    order, refresh = [], provider.refresh

    def noted(context, subjects, parts):
        order.extend(subjects)
        return refresh(context, subjects, parts)

    monkeypatch.setattr(provider, "refresh", noted)
    return order


@pytest.fixture
def run(config, later):
    def run(times: int = 3) -> None:
        for _ in range(times):
            lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)

    return run


def test_sims_of_devices_come_first_then_the_one_asked_about_longest_ago(
    provider, run, device, source, later, asked_about, config
):
    provider.add("0001", "0002", "0003")
    later(hours=1)
    device_configuration.confirm(device, '{"meterco": {"chip": "0002"}}', 0, source, refresh=False)
    run()
    assert asked_about == ["0002", "0001", "0003"]
    later(hours=1, seconds=1)
    run()
    assert asked_about[3:] == ["0002"]
    later(days=1)
    run()
    assert asked_about[4:] == ["0002", "0001", "0003"]


def test_watched_sims_that_are_always_due_leave_every_fifth_call_to_others(config, device, later, settings):
    settings.IOTDASH_USAGE_MINUTES = 0
    now = timezone.now()
    for number in range(12):
        services.row_of(config, f"{number:04}")
    watched = Sim.objects.filter(subject__lt="0006")
    watched.update(device=device, rotated_at=now - timedelta(hours=1))
    chosen = []
    for second in range(11):
        work = sources.usage.next(config.lane_id, now)
        sim = work.run.args[1][0]
        chosen.append("watched" if sim.device_id else "other")
        Sim.objects.filter(pk=sim.pk).update(rotated_at=now - timedelta(minutes=1) + timedelta(seconds=second))
    assert chosen == ["other", *["watched"] * 4] * 2 + ["other"]


def test_what_was_listed_as_changed_is_asked_about_before_anything_else(provider, run, later, asked_about):
    provider.add("0001", "0002", "0003")
    later(hours=1)
    run()
    del asked_about[:]
    provider.change("0003", imei="another")
    later(minutes=16)
    run()
    assert asked_about == ["0003"]
    assert Sim.objects.get(subject="0003").imei == "another"


def test_details_are_asked_for_once_and_usage_again_and_again(provider, run, later):
    provider.add("0001", ctd_sms=1)
    run()
    first = Sim.objects.get()
    assert (first.imei, first.ctd_sms, first.details_at == first.usage_at) == ("i0001", 1, True)
    provider.use("0001", ctd_sms=2)
    later(days=2)
    run()
    second = Sim.objects.get()
    assert (second.imei, second.ctd_sms) == ("i0001", 2)
    assert (second.details_at, second.usage_at) == (first.details_at, timezone.now())


def test_a_sim_that_cannot_be_read_does_not_keep_others_from_their_turn(provider, run, asked_about):
    provider.add("0001", "0002", "0003")
    errors = [PermissionDenied("Not this one."), BadResponse("Unreadable.")]

    def fails() -> None:
        if provider.asked["refresh"] and errors:
            raise errors.pop(0)

    provider.before_call = fails
    run(6)
    assert asked_about == ["0001", "0002", "0003"]


def test_a_sim_whose_call_hangs_does_not_keep_others_from_their_turn(provider, run, asked_about, later):
    provider.add("0001", "0002", "0003")

    def hangs() -> None:
        if asked_about and asked_about[-1] == "0001":
            raise CannotConnect("No answer came in time.")

    provider.before_call = hangs
    for _ in range(3):
        run(1)
        later(minutes=4)
    assert asked_about == ["0001", "0002", "0003"]


def test_throttling_costs_no_sim_its_turn(provider, run, asked_about, later):
    provider.add("0001", "0002")
    errors = [Throttled("Too many calls.")]

    def throttled() -> None:
        if asked_about and errors:
            raise errors.pop()

    provider.before_call = throttled
    for _ in range(3):
        run(1)
        later(minutes=1)
    assert asked_about == ["0001", "0001", "0002"]


def test_a_sim_that_is_gone_is_asked_about_once_more_and_then_left_alone(provider, run, later, asked_about):
    provider.add("0001", "0002")
    run()
    provider.remove("0001")
    for _ in range(3):
        later(days=1, minutes=1)
        run()
    assert Sim.objects.get(subject="0001").missing_since
    assert asked_about.count("0001") == 2
    provider.add("0001")
    later(minutes=16)
    run()
    assert Sim.objects.get(subject="0001").missing_since is None


def test_usage_gets_no_more_than_its_budget_and_lists_are_not_held_up(provider, run, config, monkeypatch):
    monkeypatch.setitem(
        registry._manifests, "meterco", meterco.manifest(provider, lane=LanePolicy(per_second=1, budget=0.5))
    )
    ExtensionConfig.objects.get().lane.__class__.objects.update(per_second=1, budget=0.5)
    provider.add(*(f"{number:04}" for number in range(60)))
    run(4)
    assert Sim.objects.count() == 60
    assert provider.asked["refresh"] == 30
    assert provider.asked["inventory"] == 2


def test_calls_are_counted_for_what_they_were_made_for(provider, run, config):
    provider.add("0001")
    lane_id = config.lane_id
    run()
    assert sources.lists.next(lane_id, timezone.now()) is None
    assert set(CallCount.objects.filter(config_id=config.pk).values_list("purpose", flat=True)) <= {"sync", "usage"}


# --- Parts --------------------------------------------------------------------------------------------------------


def test_a_sparse_record_never_erases_what_is_known_of_other_parts(config):
    whole = SimRecord("0001", state="Activated", rate_plan="Small", imei="35", ctd_sms=4, added_at=AT)
    services.store_record(config, whole, AT)
    later = AT + timedelta(hours=1)
    services.store_record(config, SimRecord("0001", state="Retired", parts=frozenset({Part.STATE})), later)
    sim = Sim.objects.get()
    assert (sim.state, sim.rate_plan, sim.imei, sim.ctd_sms, sim.added_at) == ("Retired", None, "35", 4, AT)
    assert (sim.fetched_at, sim.details_at, sim.usage_at) == (later, AT, AT)


def test_text_that_is_too_long_is_cut_and_stored(config):
    services.store_record(config, SimRecord("0001", state="s" * 300, rate_plan="p" * 300), AT)
    sim = Sim.objects.get()
    assert (len(sim.state), len(sim.rate_plan)) == (40, 120)


# --- Days -----------------------------------------------------------------------------------------------------------


def days() -> list[tuple]:
    return list(UsageDay.objects.order_by("day").values_list("day", "data_bytes", "sms", "ended_data_bytes"))


def use(config, at: datetime, data: int | None, sms: int | None = None, parts=EVERY_PART) -> None:
    services.store_record(config, SimRecord("0001", ctd_data_bytes=data, ctd_sms=sms, parts=parts), at)


def test_the_last_figures_of_each_day_are_kept(config):
    for hours, data in ((0, 10), (2, 12), (13, 20)):
        use(config, AT + timedelta(hours=hours), data)
    assert days() == [(date(2026, 11, 1), 12, None, None), (date(2026, 11, 2), 20, None, None)]


def test_a_cycle_that_begins_anew_keeps_the_last_figures_of_the_one_before(config):
    for minutes, data in ((0, 900), (10, 950), (20, 3), (30, 7)):
        use(config, AT + timedelta(minutes=minutes), data, sms=5)
    assert days() == [(date(2026, 11, 1), 7, 5, 950)]
    use(config, AT + timedelta(days=1), 1)
    assert days()[1:] == [(date(2026, 11, 2), 1, None, None)]


def test_a_figure_that_is_not_told_again_stays_seen_on_its_day(config):
    for minutes, data, sms in ((0, 10, 1), (10, None, 2)):
        use(config, AT + timedelta(minutes=minutes), data, sms)
    assert days() == [(date(2026, 11, 1), 10, 2, None)]
    assert Sim.objects.get().ctd_data_bytes is None
    use(config, AT + timedelta(minutes=20), None, sms=0)
    assert days() == [(date(2026, 11, 1), None, 0, 10)]


def test_days_without_a_figure_and_records_without_usage_leave_no_sample(config):
    use(config, AT, None)
    use(config, AT, 5, parts=frozenset({Part.STATE}))
    assert days() == []


def test_samples_are_kept_for_as_long_as_the_installation_says(config, time_machine, settings):
    settings.IOTDASH_USAGE_DAYS = 2
    for day in range(4):
        use(config, AT + timedelta(days=day), day + 1)
    time_machine.move_to(AT + timedelta(days=4), tick=False)
    usage_days.forget_old()
    assert [day for day, *_ in days()] == [date(2026, 11, 3), date(2026, 11, 4)]
