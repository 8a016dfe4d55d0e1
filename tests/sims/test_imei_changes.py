"""A SIM that is seen in other equipment than before is noted, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.sims import noticing, services, storing
from extensions.sims.contract import EVERY_PART, Part, SimRecord
from extensions.sims.inventory import typed
from extensions.sims.models import ImeiChange, Sim

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST, SECOND = "354912345678901", "354998765432109"


def told(config, *imeis: str | None) -> list[tuple[str, str]]:
    """(before, after) of each change that is noted when the carrier tells these, one after the other."""
    for number, imei in enumerate(imeis):
        services.store_record(config, SimRecord("0001", imei=imei), AT + timedelta(minutes=number))
    return list(ImeiChange.objects.order_by("pk").values_list("before", "after"))


def test_another_imei_is_noted_with_the_one_before(config):
    assert told(config, FIRST, FIRST, SECOND, SECOND) == [(FIRST, SECOND)]
    assert ImeiChange.objects.get().seen_at == AT + timedelta(minutes=2)


def test_the_first_imei_is_no_change(config):
    assert told(config, None, FIRST) == []


@pytest.mark.parametrize("same", ["35491234567890", "3549123456789012", "35-491234-567890-1", "354912345678900"])
def test_a_check_digit_or_another_version_of_software_is_the_same_equipment(config, same):
    assert told(config, FIRST, same) == []


@pytest.mark.parametrize("nothing", [None, "", "000000000000000"])
def test_what_was_known_before_the_carrier_told_none_is_compared(config, nothing):
    assert [change[1] for change in told(config, FIRST, nothing, FIRST, nothing, SECOND)] == [SECOND]


def test_a_record_without_details_says_nothing_of_the_imei(config):
    told(config, FIRST)
    storing.store(config, [SimRecord("0001", parts=EVERY_PART - {Part.DETAILS})], AT + timedelta(hours=1))
    assert (ImeiChange.objects.count(), Sim.objects.get().equipment) == (0, FIRST[:14])


def test_a_late_record_changes_nothing(config):
    told(config, FIRST)
    services.store_record(config, SimRecord("0001", imei=SECOND), AT - timedelta(hours=1))
    assert not ImeiChange.objects.exists()


def test_the_imei_of_a_sim_stored_before_there_was_this_history(config):
    Sim.objects.create(config=config, organization=config.organization, subject="0001", imei=FIRST, fetched_at=AT)
    assert told(config, SECOND, SECOND) == [(FIRST, SECOND)]


def test_many_at_once_cost_as_many_queries_as_few(config, django_assert_max_num_queries):
    def queries(number: int, imei: str) -> int:
        with django_assert_max_num_queries(30) as counted:
            storing.store(config, [SimRecord(f"{n:04}", imei=f"{imei}{n:07}") for n in range(number)], timezone.now())
        return len(counted)

    queries(20, "35490000")
    assert queries(2, "35490001") == queries(20, "35490002")
    assert ImeiChange.objects.count() == 22


def test_changes_are_kept_for_a_year(config, time_machine):
    told(config, FIRST, SECOND)
    time_machine.move_to(AT + timedelta(days=364), tick=False)
    noticing.forget_old()
    assert ImeiChange.objects.exists()
    time_machine.move_to(AT + timedelta(days=367), tick=False)
    noticing.forget_old()
    assert not ImeiChange.objects.exists()


def test_what_names_no_equipment():
    assert [typed.equipment(text) for text in (None, "", "0", " 000 ")] == [""] * 4
    assert typed.equipment("a0000012345678") == "A0000012345678"
