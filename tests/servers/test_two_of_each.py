"""Two web processes, workers and beats at once: hundreds of operations, each performed once, at the account's pace."""

import uuid
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from extensions.core.models import State
from tests.demo.test_demo_supervisor import wait_for
from tests.servers import fleet
from tests.servers.installation import BEATS, WORKERS, Installation

pytestmark = [pytest.mark.servers, pytest.mark.slow]
SETTLED_WITHIN_S = 240
# In this order, because a deactivated SIM receives no message.
FORMS = {
    "sms": {"message": "Report your pressure"},
    "rateplan": {"ratePlan": fleet.NEW_PLAN},
    "status": {"status": fleet.NEW_STATE},
}


@pytest.fixture(scope="module")
def asked(installation: Installation) -> Installation:
    """Every kind of write for every SIM, each form sent to both web processes at once; all of it settled."""
    visitors = installation.visitors()
    wanted = [(line, operation, str(uuid.uuid4())) for operation in FORMS for line in fleet.LINES]

    def send(line: fleet.Line, operation: str, key: str, web: int) -> int:
        return visitors[line.organization].ask(line, operation, web, key, **FORMS[operation]).status_code

    with ThreadPoolExecutor(8) as people:
        sent = [people.submit(send, *form, web) for form in wanted for web in range(len(installation.ports))]
    assert Counter(each.result() for each in sent) == {302: 2 * len(wanted)}
    wait_for(lambda: not installation.operations().filter(settled_at=None).exists(), SETTLED_WITHIN_S)
    return installation


def calls_by_account(installation: Installation) -> dict[str, list[datetime]]:
    """When the carrier was called. Not the checks before: an account that nothing has proved has no common lane yet."""
    found = defaultdict(list)
    for call in installation.sandbox.calls(after=installation.proved_by_call):
        found[call["account"]].append(datetime.fromisoformat(call["at"]))
    return found


def test_every_form_is_one_operation_and_all_are_confirmed(asked):
    writes = asked.operations().exclude(kind="read")
    assert Counter(writes.values_list("operation_id", flat=True)) == dict.fromkeys(FORMS, len(fleet.LINES))
    assert Counter(writes.values_list("state", flat=True)) == {State.CONFIRMED: writes.count()}


def test_the_carrier_performed_each_once(asked):
    done = [each for call in asked.sandbox.calls() for each in call["performed"]]
    expected = {(line.iccid, what): 1 for line in fleet.LINES for what in ("status", "sms", "rate_plan")}
    assert Counter((each["iccid"], each["what"]) for each in done) == expected


def test_no_account_was_called_faster_than_it_may_be(asked):
    second = timedelta(seconds=1)
    for account, times in calls_by_account(asked).items():
        for first, next_but_four in zip(times, times[fleet.CALLS_PER_SECOND :], strict=False):
            assert next_but_four - first >= second, account
    assert not [call for call in asked.sandbox.calls(asked.proved_by_call) if call["status"] == 429]


def test_one_call_at_a_time_is_under_way_per_account(asked):
    """The sandbox holds each call for its latency, so calls that began closer to each other were under way at once."""
    held = timedelta(milliseconds=fleet.LATENCY_MS)
    for account, times in calls_by_account(asked).items():
        assert all(later - earlier >= held for earlier, later in pairwise(times)), account


def test_an_account_of_two_organizations_has_one_lane(asked):
    shared = asked.configurations().filter(name="Account 0")
    assert shared.count() == len(fleet.ORGANIZATIONS)
    assert len(set(shared.values_list("lane", flat=True))) == 1


def test_both_workers_had_a_share_of_the_work(asked):
    assert all("extensions.run_lane" in asked.log(name) for name in WORKERS)


def test_both_beats_sweep(asked):
    wait_for(lambda: all("Sending due task sweep" in asked.log(name) for name in BEATS))
