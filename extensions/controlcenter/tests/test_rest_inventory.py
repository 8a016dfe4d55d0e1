"""The list of SIMs over REST: §6.3 of the specification."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_spec import API, CTD_JSON, CTD_USAGES, DETAILS_JSON, DEVICE, HTML_502, ICCID, error_json
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler

from extensions.controlcenter import rest_inventory, rest_sims
from extensions.controlcenter.dates import http_date
from extensions.core.contract import BadResponse, Refused, Throttled
from extensions.sims.contract import EVERY_PART, Part, SimRecord

SEARCH = f"{API}/devices"
SEARCH_JSON = """
{"pageNumber": 1,
 "devices": [{"iccid": "8988200000000000014", "status": "ACTIVATED",
              "ratePlan": "EU 5MB", "communicationPlan": "Data LTE SMS MT/MO"}],
 "lastPage": true}
"""
DATE = "Wed, 15 Mar 2017 10:00:07 GMT"
DATE_INSTANT = datetime(2017, 3, 15, 10, 0, 7, tzinfo=UTC)


def numbered(number: int) -> dict:
    return {**json.loads(SEARCH_JSON)["devices"][0], "iccid": f"89882000000000{number:05}"}


def serve(httpserver, content: str, status: int = 200) -> None:
    answer = httpserver.expect_request(SEARCH, method="GET")
    answer.respond_with_data(content, status=status, content_type="application/json")


def serve_by(httpserver, answer) -> None:
    def handle(request: Request) -> Response:
        status, body = answer(request.args)
        return Response(json.dumps(body), status=status, content_type="application/json")

    httpserver.expect_request(SEARCH, method="GET").respond_with_handler(handle)


def asked(httpserver) -> list[dict]:
    return [request.args.to_dict() for request, _ in httpserver.log]


def test_a_listed_sim_has_its_state_and_nothing_else(httpserver, context, monkeypatch):
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda handler: DATE)
    serve(httpserver, SEARCH_JSON)
    page = rest_inventory.page(context, None, None)
    assert page.records == [
        SimRecord(
            ICCID,
            state="Activated",
            rate_plan="EU 5MB",
            communication_plan="Data LTE SMS MT/MO",
            parts=frozenset({Part.STATE}),
        )
    ]
    assert (page.next, page.named, page.as_of) == (None, (), DATE_INSTANT)


def test_all_sims_are_asked_for_in_one_window_without_an_end(httpserver, context):
    serve(httpserver, SEARCH_JSON)
    rest_inventory.page(context, None, None)
    assert asked(httpserver) == [{"modifiedSince": "2002-01-01T00:00:00Z", "pageSize": "50", "pageNumber": "1"}]


def test_changes_are_asked_for_by_the_second(httpserver, context):
    serve(httpserver, SEARCH_JSON)
    rest_inventory.page(context, datetime(2017, 3, 15, 9, 40, 12, 999_000, UTC), None)
    assert asked(httpserver)[0]["modifiedSince"] == "2017-03-15T09:40:12Z"


def test_pages_are_asked_for_until_the_last_whatever_their_length(httpserver, context):
    lengths = {1: 50, 2: 3, 3: 50, 4: 1}

    def answer(args):
        number = int(args["pageNumber"])
        devices = [numbered(number * 100 + index) for index in range(lengths[number])]
        return 200, {"pageNumber": number, "devices": devices, "lastPage": number == 4}

    serve_by(httpserver, answer)
    cursor, found = None, []
    for _ in range(4):
        page = rest_inventory.page(context, None, cursor)
        found += page.subjects
        cursor = page.next and json.loads(json.dumps(page.next))
    assert cursor is None
    assert len(set(found)) == sum(lengths.values())


def test_a_page_behind_the_end_is_the_last_although_it_does_not_say_so(httpserver, context):
    serve(httpserver, '{"pageNumber": 9, "devices": [], "lastPage": false}')
    cursor = {"since": "2002-01-01T00:00:00Z", "till": None, "page": 9}
    assert rest_inventory.page(context, None, cursor).next is None


def test_a_server_that_looks_at_one_year_without_a_word_is_asked_year_by_year(httpserver, context):
    def answer(args):
        year = datetime.fromisoformat(args["modifiedSince"]).year
        return 200, {"pageNumber": 1, "devices": [numbered(year)] if year > 2010 else [], "lastPage": True}

    serve_by(httpserver, answer)
    cursor, found, calls = None, [], 0
    while cursor or not calls:
        page = rest_inventory.page(context, None, cursor)
        found, cursor, calls = found + page.subjects, page.next, calls + 1
    assert len(found) == 6
    assert calls == 17


def test_no_changes_are_no_changes(httpserver, context):
    serve(httpserver, '{"pageNumber": 1, "devices": [], "lastPage": true}')
    assert rest_inventory.page(context, DATE_INSTANT, None).next is None


def test_one_entry_without_a_number_does_not_keep_the_others_from_being_known(httpserver, context):
    devices = [{**numbered(1), "iccid": bad} for bad in ("no number", None, "8" * 41)] + [numbered(2)]
    serve(httpserver, json.dumps({"pageNumber": 1, "devices": devices, "lastPage": True}))
    assert rest_inventory.page(context, None, None).subjects == ["8988200000000000002"]


def test_an_entry_without_a_status_says_nothing_of_the_state(httpserver, context):
    serve(httpserver, json.dumps({"devices": [{"iccid": ICCID}], "lastPage": True}))
    assert rest_inventory.page(context, None, None).records[0].parts == frozenset()


def test_a_server_that_takes_a_year_at_most_is_asked_year_by_year(httpserver, context):
    def answer(args):
        since = datetime.fromisoformat(args["modifiedSince"])
        till = datetime.fromisoformat(args.get("modifiedTill", "2017-03-15T10:00:00Z"))
        if (till - since).days > 365:
            return 400, error_json("10000027", "The window is too wide")
        windows.append((since, till))
        return 200, {"pageNumber": 1, "devices": [numbered(len(windows))], "lastPage": True}

    windows: list[tuple] = []
    serve_by(httpserver, answer)
    cursor, found = None, []
    for _ in range(30):
        page = rest_inventory.page(context, None, cursor)
        found += page.subjects
        cursor = page.next
        if cursor is None:
            break
    assert windows[0][0] == datetime(2002, 1, 1, tzinfo=UTC)
    assert windows[-1][1] == datetime(2017, 3, 15, 10, tzinfo=UTC)
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    assert len(found) == len(windows) == 16
    assert "modifiedTill" not in asked(httpserver)[-1]


def test_a_date_that_is_refused_although_the_window_is_narrow_is_an_error(httpserver, context):
    serve(httpserver, json.dumps(error_json("10000027")), status=400)
    with pytest.raises(Refused):
        rest_inventory.page(context, datetime(2017, 3, 15, tzinfo=UTC), None)


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '{"devices": null, "lastPage": true}',
        '{"devices": {"iccid": "1"}, "lastPage": true}',
        '{"devices": ["8988200000000000014"], "lastPage": true}',
        '{"devices": [{"status": "ACTIVATED"}], "lastPage": true}',
        '{"devices": [{"iccid": "no number"}], "lastPage": true}',
        HTML_502,
    ],
)
def test_a_page_that_makes_no_sense_is_no_page(httpserver, context, content):
    serve(httpserver, content)
    with pytest.raises(BadResponse):
        rest_inventory.page(context, None, None)


def test_throttling_is_told_as_such(httpserver, context):
    serve(httpserver, json.dumps(error_json("40000029")), status=429)
    with pytest.raises(Throttled):
        rest_inventory.page(context, None, None)


# --- Single SIMs -----------------------------------------------------------------------------------------------------


def test_usage_alone_costs_one_call_and_leaves_details_alone(httpserver, context):
    httpserver.expect_request(CTD_USAGES).respond_with_data(CTD_JSON)
    found = rest_sims.refresh(context, [ICCID], frozenset({Part.USAGE}))[ICCID]
    assert (found.ctd_data_bytes, found.ctd_sms, found.state, found.rate_plan) == (12944691, 3, "Activated", "EU 5MB")
    assert found.parts == {Part.STATE, Part.USAGE}
    assert len(httpserver.log) == 1


def test_usage_without_a_status_does_not_say_that_the_state_is_unknown(httpserver, context):
    httpserver.expect_request(CTD_USAGES).respond_with_json({"iccid": ICCID, "ctdDataUsage": 5})
    assert rest_sims.refresh(context, [ICCID], frozenset({Part.USAGE}))[ICCID].parts == {Part.USAGE}


def test_details_and_usage_cost_two_calls(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_data(CTD_JSON)
    found = rest_sims.refresh(context, [ICCID], EVERY_PART)
    assert found == {ICCID: rest_sims.record(context, ICCID)}
    assert found[ICCID].parts == EVERY_PART


def test_usage_that_may_not_be_read_is_not_said_to_be_unknown(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_json(error_json("10000030"), status=400)
    assert rest_sims.record(context, ICCID).parts == EVERY_PART - {Part.USAGE}


def test_a_sim_of_nobody_is_absent(httpserver, context):
    httpserver.expect_request(CTD_USAGES).respond_with_json(error_json("20000001"), status=404)
    assert rest_sims.refresh(context, [ICCID], frozenset({Part.USAGE})) == {}


# --- The server's clock ----------------------------------------------------------------------------------------------


def test_the_date_of_an_answer_is_read_and_what_is_none_is_not():
    assert http_date(DATE) == DATE_INSTANT
    assert http_date("Wed, 15 Mar 2017 11:00:07 +0100") == DATE_INSTANT
    assert [http_date(value) for value in (None, "", "yesterday", "Wed, 45 Mar 2017 10:00:07 GMT")] == [None] * 4


@given(st.text() | st.from_regex(r"Wed, \d{1,3} Mar \d{1,5} \d\d:\d\d:\d\d ([+-]\d{1,5}|GMT)", fullmatch=True))
def test_no_date_breaks_anything(text):
    found = http_date(text)
    assert found is None or found.tzinfo is UTC
