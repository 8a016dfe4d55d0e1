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
    entry,
    found,
    listed,
    position,
)

from extensions.core.contract import BadResponse, NotFound
from extensions.orange.provider import Orange
from extensions.orange.soap import Link
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


def test_unlock_codes_are_in_no_record_and_in_no_tree(context, orange, caplog):
    caplog.set_level("DEBUG")
    orange.says(found(entry(more=f"<ns4:PUK1>{PUKS[0]}</ns4:PUK1>")))
    tree = Link(context).call("getConnectivityDirectory", "").content
    assert SERIAL in repr(tree)
    records = CARRIER.refresh(context, [SERIAL], EVERY_PART)
    orange.says(listed(entry(), total=1))
    told = f"{tree} {records} {CARRIER.inventory(context, None, None)} {caplog.text}"
    assert [puk for puk in PUKS if puk in told] == []


LAUGHS = "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};&l{n - 1};&l{n - 1};">' for n in range(1, 30))
DOCUMENT_TYPES = (
    '<!DOCTYPE x [<!ENTITY e "1">]>',
    f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]>',
)


@pytest.mark.parametrize("declared", DOCUMENT_TYPES)
def test_a_document_type_is_refused(context, orange, declared):
    orange.says(f"{declared}{found(entry())}")
    with pytest.raises(BadResponse):
        CARRIER.record(context, SERIAL)
