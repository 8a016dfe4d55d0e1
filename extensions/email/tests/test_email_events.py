"""SendGrid's event webhook: who is believed, byte for byte, and what is read of it."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from extensions.core.contract import Forged, InboundRefused, Malformed
from extensions.email import events
from extensions.email.manifest import MANIFEST
from extensions.mailers.contract import Delivery, event_of

# As published with SendGrid's SDK (sendgrid-python, test/unit/test_eventwebhook.py): somebody else's key and signature.
PUBLISHED_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNE"
    "c6wEA3F+g=="
)
PUBLISHED_SIGNATURE = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
PUBLISHED_TIMESTAMP = "1600112502"
PUBLISHED_BODY = (
    json.dumps(
        [
            {
                "email": "hello@world.com",
                "event": "dropped",
                "reason": "Bounced Address",
                "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
                "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
                "smtp-id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
                "timestamp": 1600112492,
            }
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    + "\r\n"
).encode()

PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
NOW = "1795428000"


def shown_key(key) -> str:
    encoded = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(encoded).decode()


SETTINGS = {"method": "sendgrid_key", "webhook_key": shown_key(PRIVATE_KEY)}


def signed(body: bytes, timestamp: str = NOW, key=PRIVATE_KEY) -> dict[str, str]:
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {events.SIGNATURE: base64.b64encode(signature).decode(), events.TIMESTAMP: timestamp}


def read(body, settings=SETTINGS, **changed):
    content = body if isinstance(body, bytes) else json.dumps(body).encode() + b"\r\n"
    return MANIFEST.inbound.parse("POST", signed(content) | changed, content, settings)


def event(kind: str, **more):
    return {"event": kind, "email": "new@example.com", "sg_event_id": f"id of {kind}", "timestamp": 1795428000, **more}


def told(kind: str, **more):
    (record,) = read([event(kind, **more)])
    return event_of(record.payload)


# --- Who is believed --------------------------------------------------------------------------------------------------


def test_what_sendgrid_published_is_believed():
    headers = {events.SIGNATURE: PUBLISHED_SIGNATURE, events.TIMESTAMP: PUBLISHED_TIMESTAMP}
    (record,) = MANIFEST.inbound.parse("POST", headers, PUBLISHED_BODY, {"webhook_key": PUBLISHED_KEY})
    assert record.key == "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA"
    assert record.at == datetime(2020, 9, 14, 19, 41, 32, tzinfo=UTC)
    assert event_of(record.payload).words == "Bounced Address"


@given(st.text(max_size=200).map(str.encode))
def test_we_and_sendgrids_own_library_believe_the_same(body):
    headers = signed(body)
    assert EventWebhook(SETTINGS["webhook_key"]).verify_signature(body.decode(), *headers.values())
    with suppress(Malformed):
        MANIFEST.inbound.parse("POST", headers, body, SETTINGS)


@pytest.mark.parametrize(
    "changed",
    [
        {events.SIGNATURE: ""},
        {events.SIGNATURE: "no base64!"},
        {events.SIGNATURE: base64.b64encode(b"no signature").decode()},
        {events.SIGNATURE: PUBLISHED_SIGNATURE},
        {events.TIMESTAMP: "1795428001"},
        {events.TIMESTAMP: ""},
        {events.TIMESTAMP: "ж"},
    ],
)
def test_what_is_not_signed_for_these_bytes_is_forged(changed):
    with pytest.raises(Forged):
        read([event("delivered")], **changed)


def test_every_byte_is_signed():
    body = json.dumps([event("delivered")]).encode() + b"\r\n"
    headers = signed(body)
    for other in (body.strip(), body + b" ", body.replace(b"delivered", b"processed"), b""):
        with pytest.raises(Forged):
            MANIFEST.inbound.parse("POST", headers, other, SETTINGS)


@pytest.mark.parametrize("missing", [events.SIGNATURE, events.TIMESTAMP])
def test_a_header_that_is_missing_is_forged(missing):
    body = b"[]"
    headers = {name: value for name, value in signed(body).items() if name != missing}
    with pytest.raises(Forged):
        MANIFEST.inbound.parse("POST", headers, body, SETTINGS)


@pytest.mark.parametrize(
    "key",
    [
        "",
        None,
        7,
        "no base64!",
        base64.b64encode(b"no key").decode(),
        shown_key(ec.generate_private_key(ec.SECP384R1())),
        shown_key(rsa.generate_private_key(65537, 2048)),
        shown_key(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["empty", "none", "number", "no base64", "no key", "another curve", "RSA", "another key"],
)
def test_without_the_right_key_nothing_is_believed(key):
    with pytest.raises(Forged):
        read([event("delivered")], settings=SETTINGS | {"webhook_key": key})


def test_what_a_key_of_another_curve_signed_is_forged_all_the_same():
    key, body = ec.generate_private_key(ec.SECP384R1()), b'[{"event":"delivered"}]\r\n'
    with pytest.raises(Forged):
        MANIFEST.inbound.parse("POST", signed(body, key=key), body, SETTINGS | {"webhook_key": shown_key(key)})


def test_a_signature_is_base64_and_nothing_else():
    body = b'[{"event":"delivered"}]\r\n'
    headers = signed(body)
    noisy = headers | {events.SIGNATURE: "!" + headers[events.SIGNATURE]}
    with pytest.raises(Forged):
        MANIFEST.inbound.parse("POST", noisy, body, SETTINGS)


@pytest.mark.parametrize("wrap", ["{}", " {}\r\n", "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----"])
def test_a_key_may_be_pasted_with_what_is_around_it(wrap):
    assert read([event("delivered")], settings=SETTINGS | {"webhook_key": wrap.format(SETTINGS["webhook_key"])})


def test_an_old_report_is_believed_as_a_late_one():
    """SendGrid repeats for a day what was not taken; it is not known whether with a new time."""
    body = json.dumps([event("delivered")]).encode()
    assert MANIFEST.inbound.parse("POST", signed(body, "1600112502"), body, SETTINGS)


# --- What is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "delivery"),
    [
        ("processed", Delivery.SENT),
        ("deferred", Delivery.DEFERRED),
        ("delivered", Delivery.DELIVERED),
        ("bounce", Delivery.FAILED),
        ("dropped", Delivery.FAILED),
    ],
)
def test_what_became_of_a_message(kind, delivery):
    found = told(kind, mail_id="3f0c", sg_message_id="14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0")
    assert (found.delivery, found.mail_id) == (delivery, "3f0c")
    assert found.message_id.startswith("14c5d75ce93.dfd.64b469.")


@pytest.mark.parametrize(
    "kind",
    ["open", "click", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe", "", "new", None, 7, []],
)
def test_what_says_nothing_of_delivery_is_left_out(kind):
    assert [record.key for record in read([event(str(kind)) | {"event": kind}, event("delivered")])] == [
        "id of delivered"
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("bounce", {"type": "bounce", "reason": "550 5.1.1 <new@example.com>: unknown"}, "550 5.1.1 <…>: unknown"),
        (
            "bounce",
            {"type": "blocked", "reason": "554 listed, ask a@b.example"},
            "blocked: 554 listed, ask …",
        ),
        ("dropped", {"reason": "Bounced Address"}, "Bounced Address"),
        ("deferred", {"response": "450 try\r\nlater new@example.com"}, "450 try later …"),
        ("delivered", {"response": "250 OK"}, "250 OK"),
        ("delivered", {"response": "x" * 900}, "x" * 300),
        ("delivered", {"response": ["odd"]}, ""),
        ("processed", {}, ""),
    ],
)
def test_the_words_of_the_other_server_are_without_addresses(kind, fields, words):
    assert told(kind, **fields).words == words


@pytest.mark.parametrize(
    ("fields", "mail_id"),
    [
        ({"smtp-id": "<3f0c@example.com>"}, "3f0c"),
        ({"smtp-id": "<3f0c@example.com>", "mail_id": "7a"}, "7a"),
        ({"smtp-id": "3f0c"}, ""),
        ({"smtp-id": 7, "mail_id": {"odd": 1}}, ""),
        ({"mail_id": "x" * 201}, ""),
        ({}, ""),
    ],
)
def test_a_message_is_known_by_our_own_id(fields, mail_id):
    assert told("delivered", **fields).mail_id == mail_id


@pytest.mark.parametrize("timestamp", [None, "1795428000", True, 1e300, 10**30, -(10**30), 1.5, -1, 253402300799])
def test_a_time_that_is_none_is_left_out(timestamp):
    (record,) = read([event("delivered", timestamp=timestamp)])
    assert record.at is None


def test_an_event_without_an_id_is_still_told_once():
    nameless = {"event": "delivered", "timestamp": 1}
    first, again, other = read([nameless, dict(reversed(nameless.items())), nameless | {"timestamp": 2}])
    assert first.key == again.key != other.key


def test_no_record_holds_the_address():
    (record,) = read([event("bounce", reason="for new@example.com", category=["x"])])
    assert "new@example.com" not in json.dumps(record.payload) + record.key


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1]", b"[[]]", b"{", b"[" * 100_000, b"\xff\xfe", b'"x"'])
def test_what_makes_no_sense_is_malformed(body):
    with pytest.raises(Malformed):
        read(body)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["event", "sg_event_id", "timestamp", "reason", "mail_id", "smtp-id", "type"]) | st.text(),
            st.sampled_from(["bounce", "delivered"]) | st.none() | st.integers() | st.text() | st.lists(st.text()),
        )
    )
)
def test_no_event_breaks_it(body):
    try:
        records = read(body)
    except InboundRefused:
        return
    for record in records:
        assert event_of(json.loads(json.dumps(record.payload)))
        assert 0 < len(record.key) <= 200


# --- What is to be entered where --------------------------------------------------------------------------------------


def test_the_guide_says_what_to_enter_where():
    address = "https://iotdash.example/hooks/abc/"
    for method in ("sendgrid_key", "sendgrid_username"):
        told = dict(MANIFEST.inbound.guide(address, SETTINGS | {"method": method}))
        assert address in told.values()
        assert "Delivered" in told["Actions to be posted"]
    assert "is entered here" in str(MANIFEST.inbound.guide(address, SETTINGS))
    assert "is not entered here yet" in str(MANIFEST.inbound.guide(address, {"method": "sendgrid_key"}))


def test_a_plain_server_sends_no_reports():
    assert MANIFEST.inbound.guide("https://iotdash.example/hooks/abc/", {"method": "smtp"}) == ()
