"""searchInConnectivityDirectory: criteria, ranges, sorts (specification 11.3)."""

import pytest
from orange_sandbox_client import envelope, tags

ACTIVE, SLEEPING, SUSPENDED, FRESH, ENDED = (
    *("9900000000010", "9900000000028", "9900000000036", "9900000000044", "9900000000051"),
)
ALL = [ACTIVE, SLEEPING, SUSPENDED, FRESH, ENDED]


def ranged(size=100, start=None, *sorts):
    more = "" if start is None else tags("d", {"rangeStart": start})
    listed = "".join(
        f"<d:sortCriterion>{tags('d', {'order': order, 'attribute': attribute})}</d:sortCriterion>"
        for order, attribute in sorts
    )
    return tags("d", {"rangeSize": size}) + more + listed


def found(malima, criterion="", rest=None):
    answered = malima.search(criterion, ranged() if rest is None else rest)
    assert answered.fault == ("", "")
    return list(answered.entries)


def test_no_criterion_finds_every_line_of_the_customer(malima):
    answered = malima.search()
    assert list(answered.entries) == ALL
    assert answered.texts("d:totalResultsNumber") == ["5"]
    assert answered.texts("d:resultsNumberExceeded") == ["false"]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ({"simSerialNumber": "99000000000"}, ALL),
        ({"simSerialNumber": "990000000001"}, [ACTIVE]),
        ({"simSerialNumber": "00000"}, []),
        ({"simStatus": "SUSPENDED"}, [SUSPENDED]),
        ({"iccid": "89330199000000000120"}, [ACTIVE]),
        ({"imsi": "208010000000001"}, [ACTIVE]),
        ({"simStatusChangeMinDate": "2017-02-15T00:00:00Z"}, [SLEEPING]),
        ({"simStatusChangeMaxDate": "2017-02-15T00:00:00Z"}, [ACTIVE, SUSPENDED, FRESH, ENDED]),
        ({"simStatusChangeMinDate": "2017-03-01T01:00:00+01:00"}, [SLEEPING]),
        ({"simStatusRefreshMinDate": "2017-03-15T03:10:00Z"}, ALL),
        ({"simStatusRefreshMinDate": "2017-03-15T03:10:01Z"}, []),
        ({"simStatusRefreshMaxDate": "2017-03-15T03:09:59Z"}, []),
        ({"simSerialNumber": "99", "simStatus": "ACTIVATED", "iccid": "1"}, []),
    ],
)
def test_criteria(malima, criterion, expected):
    assert found(malima, tags("d", criterion)) == expected


def test_several_statuses(malima):
    assert found(malima, "<d:simStatus>SLEEPING</d:simStatus><d:simStatus>CANCELLED</d:simStatus>") == [SLEEPING, ENDED]


def test_a_prefix_is_no_pattern(malima):
    assert found(malima, tags("d", {"simSerialNumber": "%"})) == []


def test_ranges_cover_all_and_overlap_nowhere(malima):
    pages = [malima.search("", ranged(2, start)) for start in (0, 2, 4, 6)]
    assert [list(page.entries) for page in pages] == [ALL[:2], ALL[2:4], ALL[4:], []]
    assert {page.texts("d:totalResultsNumber")[0] for page in pages} == {"5"}


@pytest.mark.parametrize(
    ("size", "start", "code"),
    [(0, None, "SIZE"), (101, None, "SIZE"), (-1, 0, "SIZE"), (1, -1, "START")],
)
def test_ranges_that_cannot_be(malima, size, start, code):
    assert malima.search("", ranged(size, start)).fault == ("MalimaError", f"INVALID_RANGE_{code}")
    assert found(malima, "", ranged(1)) == [ACTIVE]


@pytest.mark.parametrize(
    ("sorts", "expected"),
    [
        ([("DESC", "SIM_SSN")], ALL[::-1]),
        ([("ASC", "SIM_STATUS")], [ACTIVE, ENDED, FRESH, SLEEPING, SUSPENDED]),
        ([("DESC", "STATUS_CHANGE_DATE"), ("DESC", "SIM_SSN")], [SLEEPING, ENDED, FRESH, SUSPENDED, ACTIVE]),
    ],
)
def test_sorts(malima, sorts, expected):
    assert found(malima, "", ranged(100, None, *sorts)) == expected


@pytest.mark.parametrize(
    "sorts",
    [[("ASC", "SIM_SSN")] * 3, [("UP", "SIM_SSN")], [("ASC", "PUK1")]],
)
def test_sorts_that_cannot_be(malima, sorts):
    refused = ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")
    assert malima.search("", ranged(10, None, *sorts)).fault == refused


def test_a_least_date_after_the_most(malima):
    dates = {"simStatusChangeMinDate": "2017-03-02T00:00:00Z", "simStatusChangeMaxDate": "2017-03-01T00:00:00Z"}
    assert malima.search(tags("d", dates)).fault[0] == "InvalidParameterError"


def test_more_hits_than_are_counted(malima, controls):
    controls.post("settings", most_results=3)
    answered = malima.search("", ranged(2, 2))
    assert list(answered.entries) == ALL[2:3]
    assert answered.texts("d:totalResultsNumber") == ["3"]
    assert answered.texts("d:resultsNumberExceeded") == ["true"]


def test_flags_hold_for_hits_too(malima):
    answered = malima.search("", ranged(1) + tags("d", {"showDeviceInfo": "true", "showIccid": "true"}))
    assert answered.texts(".//d:iccid") == ["89330199000000000120"]
    assert len(answered.texts(".//d:geographicPosition")) == 1


def test_the_order_of_criteria_is_kept(malima):
    turned = tags("d", {"simStatus": "ACTIVATED", "simSerialNumber": "99"})
    assert malima.search(turned).fault == ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")


def test_a_search_needs_its_criterion_and_range(malima):
    for inner in ("<d:rangeSize>1</d:rangeSize>", "<d:searchCriterion/>"):
        body = envelope(f"<v:searchInConnectivityDirectory>{inner}</v:searchInConnectivityDirectory>")
        assert "REQ.SCHEMA_VALIDATION_ERROR" in malima.post(body).text


def test_others_do_not_find_them(as_login):
    assert as_login("other").search().texts("d:totalResultsNumber") == ["1"]
