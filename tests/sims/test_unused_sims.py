"""For how many days a SIM was seen to use nothing; what was not looked at is not taken for nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from extensions.sims import services, storing, unused
from extensions.sims.contract import EVERY_PART, Part, SimRecord
from extensions.sims.models import BillingCycle, Sim, UsageDay

START = datetime(2026, 11, 3, 12, tzinfo=UTC)


def looked(config, *looks: tuple[int, int | None], subject: str = "0001") -> int | None:
    """Data in bytes as told so many days after the start."""
    for day, used in looks:
        services.store_record(config, SimRecord(subject, ctd_data_bytes=used), START + timedelta(days=day))
    return Sim.objects.get(config=config, subject=subject).unused_days


def every_day(first: int, last: int, used: int | None) -> list[tuple[int, int | None]]:
    return [(day, used) for day in range(first, last + 1)]


@pytest.fixture
def cycles(config):
    """Cycles begin on the 1st."""
    return BillingCycle.objects.create(config=config, cycle_start=date(2026, 11, 1), told_at=START)


@pytest.mark.parametrize(
    ("looks", "days"),
    [
        ([(0, 5)], 0),
        ([(0, None)], None),
        ([(0, 5), (10, 5)], 10),
        ([(0, 5), (10, 6)], 0),
        ([(0, 5), (10, 6), (14, 6)], 4),
        ([(0, 0), (10, 0)], 10),
        ([(0, 0), (10, 0), (11, 1), (12, 1)], 1),
        ([(0, 5), (5, None), (10, 5)], 0),
        ([(0, None), (5, 5), (8, 5)], 3),
    ],
)
def test_days_in_which_nothing_more_was_told(config, cycles, looks, days):
    assert looked(config, *looks) == days


def test_a_cycle_that_began_between_daily_looks_hides_nothing(config, cycles):
    assert looked(config, *every_day(0, 27, 7), *every_day(28, 40, 0)) == 40


def test_what_was_used_since_the_cycle_began_is_used(config, cycles):
    assert looked(config, *every_day(0, 27, 7), *every_day(28, 40, 3)) == 12


def test_a_cycle_that_began_unseen_may_hide_something(config, cycles):
    assert looked(config, (0, 0), (35, 0), (36, 0)) == 1
    assert looked(config, (0, 7), (35, 0), subject="0002") == 0


def test_without_a_known_cycle_zero_is_only_sure_from_day_to_day(config):
    assert looked(config, *every_day(0, 9, 0)) == 9
    assert looked(config, (0, 0), (9, 0), subject="0002") == 0


def test_a_record_without_usage_is_no_look(config, cycles):
    looked(config, (0, 5), (10, 5))
    record = SimRecord("0001", parts=EVERY_PART - {Part.USAGE})
    storing.store(config, [record], START + timedelta(days=30))
    assert Sim.objects.get().unused_days == 10


def test_samples_by_day_tell_it_of_sims_that_were_stored_before(config, cycles):
    looked(config, *every_day(0, 12, 5))
    Sim.objects.update(unused_days=None)
    assert looked(config, (13, 5)) == 13


@pytest.mark.parametrize("looks", [[(0, 5), (3, 5)], [(0, 5), (1, 6), (9, 6)], [(0, 0), (35, 0), (36, 0)], [(0, None)]])
def test_worked_out_anew_it_is_the_same(config, cycles, looks):
    days = looked(config, *looks)
    Sim.objects.update(unused_days=None)
    unused.note(Sim.objects.filter(config=config), cycles.cycle_start)
    assert Sim.objects.get().unused_days == days


def test_a_cycle_that_ended_within_a_day_is_seen(config, cycles):
    looked(config, (26, 7), (27, 7))
    for hour, used in ((1, 9), (5, 0)):
        at = START + timedelta(days=28, hours=hour)
        services.store_record(config, SimRecord("0001", ctd_data_bytes=used), at)
    assert UsageDay.objects.latest("day").ended_data_bytes == 9
    Sim.objects.update(unused_days=None)
    unused.note(Sim.objects.all(), cycles.cycle_start)
    assert Sim.objects.get().unused_days == 0
