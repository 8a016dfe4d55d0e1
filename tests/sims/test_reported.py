"""Reports of carriers by themselves: one read of a SIM each, through the lane; nothing else of them is believed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import BadResponse, InboundRecord, LanePolicy, NotFound, PermissionDenied, Throttled
from extensions.core.models import CallCount, ExtensionConfig, Operation
from extensions.core.services import configurations
from extensions.core.services import operations as asking
from extensions.core.targets import Target
from extensions.sims import operations
from extensions.sims.capability import SimCapability
from extensions.sims.contract import About, SimRecord, SimReport, payload_of
from extensions.sims.models import ReportedSim, Sim
from extensions.sims.services import store_record
from extensions.sims.sync import reported
from iotdash.runtime import sweep
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

pytestmark = pytest.mark.slow


@pytest.fixture
def provider(monkeypatch):
    carrier = FleetCarrier()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def reads(provider, monkeypatch):
    """The SIMs of each call, in order."""
    calls, refresh = [], provider.refresh

    def noted(context, subjects, parts):
        calls.append(list(subjects))
        return refresh(context, subjects, parts)

    monkeypatch.setattr(provider, "refresh", noted)
    return calls


@pytest.fixture
def fleet(provider, config, later):
    """Three SIMs that were read ten minutes ago, and nothing to do."""
    provider.add("0001", "0002", "0003")
    for _ in range(3):
        run(config)
    later(minutes=10)
    run(config)
    return provider


def run(config) -> None:
    lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)


def report(config, *subjects: str, about: About = About.CHANGE) -> None:
    SimCapability().receive(config, [InboundRecord("key", payload_of(SimReport(each, about))) for each in subjects])


def waiting() -> list[str]:
    return list(ReportedSim.objects.order_by("subject").values_list("subject", flat=True))


def test_a_reported_sim_is_read_at_once_and_then_left_alone(fleet, config, reads):
    fleet.change("0002", state="Retired", imei="new")
    report(config, "0002")
    assert (reads, Sim.objects.get(subject="0002").state) == ([], "Activated"), "nothing is asked before the lane runs"
    run(config)
    run(config)
    sim = Sim.objects.get(subject="0002")
    assert (reads, sim.state, sim.imei, sim.fetched_at) == ([["0002"]], "Retired", "new", timezone.now())
    assert waiting() == []


def test_what_a_report_says_is_not_believed(fleet, config):
    """Only what the carrier says when it is asked."""
    payload = payload_of(SimReport("0001")) | {"state": "Retired", "device": 7}
    SimCapability().receive(config, [InboundRecord("key", payload)])
    run(config)
    assert Sim.objects.get(subject="0001").state == "Activated"


def test_many_reports_on_a_sim_make_one_read(fleet, config, reads, later):
    for _ in range(5):
        report(config, "0002", "0001", "0002")
        later(seconds=1)
    run(config)
    assert sorted(reads) == [["0001"], ["0002"]]


def test_the_one_that_waits_longest_comes_first_however_often_it_is_reported(fleet, config, reads, later):
    for subject in ("0003", "0001", "0003"):
        report(config, subject)
        later(seconds=1)
    run(config)
    assert reads == [["0003"], ["0001"]]


def test_a_report_that_comes_during_the_read_makes_another(fleet, config, reads, later):
    def changes_again() -> None:
        if len(reads) == 1:
            later(seconds=1)
            report(config, "0002")

    fleet.before_call = changes_again
    report(config, "0002")
    run(config)
    assert reads == [["0002"], ["0002"]]
    assert waiting() == []


def test_what_people_ask_comes_first(fleet, config, source, later):
    report(config, "0001", "0002")
    config.refresh_from_db()
    target = Target(config=config, manifest=registry.manifest("meterco"), subject="0003")
    asking.ask(target, operations.of(fleet, {})[0], {}, source)
    order = []
    fleet.before_call = lambda: order.append("report")
    fleet.will["record"] = [lambda: order.append("person") or SimRecord("0003")]
    run(config)
    assert order == ["person", "report", "report"]


def test_a_sim_that_nobody_knew_appears_when_the_carrier_was_asked(fleet, config):
    fleet.add("0009", state="Inventory")
    report(config, "0009")
    assert not Sim.objects.filter(subject="0009").exists()
    run(config)
    assert Sim.objects.get(subject="0009").state == "Inventory"


def test_a_made_up_sim_leaves_no_trace(fleet, config, reads):
    report(config, "6666")
    run(config)
    assert reads == [["6666"]]
    assert not Sim.objects.filter(subject="6666").exists()
    assert waiting() == []


def test_a_sim_that_left_the_account_is_marked(fleet, config):
    fleet.remove("0002")
    report(config, "0002")
    run(config)
    assert Sim.objects.get(subject="0002").missing_since == timezone.now()


def test_carriers_that_answer_about_many_are_asked_once(monkeypatch, provider, config, later):
    carrier = FleetCarrier(by_name=True)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    carrier.add("0001", "0002", "0003")
    for _ in range(3):
        run(config)
    later(minutes=10)
    before = carrier.asked["refresh"]
    report(config, "0001", "0003", "0002")
    run(config)
    assert carrier.asked["refresh"] == before + 1
    assert set(Sim.objects.values_list("details_at", flat=True)) == {timezone.now()}


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_figures_that_were_just_read_are_new_enough_for_a_minute(fleet, config, reads, later):
    report(config, "0001", about=About.FIGURES)
    run(config)
    later(seconds=10)
    report(config, "0001", about=About.FIGURES)
    run(config)
    assert reads == [["0001"]]
    later(seconds=50)
    run(config)
    assert reads == [["0001"], ["0001"]]


def test_a_change_does_not_wait_for_figures(fleet, config, reads, later):
    report(config, "0001")
    run(config)
    later(seconds=10)
    report(config, "0001", about=About.FIGURES)
    later(seconds=1)
    report(config, "0001")
    report(config, "0001", about=About.FIGURES)
    run(config)
    assert reads == [["0001"], ["0001"]]


# --- When it goes wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NotFound("No such SIM."), PermissionDenied("Not this one.")])
def test_what_is_said_of_the_sim_settles_it(fleet, config, error):
    fail_once(fleet, error)
    report(config, "0001")
    run(config)
    assert waiting() == []


def test_throttling_loses_no_report(fleet, config, later):
    fail_once(fleet, Throttled("Too many calls."))
    fleet.change("0001", state="Retired")
    report(config, "0001")
    run(config)
    assert waiting() == ["0001"]
    later(minutes=1)
    run(config)
    assert (waiting(), Sim.objects.get(subject="0001").state) == ([], "Retired")


def test_a_sim_whose_answer_is_broken_waits_and_others_do_not(fleet, config, reads, later):
    fail_once(fleet, BadResponse("Unreadable."))
    report(config, "0001")
    later(seconds=1)
    report(config, "0002")
    run(config)
    later(seconds=30)
    run(config)
    assert (reads, waiting()) == ([["0001"], ["0002"]], ["0001"])
    later(minutes=5)
    run(config)
    assert waiting() == []


def fail_once(carrier, error) -> None:
    errors = [error]

    def fails() -> None:
        if errors:
            raise errors.pop()

    carrier.before_call = fails


def test_a_killed_reader_leaves_the_report_to_another(fleet, config, later):
    def killed() -> None:
        raise SystemExit

    fleet.before_call = killed
    report(config, "0001")
    with pytest.raises(SystemExit):
        run(config)
    fleet.before_call = lambda: None
    later(minutes=1)
    run(config)
    assert waiting() == []


def test_while_paused_reports_wait(fleet, config, source, reads):
    configurations.pause(config, source)
    report(config, "0001")
    run(config)
    assert (reads, waiting()) == ([], ["0001"])
    configurations.resume(config, source)
    run(config)
    assert reads == [["0001"]]


def test_an_answer_to_former_credentials_is_not_stored_and_asked_for_again(fleet, config, reads):
    def replaced() -> None:
        ExtensionConfig.objects.update(credentials_version=7)
        assert Sim.objects.get(subject="0001").state == "Activated"

    fleet.before_call = replaced
    fleet.change("0001", state="Retired")
    report(config, "0001")
    run(config)
    assert (len(reads), Sim.objects.get(subject="0001").state) == (2, "Retired")


def test_reports_that_nothing_could_be_asked_about_are_forgotten_after_a_day(fleet, config, source, later):
    configurations.pause(config, source)
    report(config, "0001")
    later(hours=23)
    sweep.run()
    assert waiting() == ["0001"]
    later(hours=2)
    sweep.run()
    assert waiting() == []


# --- Beside other work ------------------------------------------------------------------------------------------------


def test_the_lane_is_woken_and_the_sweep_finds_what_was_lost(
    fleet, config, messages, later, django_capture_on_commit_callbacks
):
    lane_id = ExtensionConfig.objects.get(pk=config.pk).lane_id
    config.refresh_from_db()
    del messages[:]
    with django_capture_on_commit_callbacks(execute=True):
        report(config, "0001")
    assert [lane for lane, _ in messages] == [lane_id]
    assert reported.source.due_lanes(timezone.now()) == {lane_id}
    run(config)
    assert reported.source.due_lanes(timezone.now()) == set()


def test_more_reports_than_can_be_read_leave_others_their_share(fleet, config, monkeypatch, later):
    policy = LanePolicy(per_second=1, budget=0.5)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(fleet, lane=policy))
    lane = ExtensionConfig.objects.get(pk=config.pk).lane
    lane.__class__.objects.update(per_second=1, budget=0.5)
    CallCount.objects.all().delete()
    fleet.add(*(f"1{number:03}" for number in range(100)))
    later(minutes=16)
    report(config, *fleet.fleet)
    listed = fleet.asked["inventory"]
    now = timezone.now().replace(second=0, microsecond=0)
    later(seconds=(now + timedelta(minutes=1) - timezone.now()).total_seconds())
    for _ in range(40):
        run(config)
    counted = CallCount.objects.filter(purpose=lanes.Purpose.BACKGROUND, begins=timezone.now())
    assert [count.calls for count in counted] == [30]
    assert fleet.asked["inventory"] > listed, "the list had its turn"
    assert reported.source.next_due_at(lane.pk) == timezone.now() + timedelta(minutes=1)
    later(minutes=1)
    run(config)
    assert len(waiting()) < 73


def test_what_is_read_for_a_report_is_no_operation_of_anybody(fleet, config):
    report(config, "0001")
    run(config)
    assert not Operation.objects.filter(subject="0001").exists()


def test_a_thousand_reports_cost_few_queries(config, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        report(config, *(f"{number:04}" for number in range(200)), about=About.FIGURES)
    assert len(waiting()) == 200


def test_the_newest_record_wins_over_one_that_was_slower(fleet, config, later):
    """Whatever a person read meanwhile is newer than what was asked for before."""
    store_record(config, SimRecord("0001", state="Retired"), timezone.now() + timedelta(seconds=1))
    report(config, "0001")
    run(config)
    assert Sim.objects.get(subject="0001").state == "Retired"
