"""The client at the sandbox, which was written without knowing it."""

from collections.abc import Iterator

import pytest

from extensions.core.contract import Context, QuotaSpent
from extensions.orange.provider import Orange
from extensions.orange.sandbox import RunningSandbox, running, seed_default
from extensions.orange.sandbox.numbers import make_ssn
from extensions.orange.sandbox.offer import settings
from extensions.orange.sandbox.seed import NORTH_SIMS
from extensions.sims.contract import EVERY_PART

CARRIER = Orange()
ALL = [make_ssn(number) for number in range(1, NORTH_SIMS + 1)]


@pytest.fixture
def sandbox(tmp_path) -> Iterator[RunningSandbox]:
    with running(tmp_path) as started:
        seed_default(started.state)
        started.state.change_settings(rate_limit=0)
        yield started


@pytest.fixture
def account(reach, sandbox) -> Context:
    return reach(**settings(sandbox.url))


def listed(account: Context) -> list[str]:
    cursor, subjects = None, []
    while True:
        page = CARRIER.inventory(account, None, cursor)
        subjects += page.subjects
        cursor = page.next
        if cursor is None:
            return subjects


@pytest.mark.parametrize("most", [10_000, 120, 100])
def test_every_sim_is_listed_once_however_many_a_search_counts(account, sandbox, most):
    sandbox.state.change_settings(most_results=most)
    assert listed(account) == ALL


def test_a_hundred_sims_of_which_one_is_not_in_this_account(account):
    asked = [*ALL[:99], make_ssn(999_999)]
    assert set(CARRIER.refresh(account, asked, EVERY_PART)) == set(ALL[:99])


def test_older_versions_and_replies_without_tracking_are_read(account, sandbox):
    newest = CARRIER.refresh(account, ALL[:5], EVERY_PART)
    sandbox.state.change_settings(api_version="1.13", tracking=False)
    assert CARRIER.refresh(account, ALL[:5], EVERY_PART) == newest


def test_a_spent_quota_says_until_when(account, sandbox):
    sandbox.state.set_used("CEN-NORTH", "ConnectivityDirectory-1")
    with pytest.raises(QuotaSpent) as caught:
        CARRIER.record(account, ALL[0])
    assert caught.value.code == "MLM_QUOTA_EXCEEDED"
