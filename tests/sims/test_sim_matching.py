"""Whichever way SIMs are found, the same are found; and on SQLite the way never sorts or scans a whole table."""

import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extensions.sims import numbers, queries, tallies
from extensions.sims.inventory import filters
from extensions.sims.inventory.listing import rows_of
from extensions.sims.models import Sim
from iotdash.lib.lists import Count, Question, finding
from tests.benchmarks import fleet as fleets
from tests.benchmarks.list_cases import Case
from tests.benchmarks.lists import SIMS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

URL = "/abc123/sims/"
SIZE = 300


@pytest.fixture
def fleet(organization):
    """The benchmarks' fleet, small."""
    fleets.seed(organization, SIZE)
    return organization


@pytest.fixture
def configs(fleet):
    return list(queries.configurations(fleet))


def every_condition(organization, configs):
    for case in SIMS.filtered(organization):
        ((name, value),) = case.query.items()
        if name in filters._CONDITIONS:
            yield case.name, filters._CONDITIONS[name](configs, value)
    for text in SIMS.texts.values():
        found = filters.search(configs, text, (*numbers.MASKED, *numbers.OPEN))
        yield from ((f"search {text}", condition) for condition in found)


def test_every_condition_means_the_same_sims_in_each_of_its_ways(fleet, configs):
    ours, sizes = Sim.objects.filter(config__in=configs), []
    for name, condition in every_condition(fleet, configs):
        found = set(condition.found.values_list("pk", flat=True))
        for where in (condition.where, condition.walked):
            assert set(ours.filter(where).values_list("pk", flat=True)) == found, name
        assert condition.count() == Count(len(found), exact=True), name
        sizes.append(len(found))
    assert len(sizes) > 40
    assert sum(0 < size < SIZE for size in sizes) > 15


def test_stretches_are_all_sims_each_once(fleet, configs):
    rows = rows_of(configs)
    stretches = [set(each.values_list("pk", flat=True)) for each in rows.walked(Question())]
    assert len(stretches) == 3
    assert sum(map(len, stretches)) == rows.meeting([]).count() == Sim.objects.count()


def shown(client, query: str) -> tuple[list[str], str]:
    context = client.get(f"{URL}?size=100&{query}").context
    return [row["sim"].subject for row in context["rows"]], str(context["count"])


PARTS = (
    *("", "q=8901", "q=00101", "q=zzz", "state=Activated", "linked=no"),
    *("usage=none", "age=day", "known=yes", "sort=-data"),
)


@pytest.mark.slow
def test_few_and_many_are_found_alike(fleet, owner_client, monkeypatch):
    for one, other in itertools.combinations(PARTS, 2):
        if one.partition("=")[0] == other.partition("=")[0]:
            continue
        answers = []
        for few in (SIZE, 40, 0):
            monkeypatch.setattr(finding, "FEW", few)
            answers.append(shown(owner_client, f"{one}&{other}"))
        assert answers[0] == answers[1] == answers[2], (one, other)


@pytest.mark.slow
def test_many_are_met_by_walking_an_index_and_never_sorted(fleet, owner_client, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite, which is the same for any number of rows")
    monkeypatch.setattr(finding, "FEW", 0)
    asked_for = [*SIMS.filtered(fleet), *SIMS.searches()]
    by_usage = [case + Case(SIMS, "most data", {"sort": "-data"}) for case in asked_for]
    for case in [*SIMS.sorts(fleet), *asked_for, *by_usage]:
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get(URL, case.query).status_code == 200
        for query in asked:
            if is_walked(query["sql"]):
                plan = plan_of(query["sql"])
                assert "SCAN sims_sim" not in plan, (case.name, plan)
                assert "TEMP B-TREE FOR ORDER BY" not in plan, (case.name, query["sql"], plan)


TOGETHER = (
    "usage=1-10&age=day",
    "state=Activated&age=older",
    "linked=no&known=yes",
    "q=3549&linked=yes",
    "q=8&age=day",
)


@pytest.mark.parametrize("query", TOGETHER)
def test_what_is_asked_together_is_counted_without_reading_any_row(fleet, owner_client, monkeypatch, query):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite, which is the same for any number of rows")
    monkeypatch.setattr(finding, "FEW", 0)
    # As where a search finds more than are counted.
    monkeypatch.setattr(finding, "_among", lambda search: search.scanned)
    with CaptureQueriesContext(connection) as asked:
        assert owner_client.get(f"{URL}?{query}").status_code == 200
    counts = [each["sql"] for each in asked if "COUNT(*) FROM (SELECT" in each["sql"] and "CASE WHEN" in each["sql"]]
    assert counts
    for sql in counts:
        assert "USING COVERING INDEX" in plan_of(sql), (sql, plan_of(sql))


def test_all_sims_are_counted_by_state_and_plan_without_reading_or_sorting_any(fleet, configs):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite, which is the same for any number of rows")
    with CaptureQueriesContext(connection) as asked:
        tallies.counted(configs)
    plan = plan_of(next(each["sql"] for each in asked if "GROUP BY" in each["sql"]))
    assert "USING COVERING INDEX sim_by_all_asked" in plan
    assert "TEMP B-TREE" not in plan


def is_walked(sql: str) -> bool:
    """But for what is looked up by keys, and for SIMs of some usage among those of unknown usage: there are none."""
    nothing = '"ctd_data_bytes" IS NULL' in sql and re.search('"ctd_data_bytes" [<>]', sql)
    return ' FROM "sims_sim" ' in sql and '"sims_sim"."id" IN (' not in sql and not nothing


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " · ".join(row[3] for row in cursor.fetchall())


@pytest.mark.parametrize(("query", "number"), [("age=never", "7"), ("plan=(unknown)", "15")])
def test_accounts_that_have_nothing_of_what_is_asked_are_not_walked(fleet, owner_client, monkeypatch, query, number):
    monkeypatch.setattr(finding, "FEW", 0)
    with CaptureQueriesContext(connection) as asked:
        assert shown(owner_client, f"{query}&sort=-data")[1] == number
    assert len([query for query in asked if "ORDER BY" in query["sql"] and "CASE WHEN" in query["sql"]]) == 2
