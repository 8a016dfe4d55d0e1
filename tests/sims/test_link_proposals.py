"""A SIM is proposed for a device where a number of the SIM stands in the device, however it is written."""

import pytest
from django.utils import timezone

from devices.models import DeviceIdentifier
from extensions.core.services import configurations
from extensions.sims.inventory import typed
from extensions.sims.models import LinkProposal, Reconciliation
from extensions.sims.reconciling import accepting, comparing, told
from iotdash.runtime import leases
from tests.sims.reconciling_world import ICCID, IMEI, IMEI_WITH_VERSION, add_device, add_sim, compare
from tests.sims.reconciling_world import told as states
from tests.sims.sim_rows import add_account

WHOLE = ICCID + typed._check_digit(ICCID)


@pytest.mark.parametrize(
    ("known", "place"),
    [
        ({"serial_number": ICCID}, "serial number"),
        ({"device_id": ICCID}, "device ID"),
        ({"info_description": f"SIM {ICCID}, second tray"}, "description"),
        ({"metadata": {"iccid": ICCID}}, "metadata iccid"),
        ({"metadata": {"iccid": int(ICCID)}}, "metadata iccid"),
        ({"metadata": {"modem": {"sims": [{"id": ICCID}]}}}, "metadata modem.sims.id"),
        ({"metadata": {"iccid": "8988 2000 0000 0000 014"}}, "metadata iccid"),
        ({"metadata": {"iccid": f"'{ICCID}"}}, "metadata iccid"),
        ({"metadata": {"iccid": WHOLE}}, "metadata iccid"),
        ({"metadata": {"iccid": f"{ICCID}F"}}, "metadata iccid"),
    ],
)
def test_an_iccid_in_a_device_is_found(organization, config, known, place):
    add_sim(config, iccid=ICCID)
    add_device(organization, **{"device_id": "d1", **known})
    (proposal,) = compare(organization)
    assert (proposal.matched, proposal.place, proposal.state) == ("iccid", place, "offered")


def test_a_carrier_may_list_the_check_digit_that_the_device_leaves_out(organization, config):
    add_sim(config, iccid=WHOLE)
    add_device(organization, metadata={"iccid": ICCID})
    assert len(compare(organization)) == 1


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        (IMEI, IMEI),
        (IMEI, IMEI[:14]),
        (IMEI_WITH_VERSION, IMEI),
        (IMEI, "35-491234-567890-1"),
    ],
)
def test_an_imei_in_a_device_is_found(organization, config, listed, written):
    add_sim(config, equipment=typed.equipment(listed), imei=listed)
    add_device(organization, serial_number=written)
    (proposal,) = compare(organization)
    assert (proposal.matched, proposal.number) == ("imei", written)


@pytest.mark.parametrize(
    "metadata",
    [
        {"iccid": "8.98820E+18"},
        {"iccid": "8988200000000000000"},
        {"iccid": ICCID[:-2]},
        {"iccid": f"{ICCID}00000"},
        {"chip": "0007"},
        {"chip": 7, "ok": True, "none": None, "ratio": 8.98820e18},
        {"imei": "000000000000000"},
    ],
)
def test_other_numbers_are_not(organization, config, metadata):
    add_sim(config, iccid=ICCID, equipment="0" * 14)
    add_sim(config, "0008", iccid="8988200000000000000")
    add_device(organization, metadata=metadata)
    assert compare(organization) == []


def test_the_iccid_tells_more_than_the_imei(organization, config):
    add_sim(config, iccid=ICCID, equipment=IMEI[:14])
    add_device(organization, serial_number=IMEI, metadata={"iccid": ICCID})
    (proposal,) = compare(organization)
    assert proposal.matched == "iccid"


def test_of_two_devices_neither_is_offered(organization, config):
    add_sim(config, iccid=ICCID)
    for name in ("d1", "d2"):
        add_device(organization, name, serial_number=ICCID)
    assert states(compare(organization)) == [("0007", "d1", "ambiguous"), ("0007", "d2", "ambiguous")]


def test_of_two_sims_neither_is_offered(organization, config):
    add_sim(config, iccid=ICCID)
    add_sim(config, "0008", equipment=IMEI[:14])
    add_device(organization, serial_number=IMEI, metadata={"iccid": ICCID})
    assert states(compare(organization)) == [("0007", "d1", "ambiguous"), ("0008", "d1", "ambiguous")]


def test_one_sim_in_two_accounts_is_not_offered(organization, config, carrier, source):
    for account in (config, add_account(config, carrier, source)):
        add_sim(account, iccid=ICCID)
    add_device(organization, serial_number=ICCID)
    assert {each.state for each in compare(organization)} == {"ambiguous"}


def test_a_device_with_a_sim_of_the_carrier_is_left_alone(organization, config, target, device):
    device.serial_number = ICCID
    device.save()
    add_sim(config, iccid=ICCID)
    assert compare(organization) == []


def test_sims_in_devices_gone_or_of_removed_accounts_are_left_alone(organization, config, carrier, source):
    holder = add_device(organization, "holder")
    add_sim(config, "0001", iccid=ICCID, device=holder)
    add_sim(config, "0002", iccid=ICCID, missing_since=timezone.now())
    removed = add_account(config, carrier, source)
    add_sim(removed, "0003", iccid=ICCID)
    configurations.remove(removed, source)
    add_device(organization, serial_number=ICCID)
    assert compare(organization) == []


def test_the_same_iccid_in_another_organization_is_nothing_to_this_one(organization, other_organization, config):
    add_sim(config, iccid=ICCID)
    add_device(other_organization, "theirs", serial_number=ICCID)
    assert compare(organization) == compare(other_organization) == []
    add_device(organization, "ours", serial_number=ICCID)
    assert states(compare(organization)) == [("0007", "ours", "offered")]
    assert compare(other_organization) == []


def test_a_proposal_goes_when_nothing_says_so_any_more(organization, config):
    sim, device = add_sim(config, iccid=ICCID), add_device(organization, serial_number=ICCID)
    first = compare(organization)
    assert compare(organization) == first
    device.serial_number = "other"
    device.save()
    assert compare(organization) == []
    assert sim.link_proposals.count() == 0


def test_a_refused_one_stays_away_and_makes_the_other_clear(organization, config, source):
    add_sim(config, iccid=ICCID)
    for name in ("d1", "d2"):
        add_device(organization, name, serial_number=ICCID)
    wrong, _ = compare(organization)
    accepting.refuse(organization, wrong.pk, source)
    expected = [("0007", "d1", "refused"), ("0007", "d2", "offered")]
    assert states(LinkProposal.objects.order_by("device__device_id")) == expected
    assert states(compare(organization)) == expected
    accepting.offer_again(organization, wrong.pk, source)
    assert {each.state for each in LinkProposal.objects.all()} == {"ambiguous"}


def test_a_device_that_is_deleted_while_it_is_compared_is_left_out(organization, config, monkeypatch):
    add_sim(config, iccid=ICCID)
    device = add_device(organization, serial_number=ICCID)
    find = comparing.matches.find

    def find_then_delete(*given):
        found = find(*given)
        device.delete()
        return found

    monkeypatch.setattr(comparing.matches, "find", find_then_delete)
    assert compare(organization) == []


def test_nothing_is_offered_before_the_pass_is_through(organization, config, monkeypatch):
    monkeypatch.setattr(comparing, "AT_ONCE", 1)
    add_sim(config, iccid=ICCID)
    for name in ("d1", "d2"):
        add_device(organization, name, serial_number=ICCID)
    state = Reconciliation.objects.create(organization=organization)
    steps = iter([True, False])
    with pytest.raises(comparing._Lost):
        comparing._pass(state, lambda: next(steps))
    assert [each.state for each in LinkProposal.objects.all()] == ["ambiguous"]
    assert Reconciliation.objects.get().number == 0


def test_a_refusal_in_the_middle_of_a_pass_offers_nothing_that_is_new(organization, config, source):
    sim = add_sim(config, iccid=ICCID)
    for name in ("d1", "d2"):
        add_device(organization, name, serial_number=ICCID)
    wrong, other = compare(organization)
    LinkProposal.objects.filter(pk=other.pk).update(seen_in=Reconciliation.objects.get().number + 1)
    accepting.refuse(organization, wrong.pk, source)
    assert sim.link_proposals.get(pk=other.pk).state == "ambiguous"
    assert states(compare(organization)) == [("0007", "d1", "refused"), ("0007", "d2", "offered")]


def test_one_pass_at_a_time(organization, config):
    add_sim(config, iccid=ICCID)
    add_device(organization, serial_number=ICCID)
    leases.acquire(f"reconciliation {organization.pk}", "another", 60)
    assert compare(organization) == []
    leases.release(f"reconciliation {organization.pk}", "another")
    assert len(compare(organization)) == 1


def test_the_next_pass_waits_an_hour_or_fifty_times_as_long_as_this_one_took(organization, config, later, monkeypatch):
    later(seconds=0)
    compare(organization)
    state = Reconciliation.objects.get()
    assert state.next_at - state.compared_at == comparing.AGAIN_AFTER
    monkeypatch.setattr(comparing, "monotonic", iter([0, 100]).__next__)
    compare(organization)
    state.refresh_from_db()
    assert (state.next_at - state.compared_at).total_seconds() == 5_000


def test_a_pass_costs_queries_by_the_five_hundred(organization, config, django_assert_max_num_queries):
    def queries(number: int, first: int) -> int:
        for n in range(first, first + number):
            add_sim(config, f"{n:04}", iccid=f"89882000{n:011}")
            add_device(organization, f"d{n}", serial_number=f"89882000{n:011}")
        with django_assert_max_num_queries(60) as counted:
            compare(organization)
        return len(counted)

    queries(1, 100)
    assert queries(2, 200) == queries(20, 300)
    assert LinkProposal.objects.filter(state="offered").count() == 23


def test_a_log_book_of_numbers_and_a_deep_nest_are_read_to_an_end(organization, config):
    nest: dict = {}
    for _ in range(5_000):
        nest = {"a": nest}
    log = {f"n{n}": f"{n:015}" for n in range(1_000)}
    device = add_device(organization)
    device.metadata = {"log": log, "nest": nest}
    assert len(told.numbers_of(device)) == told.MOST_NUMBERS


def test_due_ones_are_woken_and_new_organizations_too(organization, other_organization, config, monkeypatch):
    woken = []
    monkeypatch.setattr("extensions.sims.tasks.compare.apply_async", lambda args, **_: woken.append(*args))
    comparing.wake_due()
    assert woken == []
    add_sim(config)
    comparing.wake_due()
    comparing.run(organization.pk)
    comparing.wake_due()
    assert woken == [organization.pk]


def test_identifiers_that_are_configured_are_not_touched(organization, config, target):
    before = list(DeviceIdentifier.objects.values_list())
    compare(organization)
    assert list(DeviceIdentifier.objects.values_list()) == before
