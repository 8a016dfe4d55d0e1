"""One state of the sandbox, read over REST and over SOAP: the same SIMs and the same usage."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from extensions.controlcenter import sandbox
from extensions.controlcenter.address import REST, SOAP
from extensions.controlcenter.provider import ControlCenter
from extensions.controlcenter.sandbox.cycles import recent_starts
from extensions.controlcenter.sandbox.generators import UNUSED_CYCLE, make_iccid
from extensions.controlcenter.sandbox.model import ACTIVATED, STATUSES
from extensions.controlcenter.sandbox.seed import EAST_ADMIN, EAST_SIMS, FIRST_WEST_SIM, WEST_ADMIN, WEST_SIMS
from extensions.core.contract import Context, NoData, NotFound
from extensions.sims.contract import SimRecord, UsageRecord
from iotdash.lib.outbound import AddressPolicy, GuardedSession

pytestmark = pytest.mark.slow

NOW = datetime(2017, 3, 15, 10, 0, tzinfo=UTC)
CARRIER = ControlCenter()
# SOAP gives MB with three decimals.
HALF_STEP = 0.0005 * 1_048_576
REST_ONLY = {"communication_plan"}
FLEETS = {
    "east of UTC": (EAST_ADMIN, range(1, EAST_SIMS + 1)),
    "west of UTC": (WEST_ADMIN, range(FIRST_WEST_SIM, FIRST_WEST_SIM + WEST_SIMS)),
}

Reach = Callable[[sandbox.Account, str], Context]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with sandbox.running(tmp_path_factory.mktemp("world"), clock=lambda: NOW) as running:
        sandbox.seed_default(running.state)
        running.state.change_settings(rate_limit=0)
        yield running


@pytest.fixture
def reach(world: sandbox.RunningSandbox) -> Reach:
    def of(account: sandbox.Account, protocol: str) -> Context:
        key = account.licence_key if protocol == SOAP else account.api_key
        settings = {"username": account.username, "password": account.password, "access_key": key}
        where = {"domain_id": world.url, "protocol": protocol, "time_zone": account.zone}
        session = GuardedSession(AddressPolicy(allow_loopback=True), total_timeout=5)
        return Context(settings=settings | where, http=session, now=lambda: NOW)

    return of


@pytest.fixture(params=FLEETS)
def fleet(request) -> tuple[sandbox.Account, list[str]]:
    account, numbers = FLEETS[request.param]
    return account, [make_iccid(number) for number in numbers]


def same_figures(over_rest: int | None, over_soap: int | None) -> bool:
    if over_rest is None or over_soap is None:
        return over_rest is over_soap
    return abs(over_rest - over_soap) <= HALF_STEP


def differing(over_rest: SimRecord, over_soap: SimRecord) -> dict[str, tuple]:
    """Field → both values, of fields that both should have."""
    rest, soap = asdict(over_rest), asdict(over_soap)
    pairs = {name: (rest[name], soap[name]) for name in rest if name not in REST_ONLY}
    data = pairs.pop("ctd_data_bytes")
    found = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return found if same_figures(*data) else found | {"ctd_data_bytes": data}


def test_every_sim_is_the_same_over_both(fleet, reach):
    account, iccids = fleet
    over_rest, over_soap = reach(account, REST), reach(account, SOAP)
    states, unknown = set(), 0
    for iccid in iccids:
        record, other = CARRIER.record(over_rest, iccid), CARRIER.record(over_soap, iccid)
        assert (iccid, differing(record, other)) == (iccid, {})
        assert record.communication_plan
        states.add(record.state)
        unknown += record.ctd_data_bytes is None
    assert len(states) == len(STATUSES)
    assert unknown, "There is no SIM whose figures are unknown."


def usages(contexts: list[Context], iccid: str, start: date) -> list[UsageRecord | None]:
    found = []
    for context in contexts:
        try:
            found.append(CARRIER.usage(context, iccid, start))
        except NoData:
            found.append(None)
    return found


def test_totals_of_a_completed_cycle_are_the_same_over_both(fleet, reach):
    account, iccids = fleet
    contexts = [reach(account, REST), reach(account, SOAP)]
    start = recent_starts(account, NOW, past=1)[-1]
    compared = 0
    for iccid in iccids:
        over_rest, over_soap = usages(contexts, iccid, start)
        if over_soap:
            compared += 1
            assert_same_usage(over_rest, over_soap, start)
        else:
            assert is_empty(over_rest)
    assert compared > len(iccids) / 2


def assert_same_usage(over_rest: UsageRecord, over_soap: UsageRecord, start: date) -> None:
    assert over_rest.cycle_start == over_soap.cycle_start == start
    assert over_rest.closed is over_soap.closed is True
    assert same_figures(over_rest.total_data_bytes, over_soap.total_data_bytes)
    assert over_rest.total_sms == over_soap.total_sms
    # REST leaves a service that was not used null, which means unknown; SOAP says 0.
    assert over_soap.total_voice_seconds == (over_rest.total_voice_seconds or 0)
    assert set(over_soap.rate_plans) <= set(over_rest.rate_plans)
    assert (over_rest.billable_available, over_soap.billable_available) == (False, True)
    assert (over_rest.invoiced, over_soap.invoiced) == (None, True)


def is_empty(usage: UsageRecord) -> bool:
    """What SOAP has no record of is without any figure in REST."""
    return (usage.total_data_bytes, usage.total_sms, usage.total_voice_seconds) == (None, None, None)


def test_a_cycle_that_no_sim_used_has_no_figures_over_either(fleet, reach):
    account, iccids = fleet
    start = recent_starts(account, NOW, past=UNUSED_CYCLE)[-1]
    over_rest, over_soap = usages([reach(account, REST), reach(account, SOAP)], iccids[2], start)
    assert is_empty(over_rest)
    assert over_soap is None


@pytest.mark.parametrize("protocol", [REST, SOAP])
def test_a_sim_of_another_account_is_not_known(reach, protocol):
    with pytest.raises(NotFound):
        CARRIER.record(reach(EAST_ADMIN, protocol), make_iccid(FIRST_WEST_SIM))


def idle(world: sandbox.RunningSandbox) -> str:
    """An activated SIM that nothing was done to."""
    sims = (world.state.sim(make_iccid(number)) for number in range(20, EAST_SIMS))
    return next(
        sim.iccid
        for sim in sims
        if (sim.status, sim.suspended) == (ACTIVATED, "N") and not world.state.messages(sim.iccid)
    )


@pytest.mark.parametrize(("changed_over", "seen_over"), [(REST, SOAP), (SOAP, REST)])
def test_a_change_over_one_is_seen_over_the_other(world, reach, changed_over, seen_over):
    iccid, here, there = idle(world), reach(EAST_ADMIN, changed_over), reach(EAST_ADMIN, seen_over)
    text = f" over {changed_over}: <&> ]]>\r\n\té€😀 "
    sent = CARRIER.send_sms(here, iccid, text)
    report = CARRIER.sms_report(there, sent.reference)
    assert report.text == text
    assert report == CARRIER.sms_report(here, sent.reference)
    assert report == CARRIER.find_sms(there, iccid, text, NOW, frozenset())
    CARRIER.set_state(here, iccid, "Deactivated")
    assert CARRIER.record(there, iccid).state == "Deactivated"
