"""The list of an account's SIMs, page by page, and of those that changed."""

from datetime import UTC, datetime

import pytest
from orange_spec import OTHER, SERIAL, D, V, answer, entry, listed

from extensions.core.contract import BadResponse
from extensions.orange.provider import Orange
from extensions.sims.contract import Part

CARRIER = Orange()


def ranges(orange) -> list[tuple[str, str]]:
    return [(each.find(f"{D}rangeStart").text, each.find(f"{D}rangeSize").text) for each in orange.asked]


def pages(context, since=None):
    cursor, found_pages = None, []
    while True:
        found_pages.append(CARRIER.inventory(context, since, cursor))
        cursor = found_pages[-1].next
        if cursor is None:
            return found_pages


def test_the_list_is_read_in_pages_of_a_hundred(context, orange):
    serials = [f"{number:013}" for number in range(230)]
    chunks = [serials[start : start + 100] for start in (0, 100, 200)]
    orange.says(*(listed(*map(entry, chunk), total=230) for chunk in chunks))
    assert [subject for page in pages(context) for subject in page.subjects] == serials
    assert ranges(orange) == [("0", "100"), ("100", "100"), ("200", "100")]
    asked = orange.asked[0]
    assert [each.tag for each in asked] == [
        f"{D}{name}" for name in ("searchCriterion", "rangeSize", "rangeStart", "sortCriterion")
    ]
    assert [(each.tag, each.text) for each in asked.find(f"{D}sortCriterion")] == [
        (f"{D}order", "ASC"),
        (f"{D}attribute", "SIM_SSN"),
    ]
    assert asked.tag == f"{V}searchInConnectivityDirectory"


def test_the_list_says_states_and_the_carriers_clock_and_nothing_of_location(context, orange):
    orange.says(listed(entry(status="SLEEPING"), total=1))
    [page] = pages(context)
    [record] = page.records
    assert (record.subject, record.state, record.parts) == (SERIAL, "Sleeping", {Part.STATE})
    assert page.as_of == datetime(2017, 3, 15, 10, tzinfo=UTC)


def test_without_a_tracking_header_the_clock_is_that_of_http(context, orange):
    reply = listed(entry(), total=1)
    bare = reply[: reply.index("<soap:Header>")] + reply[reply.index("<soap:Body>") :]
    orange.says(bare)
    [page] = pages(context)
    assert page.as_of.tzinfo


def test_what_changed_since_is_asked_for_by_the_date_of_the_change(context, orange):
    orange.says(listed(total=0))
    [page] = pages(context, datetime(2017, 3, 14, 23, 30, tzinfo=UTC))
    assert page.subjects == []
    [asked] = orange.asked
    assert asked.find(f"{D}searchCriterion/{D}simStatusChangeMinDate").text == "2017-03-15T00:30:00.000+01:00"


@pytest.mark.parametrize("total", [None, 10**12])
def test_a_list_without_a_usable_total_ends_with_a_page_that_is_not_full(context, orange, total):
    full = [entry(f"{number:013}") for number in range(100)]
    orange.says(listed(*full, total=total), listed(entry("0000000000999"), total=total))
    assert len(pages(context)) == 2


def test_a_total_that_is_never_reached_ends_with_an_empty_page(context, orange):
    orange.says(listed(entry(), total=500), listed(total=500))
    assert len(pages(context)) == 2


def hits(orange, serials, ceiling, find="simSerialNumber"):
    """What a service answers that counts no more than so many hits; the last request is the one that it answers."""

    def reply():
        asked = orange.asked[-1]
        prefix = asked.findtext(f"{D}searchCriterion/{D}{find}") or ""
        start = int(asked.findtext(f"{D}rangeStart"))
        mine = sorted(serial for serial in serials if serial.startswith(prefix))
        shown = map(entry, mine[:ceiling][start : start + 100])
        return answer(listed(*shown, total=min(len(mine), ceiling), exceeded=len(mine) > ceiling))

    return reply


def test_an_account_with_more_sims_than_a_search_counts_is_listed_whole(context, orange):
    serials = [f"99{number:011}" for number in (*range(150), *range(1000, 1190), 5_000_000, 99_999_999_999)]
    orange.answers = [hits(orange, serials, ceiling=120)]
    found_pages = pages(context)
    assert [subject for page in found_pages for subject in page.subjects] == serials
    # Nine more for each digit that all of them have in common, at most.
    assert len(found_pages) < 120
    places = [page.next for page in found_pages if page.next]
    assert len({str(place) for place in places}) == len(places)


def test_the_check_says_that_there_are_more_than_are_counted(context, orange):
    orange.says(listed(entry(), total=10_000, exceeded=True))
    assert "more than 10,000 SIMs" in CARRIER.check(context).sentence


def test_one_sim_without_its_number_is_left_out_and_a_list_of_such_is_no_answer(context, orange):
    orange.says(listed(entry(""), entry(OTHER), total=2))
    [page] = pages(context)
    assert page.subjects == [OTHER]
    orange.says(listed(entry("x"), total=1))
    with pytest.raises(BadResponse):
        pages(context)
