"""Pushes of Control Center: who is believed, for how long, and which SIM they name."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from push_spec import FORM, ICCID, JSON, MADE_AT, SECRET, STATE_CHANGE, as_json, digest, fields, form, signature, xml

from extensions.controlcenter import push
from extensions.core.contract import Forged, InboundRefused, Malformed
from extensions.sims.contract import About, SimReport, report_of

NOW = datetime(2017, 3, 15, 10, 0, tzinfo=UTC)
SETTINGS = {"username": "fleet-reader", "access_key": "key", "domain_id": "x.jasper.com", "push_secret": SECRET}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def read(body: bytes, kind: str = FORM, **changed):
    return push.INBOUND.parse("POST", {"content-type": kind}, body, SETTINGS | changed)


def told(body: bytes, kind: str = FORM):
    (record,) = read(body, kind)
    return report_of(record.payload)


# --- Who is believed --------------------------------------------------------------------------------------------------


def test_the_signatures_of_these_tests_are_those_of_anybody_with_openssl():
    """printf %s 2017-03-15T10:00:00.000Z | openssl dgst -sha256 -hmac the-shared-secret-of-the-account -binary."""
    assert signature("sha256", MADE_AT) == "HFtoQB/7DyG/C6yAsHqLWOuQgKXYgMvRQa8ldV39K/I="


@pytest.mark.parametrize(("body", "kind"), [(form(), FORM), (as_json(), JSON), (form(), f"{FORM}; charset=UTF-8")])
def test_a_push_that_is_signed_tells_which_sim_to_read(body, kind):
    (record,) = read(body, kind)
    assert (record.key, record.at, report_of(record.payload).subject) == ("4711", NOW, ICCID)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature2": ""},
        {"signature2": None},
        {"signature2": "not base64!"},
        {"signature2": signature("sha256", MADE_AT, "another secret")},
        {"signature2": signature("sha256", MADE_AT)[:-1]},
        {"signature2": signature("sha1", MADE_AT)},
        {"signature2": signature("sha256", "2017-03-15T10:00:01.000Z")},
        {"signature2": "жжж"},
        {"timestamp": ""},
        {"timestamp": None},
    ],
)
def test_what_is_not_signed_for_this_time_is_forged(changes):
    for body, kind in ((form(**changes), FORM), (as_json(**changes), JSON)):
        with pytest.raises(Forged):
            read(body, kind)


def test_the_older_signature_alone_proves_nothing_and_a_wrong_one_harms_nothing():
    with pytest.raises(Forged):
        read(form(signature2=None))
    assert read(form(signature="wrong"))


def test_the_text_of_the_time_is_signed_and_not_the_time():
    other = "2017-03-15 10:00:00.000+0000"
    assert read(form(timestamp=other))
    with pytest.raises(Forged):
        read(form(timestamp=other, signature2=signature("sha256", MADE_AT)))


@pytest.mark.parametrize("secret", ["", "  ", None])
def test_without_a_shared_secret_nothing_is_believed(secret):
    """Not even what is signed with an empty one."""
    for body in (form(), form(signature2=signature("sha256", MADE_AT, ""))):
        with pytest.raises(Forged, match="not entered"):
            read(body, push_secret=secret)


def test_the_licence_key_is_not_the_shared_secret():
    with pytest.raises(Forged):
        read(form(signature2=signature("sha256", MADE_AT, "key")))


def test_a_plus_sign_that_was_not_encoded_is_still_one():
    seconds = next(second for second in range(60) if "+" in signature("sha256", f"2017-03-15T10:00:{second:02}Z"))
    right = fields(timestamp=f"2017-03-15T10:00:{seconds:02}Z")
    raw = form(timestamp=right["timestamp"]).replace(b"%2B", b"+")
    assert read(raw)


@pytest.mark.parametrize("written", ["2017-03-15 10:00:00.000+0000", "2017-03-15T10:00:00+00:00"])
def test_so_is_that_of_a_zone(written):
    """It was signed before it was sent."""
    (record,) = read(form(timestamp=written).replace(b"%2B", b"+"))
    assert record.at == NOW


@pytest.mark.parametrize("minutes", [-5, -4.9, 0, 4.9, 5])
def test_clocks_may_differ_by_some_minutes(minutes, clock):
    clock.move_to(NOW + timedelta(minutes=minutes), tick=False)
    assert read(form())


@pytest.mark.parametrize("minutes", [-5.1, -600, 5.1, 600, 5_000_000])
def test_an_old_push_and_one_of_the_future_are_not_taken(minutes, clock):
    clock.move_to(NOW + timedelta(minutes=minutes), tick=False)
    with pytest.raises(Forged, match="clocks"):
        read(form())


@pytest.mark.parametrize("written", ["yesterday", "2017-03-15", "2017-03-15T10:00:00", "1489572000"])
def test_a_time_that_cannot_be_read_is_not_taken(written):
    with pytest.raises(Malformed):
        read(form(timestamp=written))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"", JSON),
        (form(), JSON),
        (as_json(), FORM),
        (form(), ""),
        (form(), "text/xml"),
        (b"[]", JSON),
        (b"null", JSON),
        (b"[" * 100_000, JSON),
        (b'{"eventId": ' + b"9" * 5000 + b"}", JSON),
        (b"\xff\xfe", FORM),
        (b"&".join([form()] * 20), FORM),
    ],
    ids=lambda each: str(each)[:20],
)
def test_what_cannot_be_read_proves_nothing(body, kind):
    with pytest.raises(Forged):
        read(body, kind)


# --- What it tells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "root", "about"),
    [
        ("SIM_STATE_CHANGE", "SimStateChange", About.CHANGE),
        ("SIM_RATEPLAN_CHANGE", "SimRatePlanChange", About.CHANGE),
        ("CTD_USAGE", "CtdUsage", About.FIGURES),
        ("PAST24H_DATA_USAGE_EXCEEDED", "Past24HDataUsage", About.FIGURES),
        ("DATA_LIMIT", "SimDataLimit", About.FIGURES),
        ("SESSION_STOP", "Session", About.FIGURES),
        ("SESSION_START", "Session", About.FIGURES),
        ("SMS_MO_RECEIVED", "SmsMoReceived", About.MESSAGE),
        ("IMEI_CHANGE", "SimImeiChange", About.CHANGE),
        ("NO_CONNECTION", "NoConnection", About.FIGURES),
    ],
)
def test_each_event_is_known_by_its_type_and_by_its_root(kind, root, about):
    assert told(form(eventType=kind, data=xml("Something"))).about is about
    assert told(form(eventType="SPELLED_OTHERWISE", data=xml(root))).about is about
    assert told(form(eventType=None, data=xml(root))).about is about
    assert told(as_json(eventType="", data={root: {"iccid": ICCID}}), JSON).about is about


def test_an_event_that_nobody_knows_is_worth_a_look():
    assert told(form(eventType="NEW_KIND", data=xml("SimNewKind"))).about is About.CHANGE


def test_json_may_hold_xml_or_the_fields_themselves():
    for data in (STATE_CHANGE, {"iccid": ICCID}, {"iccid": int(ICCID)}, {"SimStateChange": {"iccid": f" {ICCID}\n"}}):
        assert told(as_json(data=data), JSON).subject == ICCID


@pytest.mark.parametrize("data", [{}, {"accountName": "x"}, {"a": {"b": {"iccid": ICCID}}}])
def test_an_event_about_no_sim_tells_nothing(data):
    assert read(as_json(data=data), JSON) == ()
    assert read(form(data=STATE_CHANGE.replace("iccid>", "accountName>"))) == ()


def test_nothing_of_an_event_is_kept_but_the_sim_and_what_may_be_new():
    (record,) = read(form(eventType="SMS_MO_RECEIVED", data=xml("SmsMoReceived", messageContent="door code 1234")))
    assert record.payload == {"subject": ICCID, "about": "message"}


@pytest.mark.parametrize("iccid", ["", "12", "89882000000000000145678", "../../etc", "8.98820E+18", "' or 1=1"])
def test_what_is_no_iccid_is_refused(iccid):
    with pytest.raises(Malformed, match="no ICCID"):
        read(form(data=xml("SimStateChange", iccid)))


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "no xml",
        "<a>",
        '<!DOCTYPE a [<!ENTITY b "8988200000000000014">]><a><iccid>&b;</iccid></a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a><iccid>8988200000000000014</iccid></a>',
        "<a>" * 50 + "</a>" * 50,
        '<?xml version="1.0"?><!DOCTYPE a><a><iccid>8988200000000000014</iccid></a>',
    ],
)
def test_xml_that_is_none_or_could_do_harm_is_refused(data):
    with pytest.raises(Malformed):
        read(form(data=data))


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "cp037"])
def test_the_encoding_that_xml_had_before_it_was_text_does_not_matter(encoding):
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n{xml("SmsMoReceived", messageContent="é€")}'
    assert told(form(data=declared)) == told(as_json(data=declared), JSON) == SimReport(ICCID, About.CHANGE)


def test_a_lone_surrogate_in_json_is_refused():
    with pytest.raises(Malformed):
        read(as_json(data="<a>\ud800</a>"), JSON)


@pytest.mark.parametrize("event_id", [None, "", "  "])
def test_an_event_without_an_id_is_known_by_its_bytes(event_id):
    body = form(eventId=event_id)
    assert [record.key for record in read(body)] == [digest(body)]


def test_an_id_may_be_a_number():
    assert [record.key for record in read(as_json(eventId=4711), JSON)] == ["4711"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ["eventId", "eventType", "data", "signature"],
            st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.text()),
        ),
    )
)
def test_no_signed_push_breaks_it(changes):
    body = json.dumps(fields() | changes).encode()
    try:
        records = read(body, JSON)
    except InboundRefused:
        return
    for record in records:
        assert report_of(json.loads(json.dumps(record.payload))).subject
        assert record.key


# --- What is to be entered where --------------------------------------------------------------------------------------


def test_the_guide_says_what_to_enter_where_and_no_secret():
    lines = push.INBOUND.guide("https://iotdash.example/hooks/1-00", SETTINGS)
    assert "https://iotdash.example/hooks/1-00" in dict(lines).values()
    assert "Automation rules" in lines[0][0]
    assert SECRET not in str(lines)


def test_its_limit_is_far_above_any_event():
    longest = form(eventType="SMS_MO_RECEIVED", data=xml("SmsMoReceived", messageContent="€" * 320))
    assert len(longest) * 5 < push.INBOUND.max_body
