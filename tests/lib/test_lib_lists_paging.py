import base64
import contextlib
import datetime as dt
import json
import random

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib.lists import BadListQuery, Count, Parts, bounded_count, page, paging

pytestmark = pytest.mark.slow

with isolate_apps("iotdash.lib"):

    class Kind(models.Model):
        title = models.CharField(max_length=20)

        class Meta:
            app_label = "lib"

    class Thing(models.Model):
        name = models.CharField(max_length=20)
        seen_at = models.DateTimeField(null=True)
        made_at = models.DateTimeField()
        amount = models.DecimalField(max_digits=8, decimal_places=3, null=True)
        rank = models.IntegerField()
        kind = models.ForeignKey(Kind, models.CASCADE, null=True)

        class Meta:
            app_label = "lib"
            indexes = [
                models.Index(fields=["name", "id"], name="thing_name"),
                models.Index(fields=["seen_at", "id"], name="thing_seen"),
            ]


ORDERS = ["name", "seen_at", "made_at", "amount", "rank", "kind__title", "id", "pk"]
DIRECTED = [*ORDERS, *(f"-{order}" for order in ORDERS)]


def make_things(count):
    chance = random.Random(7)
    kinds = [Kind.objects.create(title=title) for title in ("meter", "pump", "Ähre")]
    start = dt.datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)
    moment = lambda: start + dt.timedelta(microseconds=chance.randrange(40))  # noqa: E731
    Thing.objects.bulk_create(
        Thing(
            name=chance.choice(["a", "b", "B", "ä", "c'd", "", '"']),
            seen_at=chance.choice([None, moment()]),
            made_at=moment(),
            amount=chance.choice([None, chance.randrange(5) / 8]),
            rank=chance.randrange(-3, 3),
            kind=chance.choice([None, *kinds]),
        )
        for _ in range(count)
    )


@pytest.fixture
def things(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Kind)
        editor.create_model(Thing)
    make_things(47)
    yield Thing.objects.select_related("kind")
    with connection.schema_editor() as editor:
        editor.delete_model(Thing)
        editor.delete_model(Kind)


def walk(queryset, order_by, size, cursor="", forward=True, then=()):
    """All pages from `cursor` on, in reading direction."""
    pages = []
    while True:
        here = page(queryset, order_by=order_by, then=then, cursor=cursor, size=size)
        pages.append(here)
        cursor = here.next_cursor if forward else here.previous_cursor
        if not cursor:
            return pages


def in_order(queryset, order_by, then=()):
    """What the pages must hold, by the database's own ordering with nulls last."""
    name = order_by.removeprefix("-")
    field = models.F(name)
    down = order_by.startswith("-")
    first = field.desc(nulls_last=True) if down else field.asc(nulls_last=True)
    return list(queryset.order_by(first, *(f"-{each}" if down else each for each in (*then, "pk"))))


@pytest.mark.parametrize("order_by", DIRECTED)
@pytest.mark.parametrize("size", [5, 46, 47, 48])
def test_pages_hold_every_row_once_in_order_forth_and_back(things, order_by, size):
    pages = walk(things, order_by, size)
    assert [row for each in pages for row in each.rows] == in_order(things, order_by)
    assert all(len(each.rows) == size for each in pages[:-1])
    assert pages[0].previous_cursor == ""
    back = walk(things, order_by, size, pages[-1].previous_cursor, forward=False) if len(pages) > 1 else []
    assert [each.rows for each in reversed(back)] == [each.rows for each in pages[:-1]]
    assert all(each.next_cursor for each in back)


@pytest.mark.parametrize("order_by", DIRECTED)
@pytest.mark.parametrize("size", [5, 46])
def test_ties_are_broken_by_the_fields_that_follow(things, order_by, size):
    then = ("name", "rank")
    pages = walk(things, order_by, size, then=then)
    assert [row for each in pages for row in each.rows] == in_order(things, order_by, then)
    back = walk(things, order_by, size, pages[-1].previous_cursor, forward=False, then=then)
    assert [each.rows for each in reversed(back)] == [each.rows for each in pages[:-1]]


@pytest.mark.parametrize("order_by", DIRECTED)
@pytest.mark.parametrize("size", [4, 30])
def test_parts_are_read_as_one_list(things, order_by, size):
    each = [things.filter(rank__lt=1), things.filter(rank__gt=-2), things.filter(pk__in=[1, 5])]
    parts = Parts(each, things)
    pages = walk(parts, order_by, size, then=["name"])
    assert [row for each in pages for row in each.rows] == in_order(things, order_by, ["name"])
    back = walk(parts, order_by, size, pages[-1].previous_cursor, forward=False, then=["name"])
    assert [each.rows for each in reversed(back)] == [each.rows for each in pages[:-1]]


def test_a_cursor_of_an_order_with_other_ties_is_refused(things):
    cursor = page(things, order_by="name", size=10).next_cursor
    with pytest.raises(BadListQuery):
        page(things, order_by="name", then=["rank"], cursor=cursor, size=10)


def test_a_filter_stays_in_force(things):
    rows = [row for each in walk(things.filter(rank__gt=0), "-seen_at", 3) for row in each.rows]
    assert rows == in_order(things.filter(rank__gt=0), "-seen_at")


def test_rows_that_appear_before_the_cursor_do_not_shift_the_page(things):
    first = page(things, order_by="made_at", size=10)
    expected = page(things, order_by="made_at", cursor=first.next_cursor, size=10).rows
    Thing.objects.create(name="new", rank=0, made_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    assert page(things, order_by="made_at", cursor=first.next_cursor, size=10).rows == expected


def test_a_deleted_row_does_not_break_its_cursor(things):
    first = page(things, order_by="name", size=10)
    expected = page(things, order_by="name", cursor=first.next_cursor, size=10).rows
    first.rows[-1].delete()
    assert page(things, order_by="name", cursor=first.next_cursor, size=10).rows == expected


def test_an_empty_list_is_one_empty_page(things):
    empty = page(things.none(), order_by="name", size=10)
    assert (empty.rows, empty.next_cursor, empty.previous_cursor) == ([], "", "")


def test_a_page_costs_one_query_or_two_where_values_may_be_missing(things):
    for order_by, most in (("name", 1), ("-seen_at", 2), ("kind__title", 2)):
        for cursor in ("", page(things, order_by=order_by, size=20).next_cursor):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                [row.kind and row.kind.title for row in page(things, order_by=order_by, cursor=cursor, size=10).rows]
            assert len(queries) <= most
            assert not any("OFFSET" in query["sql"] for query in queries)


@pytest.mark.parametrize("order_by", ["name", "-name", "seen_at", "-seen_at"])
def test_a_later_page_walks_the_index_without_sorting(things, order_by):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite")
    cursor = page(things, order_by=order_by, size=10).next_cursor
    with CaptureQueriesContext(connection) as queries:
        page(Thing.objects.all(), order_by=order_by, cursor=cursor, size=10)
    with connection.cursor() as database:
        database.execute("EXPLAIN QUERY PLAN " + queries[0]["sql"])
        plan = " ".join(row[3] for row in database.fetchall())
    assert f"SEARCH lib_thing USING INDEX thing_{order_by.strip('-')[:4]}" in plan
    assert "TEMP B-TREE" not in plan


def encoded(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


BROKEN = [
    "x",
    "ä",
    "%%%",
    encoded("{}"),
    encoded("[" * 50_000),
    encoded([]),
    encoded(["-name", 1, "a", 1]),
    encoded(["name", 2, "a", 1]),
    encoded(["name", 1, None, 1]),
    encoded(["name", 1, "a", None]),
    encoded(["name", 1, "a", "x"]),
    encoded(["name", 1, "a", 10**30]),
    encoded(["name", 1, ["a"], 1]),
    encoded(["name", 1, "a\x00", 1]),
    encoded('["name",1,"\\ud800",1]'),
]


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_damaged_cursor_is_refused(things, cursor):
    with pytest.raises(BadListQuery, match="first page"):
        page(things, order_by="name", cursor=cursor, size=10)


@pytest.mark.parametrize("value", ["x", "0001-01-01T00:00:00+14:00", 5, True, "2026-99-01"])
def test_a_cursor_with_a_value_of_another_kind_is_refused(things, value):
    with pytest.raises(BadListQuery):
        page(things, order_by="made_at", cursor=encoded(["made_at", 1, value, 1]), size=10)


@given(st.text() | st.lists(st.none() | st.integers() | st.text() | st.floats() | st.just("name")).map(encoded))
def test_no_cursor_makes_it_fail_otherwise(cursor):
    with contextlib.suppress(BadListQuery):
        paging._decode(cursor, paging._order(Thing, "name", ["rank"]))


@pytest.mark.parametrize(
    ("limit", "count", "text"),
    [
        (50, Count(47, exact=True), "47"),
        (47, Count(47, exact=True), "47"),
        (40, Count(40, exact=False), "40+"),
    ],
)
def test_counting_stops_at_the_limit(things, limit, count, text):
    with CaptureQueriesContext(connection) as queries:
        assert bounded_count(things.order_by("name"), limit) == count
    assert str(count) == text
    assert len(queries) == 1
    assert "ORDER BY" not in queries[0]["sql"]


def test_great_counts_have_separators():
    assert str(Count(10_000, exact=False)) == "10,000+"
    assert str(Count(9_999, exact=True)) == "9,999"
