"""Reading SIMs: the requests are the specification's, and so are the replies."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from orange_spec import (
    GET_REPLY,
    GET_REQUEST,
    ICCID,
    OTHER,
    PUKS,
    SERIAL,
    C,
    D,
    V,
    answer,
    entry,
    found,
    listed,
    position,
)

from extensions.core.contract import BadResponse, NotFound
from extensions.orange.provider import Orange
from extensions.orange.soap import ENVELOPE, Link
from extensions.sims.contract import EVERY_PART, Part

CARRIER = Orange()


def canonical(xml: str | bytes) -> str:
    return ElementTree.canonicalize(xml, strip_text=True, rewrite_prefixes=True)


def test_the_request_is_that_of_the_specification(context, orange):
    orange.says(GET_REPLY)
    CARRIER.record(context, SERIAL)
    [request] = orange.requests
    assert canonical(request.get_data().decode()) == canonical(GET_REQUEST)
    assert request.headers["SOAPAction"] == '""'
    assert request.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert (request.authorization.username, request.authorization.password) == ("fleet-reader", "pass/word")


def test_the_reply_of_the_specification(context, orange):
    orange.says(GET_REPLY)
    record = CARRIER.record(context, SERIAL)
    assert (record.subject, record.state, record.iccid) == (SERIAL, "Activated", ICCID)
    assert record.state_changed_at == datetime(2017, 2, 1, 8, 30, tzinfo=UTC)
    assert record.state_refreshed_at == datetime(2017, 3, 15, 3, 10, tzinfo=UTC)
    assert (record.requested_state, record.state_requested_at) == (None, None)
    assert record.location_status == "Not located yet"
    assert record.parts == EVERY_PART - {Part.USAGE}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("PRE_ACTIVATED", "Pre-activated"),
        ("ACTIVATED_FOR_TEST", "Activated for test"),
        ("SLEEPING", "Sleeping"),
        ("ACTIVATED", "Activated"),
        ("SUSPENDED", "Suspended"),
        ("CANCELLED", "Cancelled"),
        ("HIBERNATING", "HIBERNATING"),
        ("", None),
    ],
)
def test_states_by_their_names_and_unknown_ones_as_they_are(context, orange, word, shown):
    orange.says(found(entry(status=word)))
    assert CARRIER.record(context, SERIAL).state == shown


def test_a_change_that_is_requested(context, orange):
    pending = """<ns3:requestedStatus>SUSPENDED</ns3:requestedStatus>
      <ns3:statusChangeRequestDate>2017-03-15T09:00:00.000+01:00</ns3:statusChangeRequestDate>"""
    orange.says(found(entry(sim=pending)))
    record = CARRIER.record(context, SERIAL)
    assert (record.state, record.requested_state) == ("Activated", "Suspended")
    assert record.state_requested_at == datetime(2017, 3, 15, 8, tzinfo=UTC)


def test_the_elements_of_version_1_18_between_the_known_ones(context, orange):
    reasons = """<ns3:statusReason>NETWORK</ns3:statusReason><ns3:suspensionReason>LOST</ns3:suspensionReason>
      <ns3:lastStatusChangeDate>2017-02-01T09:30:00.000+01:00</ns3:lastStatusChangeDate>"""
    orange.says(found(entry(sim=reasons)))
    assert CARRIER.record(context, SERIAL).state_changed_at == datetime(2017, 2, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (f"{position()}<ns4:deviceInfoCompatibility>010</ns4:deviceInfoCompatibility>", "Located"),
        ("<ns4:deviceInfoCompatibility>110</ns4:deviceInfoCompatibility>", "Not located yet"),
        ("<ns4:deviceInfoCompatibility>111</ns4:deviceInfoCompatibility>", "Not located yet"),
        ("<ns4:deviceInfoCompatibility>011</ns4:deviceInfoCompatibility>", "Not available in this SIM status"),
        ("<ns4:deviceInfoCompatibility>100</ns4:deviceInfoCompatibility>", "Not supported"),
        ("<ns4:deviceInfoCompatibility>000</ns4:deviceInfoCompatibility>", "Not supported"),
        ("<ns4:deviceInfoCompatibility/>", "Unknown"),
        ("<ns4:deviceInfoCompatibility>yes</ns4:deviceInfoCompatibility>", "Unknown"),
        ("", "Unknown"),
        ("<ns4:geographicPosition/>", "Unknown"),
        (position(latitude="91.0"), "Unknown"),
        (position(longitude="NaN"), "Unknown"),
    ],
)
def test_location_status(context, orange, more, status):
    orange.says(found(entry(more=more)))
    assert CARRIER.record(context, SERIAL).location_status == status


@pytest.mark.parametrize(
    ("unit", "accuracy"), [("METER", "500 m"), ("m", "500 m"), ("KM", "500 km"), ("MILE", "500 MILE")]
)
def test_a_position_has_a_date_and_an_accuracy(context, orange, unit, accuracy):
    orange.says(found(entry(more=position(unit=unit))))
    record = CARRIER.record(context, SERIAL)
    assert (record.latitude, record.longitude) == (48.85661, 2.35222)
    assert record.located_at == datetime(2017, 3, 14, 7, tzinfo=UTC)
    assert record.location_accuracy == accuracy


@pytest.mark.parametrize("date", ["", "yesterday", "2017-02-01T09:30:00", "0001-01-01T00:00:00+14:00"])
def test_a_date_that_says_no_instant_is_unknown(context, orange, date):
    orange.says(found(entry(sim=f"<ns3:lastStatusChangeDate>{date}</ns3:lastStatusChangeDate>")))
    assert CARRIER.record(context, SERIAL).state_changed_at is None


def test_an_unknown_sim_is_no_fault_and_not_in_this_account(context, orange):
    orange.says(found(unknown=[SERIAL]))
    with pytest.raises(NotFound):
        CARRIER.record(context, SERIAL)
    assert CARRIER.refresh(context, [SERIAL], EVERY_PART) == {}


def test_what_cannot_be_a_serial_number_is_not_sent(context, orange):
    with pytest.raises(NotFound):
        CARRIER.record(context, "89330199000000000120")
    assert CARRIER.refresh(context, ["<x/>", ""], EVERY_PART) == {}
    assert orange.requests == []


@pytest.mark.parametrize(
    "reply", [found(), found(unknown=[OTHER]), found(entry(OTHER)), found(entry("")), listed(entry(SERIAL), total=1)]
)
def test_an_answer_about_none_of_the_sims_takes_none_of_them_for_gone(context, orange, reply):
    orange.says(reply)
    with pytest.raises(BadResponse):
        CARRIER.record(context, SERIAL)
    with pytest.raises(BadResponse):
        CARRIER.refresh(context, [SERIAL], EVERY_PART)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("webservice.malima.francetelecom.com/v1", "webservice.malima.francetelecom.com/v2"),
        ("connectivityDirectory.types.malima", "other.types.malima"),
        ("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
    ],
)
def test_elements_of_another_namespace_are_no_answer(context, orange, right, wrong):
    assert right in found(entry())
    orange.says(found(entry()).replace(right, wrong))
    with pytest.raises(BadResponse):
        CARRIER.record(context, SERIAL)


def test_fields_that_are_nil_are_unknown(context, orange):
    nil = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"'
    dates = f"<ns3:lastStatusChangeDate {nil}/><ns3:requestedStatus {nil}>SUSPENDED</ns3:requestedStatus>"
    orange.says(found(entry(sim=dates, more=f"<ns4:geographicPosition {nil}/>")))
    record = CARRIER.record(context, SERIAL)
    assert (record.state_changed_at, record.requested_state, record.location_status) == (None, None, "Unknown")


def test_a_hundred_sims_cost_one_call_and_unknown_ones_are_absent(context, orange):
    serials = [f"{number:013}" for number in range(100)]
    orange.says(found(*(entry(serial) for serial in reversed(serials[1:])), unknown=serials[:1]))
    records = CARRIER.refresh(context, serials, EVERY_PART)
    assert set(records) == set(serials[1:])
    [asked] = orange.asked
    assert [each.text for each in asked.iter(f"{C}simSerialNumber")] == serials
    assert CARRIER.refresh_batch(context.settings) == 100


# --- The list of all -------------------------------------------------------------------------------------------------


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


def test_unlock_codes_are_in_no_record_and_in_no_tree(context, orange, caplog):
    caplog.set_level("DEBUG")
    orange.says(found(entry(more=f"<ns4:PUK1>{PUKS[0]}</ns4:PUK1>")))
    tree = Link(context).call("getConnectivityDirectory", "").content
    assert SERIAL in repr(tree)
    records = CARRIER.refresh(context, [SERIAL], EVERY_PART)
    orange.says(listed(entry(), total=1))
    told = f"{tree} {records} {pages(context)} {caplog.text}"
    assert [puk for puk in PUKS if puk in told] == []


def test_a_document_type_is_refused(context, orange):
    orange.says(f'<!DOCTYPE x [<!ENTITY e "1">]><s:Envelope xmlns:s="{ENVELOPE}"/>')
    with pytest.raises(BadResponse):
        CARRIER.record(context, SERIAL)
