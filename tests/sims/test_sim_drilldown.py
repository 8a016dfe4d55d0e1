"""The drilldown of a device with a SIM, with every part that the page loads by itself, in few queries and no call."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.core.models import Operation, State
from extensions.sims import operations
from extensions.sims.contract import PlanList, SimRecord, UsageRecord
from extensions.sims.services import store_plans, store_record, store_usage
from tests.benchmarks import fragments

DEVICE = "/abc123/devices/pump/p1/"
MOST = 15


@pytest.fixture
def parts(reader_client, provider):
    """Loads the page and its parts; gives their texts and the queries that they took."""

    def get(url: str, **headers: str) -> str:
        response = reader_client.get(url, **headers)
        assert response.status_code == 200
        return response.content.decode()

    def load() -> tuple[list[str], list[str]]:
        provider.calls.clear()
        get(DEVICE)
        with CaptureQueriesContext(connection) as asked:
            texts = fragments.load(get, DEVICE)
        assert not provider.calls
        return texts, [query["sql"] for query in asked]

    return load


def operate(target, name: str, days_ago: int) -> None:
    spec = next(spec for spec in operations.of(target.manifest.provider, {}) if spec.id == name)
    at = timezone.now() - timedelta(days=days_ago)
    Operation.objects.create(
        organization=target.config.organization,
        config=target.config,
        subject=target.subject,
        operation_id=spec.id,
        kind=spec.kind,
        state=State.CONFIRMED,
        sentence=f"Said {days_ago} days ago.",
        asked_by="owner@example.com",
        asked_at=at,
        settled_at=at,
    )


def test_the_drilldown_with_every_part_costs_fifteen_queries_at_most(target, parts):
    now = timezone.now()
    store_record(target.config, SimRecord(target.subject, state="Activated"), now)
    for month in range(1, 13):
        store_usage(target.config, UsageRecord(target.subject, timezone.localdate().replace(month=month, day=1)), now)
    store_plans(target.config, PlanList(("Small", "Large")), now)
    for name in (operations.SMS, operations.STATUS, operations.RATE_PLAN):
        operate(target, name, 1)
    texts, asked = parts()
    assert len(texts) == 2
    assert "Activated" in texts[1]
    assert len(asked) == 14


def test_writes_that_many_reads_followed_are_still_shown(target, parts):
    store_plans(target.config, PlanList(("Small",)), timezone.now())
    operate(target, operations.SMS, 400)
    operate(target, operations.STATUS, 300)
    for day in range(30):
        operate(target, target.manifest.provider.overview, day)
    operate(target, operations.STATUS, 0)
    texts, asked = parts()
    assert "Said 400 days ago." in texts[1]
    assert "Said 0 days ago." in texts[1]
    assert "Said 300 days ago." not in texts[1]
    assert len(asked) <= MOST


def test_what_follows_from_nothing_known_costs_no_more(target, parts):
    texts, asked = parts()
    assert len(texts) == 2
    assert len(asked) <= MOST
