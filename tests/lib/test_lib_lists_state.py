import contextlib

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib.lists import BadListQuery, Column, Filter, ListState, in_words

COLUMNS = (
    Column("name", "Name", sortable=True),
    Column("seen", "Last seen", sortable=True, order_by="seen_at"),
    Column("serial", "Serial number", default=False),
)
FILTERS = (
    Filter("type", "Type"),
    Filter("state", "State", choices=(("on", "On"), ("off", "Off")), many=True),
)


def state(query="", **kwargs):
    return ListState.from_query(QueryDict(query), COLUMNS, FILTERS, default_sort="name", **kwargs)


def test_an_empty_query_has_the_defaults():
    plain = state()
    assert (plain.search, plain.filters, plain.sort, plain.cursor, plain.size) == ("", {}, "name", "", 50)
    assert plain.columns == ("name", "seen")
    assert plain.query() == "?"


def test_everything_is_read_from_the_query():
    full = state("q=abc+&type=meter&state=on&state=off&sort=-seen&columns=serial,name&cursor=xyz&size=100")
    assert full.search == "abc"
    assert full.filters == {"type": ("meter",), "state": ("on", "off")}
    assert (full.sort, full.order_by, full.cursor, full.size) == ("-seen", "-seen_at", "xyz", 100)
    assert [column.label for column in full.shown] == ["Name", "Serial number"]
    assert full.value("type") == "meter"
    assert full.value("gone") == ""


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=2", "page"),
        ("state=broken", "broken"),
        ("sort=serial", "serial"),
        ("sort=--name", "-name"),
        ("sort=password", "password"),
        ("columns=name,gone", "gone"),
        ("size=7", "7"),
        ("size=x", "x"),
        ("type=a&type=b", "more than once"),
        ("q=a&q=b", "more than once"),
        ("q=a%00", "character"),
        ("type=a%00", "character"),
        ("state=%00", "State"),
        ("q=" + "x" * 201, "200"),
    ],
)
def test_what_the_list_does_not_have_is_refused_by_name(query, words):
    with pytest.raises(BadListQuery, match=words):
        state(query)


def test_parameters_of_others_pass():
    assert state("tab=a", extra=("tab",)).query() == "?"


def test_a_link_changes_one_thing_keeps_the_rest_and_goes_to_page_one():
    here = state("q=a&type=meter&sort=-seen&cursor=xyz")
    assert here.query() == "?q=a&type=meter&sort=-seen"
    assert here.query(cursor="next") == "?q=a&type=meter&sort=-seen&cursor=next"
    assert here.query(type=None) == "?q=a&sort=-seen"
    assert here.query(state=["on", "off"]) == "?q=a&type=meter&state=on&state=off&sort=-seen"
    assert here.query(search="", sort="name") == "?type=meter"
    assert here.query(columns=["name"], size=25).endswith("&columns=name&size=25")
    assert here.query(columns=None) == "?q=a&type=meter&sort=-seen"
    assert here.parameters() == [("q", "a"), ("type", "meter"), ("sort", "-seen")]


def test_a_heading_sorts_and_turns_around():
    assert state().sort_query("name") == "?sort=-name"
    assert state("sort=-name").sort_query("name") == "?"
    assert state().sort_query("seen") == "?sort=seen"


def test_a_link_to_an_unknown_filter_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="gone"):
        state().query(gone="x")


chosen = st.fixed_dictionaries(
    {},
    optional={
        "search": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20).map(
            str.strip
        ),
        "type": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1),
        "state": st.lists(st.sampled_from(["on", "off"]), unique=True),
        "sort": st.sampled_from(["name", "-name", "seen", "-seen"]),
        "columns": st.sampled_from([("name",), ("name", "serial"), ("seen",), None]),
        "size": st.sampled_from([25, 50, 100]),
        "cursor": st.text("abc-_", max_size=5),
    },
)


@given(chosen)
def test_every_link_leads_to_the_state_it_was_made_for(changes):
    query = state().query(**changes)
    assert state(query[1:]).query(cursor=changes.get("cursor", "")) == query


@given(st.text(max_size=60))
def test_any_query_is_read_or_refused(text):
    with contextlib.suppress(BadListQuery):
        state(text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("size=25&sort=-name&columns=name", ""),
        ("state=Test+Ready&rate_plan=Small%26more&size=25", "state: Test Ready, rate plan: Small&more"),
        ("q=8988&state=Activated", "a search, state: Activated"),
    ],
)
def test_what_a_query_asks_is_said_in_words(query, words):
    assert in_words(query) == words
