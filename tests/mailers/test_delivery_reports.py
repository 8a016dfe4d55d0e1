"""SendGrid's event webhook from its signature to the list of invitations, for mail that the product really sent.

The signature is made here by the algorithm in SendGrid's documentation, and SendGrid's own library agrees with it.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.apps import apps
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook
from werkzeug import Response

from extensions.core import inbound, lanes, registry
from extensions.core.models import Exchange, ExtensionConfig, InboundEvent, InboundHook
from extensions.core.services import configurations
from iotdash.organizations.invitations import services
from iotdash.organizations.invitations.tokens import link_of, token_of
from iotdash.organizations.models import Invitation
from iotdash.runtime.models import OutboxMail

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SIGNATURE = "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE"
TIMESTAMP = "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP"
# 2026-11-23 10:00 UTC, in seconds as SendGrid has them.
NOON = 1_795_428_000


class Sendgrid:
    """Both sides of an account: takes messages at `url`, and reports on them with its key."""

    def __init__(self, server) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.taken: list[dict] = []
        self.url = server.url_for("")
        server.expect_request("/v3/mail/send").respond_with_handler(self._take)

    @property
    def verification_key(self) -> str:
        raw = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(raw).decode()

    def _take(self, request) -> Response:
        self.taken.append(request.get_json())
        return Response(status=202, headers={"X-Message-Id": f"message-{len(self.taken)}"})

    def event(self, name: str, at: int, **said) -> dict:
        """Of the first message that was taken, with its custom arguments flattened into it."""
        (addressed,) = self.taken[0]["personalizations"]
        known = {"email": addressed["to"][0]["email"], "event": name, "timestamp": NOON + at, "category": "invitation"}
        ids = {"sg_event_id": f"{name} {at}", "sg_message_id": "message-1.recvd-5f6d-1", "smtp-id": "<1@ismtpd>"}
        return known | ids | addressed["custom_args"] | said

    def report(self, config: ExtensionConfig, *events: dict, **changes):
        response = self.post(config, json.dumps(events).encode() + b"\r\n", **changes)
        inbound.process(config.pk)
        return response

    def post(self, config: ExtensionConfig, body: bytes, **changes):
        """Signed, whatever it is."""
        timestamp = str(NOON)
        signature = self.key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: timestamp}
        path = urlsplit(inbound.address_of(config)).path
        return Client().post(path, body, content_type="application/json", **(headers | changes))


@pytest.fixture(autouse=True)
def a_day_later(time_machine):
    """All that is reported here lies behind."""
    time_machine.move_to(datetime.fromtimestamp(NOON, UTC) + timedelta(days=1))


@pytest.fixture
def sendgrid(httpserver) -> Sendgrid:
    return Sendgrid(httpserver)


def add_mail(organization, source, sendgrid) -> ExtensionConfig:
    settings = {
        "method": "sendgrid_key",
        "sender_name": "Site admin",
        "sender_address": "admin@example.com",
        "api_key": "SG." + "k" * 66,
        "region": "global",
        "webhook_key": sendgrid.verification_key,
        "api_address": sendgrid.url.rstrip("/"),
    }
    return configurations.add(organization, registry.manifest("email"), "Email", settings, source)


@pytest.fixture
def mail_config(organization, source, sendgrid) -> ExtensionConfig:
    return add_mail(organization, source, sendgrid)


@pytest.fixture
def mail(mail_config, organization, owner, source, sendgrid) -> OutboxMail:
    """Of an invitation; SendGrid took it."""
    services.invite(source, organization.memberships.get(user=owner), "new@example.com", "developer")
    lanes.run(mail_config.lane_id)
    found = OutboxMail.objects.get()
    assert (found.state, found.provider_message_id, len(sendgrid.taken)) == ("sent", "message-1", 1)
    return found


def told(mail: OutboxMail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.detail


def test_our_signature_is_sendgrids(sendgrid):
    body, timestamp = b'[{"event":"delivered"}]\r\n', str(NOON)
    signature = base64.b64encode(sendgrid.key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    library = EventWebhook()
    known = library.convert_public_key_to_ecdsa(sendgrid.verification_key)
    assert library.verify_signature(body.decode(), signature, timestamp, known)
    assert not library.verify_signature(body.decode().strip(), signature, timestamp, known)


def test_a_delivery_is_reported_and_shown(sendgrid, mail, mail_config, owner_client):
    assert sendgrid.report(mail_config, sendgrid.event("delivered", 5, response="250 OK")).status_code == 200
    assert told(mail) == ("delivered", "250 OK")
    page = owner_client.get("/abc123/members/invitations/").content.decode()
    assert "Delivered" in page


def test_a_bounce_is_shown_with_its_reason_and_without_the_address(sendgrid, mail, mail_config, owner_client):
    reason = "550 5.1.1 <new@example.com>: no such user"
    sendgrid.report(mail_config, sendgrid.event("bounce", 5, type="bounce", reason=reason))
    state, detail = told(mail)
    assert (state, "no such user" in detail, "new@example.com" in detail) == ("failed", True, False)
    assert "no such user" in owner_client.get("/abc123/members/invitations/").content.decode()


def test_what_is_reported_twice_and_late_changes_nothing(sendgrid, mail, mail_config):
    deferred = sendgrid.event("deferred", 3, response="451 later")
    delivered = sendgrid.event("delivered", 9, response="250 OK")
    sendgrid.report(mail_config, delivered, delivered)
    sendgrid.report(mail_config, deferred, sendgrid.event("processed", 1), delivered)
    assert told(mail) == ("delivered", "250 OK")
    assert InboundEvent.objects.count() == 3


def test_in_the_right_order_each_step_is_seen(sendgrid, mail, mail_config):
    seen = []
    for number, name in enumerate(("processed", "deferred", "delivered")):
        sendgrid.report(mail_config, sendgrid.event(name, number))
        seen.append(told(mail)[0])
    assert seen == ["sent", "deferred", "delivered"]


def test_a_message_that_went_by_smtp_is_known_by_its_own_id(sendgrid, mail, mail_config):
    """SendGrid then knows no custom arguments."""
    event = sendgrid.event("delivered", 5, **{"smtp-id": f"<{mail.public_id}@example.com>", "sg_message_id": "x.y"})
    del event["mail_id"]
    sendgrid.report(mail_config, event)
    assert told(mail)[0] == "delivered"


def test_without_any_id_of_ours_a_message_is_known_by_sendgrids(sendgrid, mail, mail_config):
    event = sendgrid.event("delivered", 5)
    del event["mail_id"]
    sendgrid.report(mail_config, event | {"sg_message_id": "message-11.recvd", "sg_event_id": "of another"})
    assert told(mail)[0] == "sent"
    sendgrid.report(mail_config, event)
    assert told(mail)[0] == "delivered"


def test_opens_and_clicks_are_not_kept(sendgrid, mail, mail_config):
    sendgrid.report(mail_config, sendgrid.event("open", 3), sendgrid.event("click", 4))
    assert (InboundEvent.objects.count(), told(mail)[0]) == (0, "sent")


def test_another_organization_cannot_report_on_this_ones_mail(sendgrid, mail, mail_config, other_organization, source):
    """Its own webhook and key are good, and it knows every id."""
    others = add_mail(other_organization, source, sendgrid)
    forged = sendgrid.event("bounce", 5, reason="gone")
    assert sendgrid.report(others, forged).status_code == 200
    assert sendgrid.report(others, forged | {"mail_id": "", "sg_event_id": "2"}).status_code == 200
    assert told(mail)[0] == "sent"


def test_another_accounts_key_is_refused(sendgrid, mail, mail_config):
    right, sendgrid.key = sendgrid.key, ec.generate_private_key(ec.SECP256R1())
    assert sendgrid.report(mail_config, sendgrid.event("delivered", 5)).status_code == 403
    sendgrid.key = right
    for wrong in (
        {SIGNATURE: ""},
        {SIGNATURE: "%%%"},
        {SIGNATURE: "AAAA"},
        {TIMESTAMP: str(NOON + 1)},
        {TIMESTAMP: "ü"},
    ):
        assert sendgrid.report(mail_config, sendgrid.event("delivered", 5), **wrong).status_code == 403
    assert (InboundEvent.objects.count(), told(mail)[0]) == (0, "sent")
    assert InboundHook.objects.get().last_received_at is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["bounce", "", "a.b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("event", "timestamp", "sg_event_id", "sg_message_id", "smtp-id", "mail_id", "type", "reason", "response")
EVENTS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)) | st.fixed_dictionaries(
    {"event": st.sampled_from(["processed", "delivered", "bounce"])}, optional=dict.fromkeys(FIELDS[1:], VALUES)
)
BODIES = st.one_of(
    st.binary(max_size=60),
    (VALUES | st.lists(EVENTS | VALUES, max_size=4)).map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"", b"[" * 100_000, b'[{"event":"bounce","timestamp":' + b"9" * 5000 + b"}]", b"[{}]\r\n"]),
)


@hypothesis_settings(
    max_examples=80, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
def test_signed_nonsense_breaks_nothing(sendgrid, mail_config, settings, body):
    settings.IOTDASH_INBOUND_PER_MINUTE = 10**6
    assert sendgrid.post(mail_config, body).status_code in (200, 400)
    inbound.process(mail_config.pk)
    assert not InboundEvent.objects.exclude(state="processed").exists()


def test_nothing_of_a_recipient_is_kept_but_what_became_of_the_message(sendgrid, mail, mail_config):
    sendgrid.report(mail_config, sendgrid.event("delivered", 5, ip="192.0.2.7", useragent="Phone"))
    (event,) = InboundEvent.objects.all()
    assert set(event.payload) == {"delivery", "mail_id", "message_id", "words"}
    assert "new@example.com" not in str(event.payload)


def test_no_row_holds_the_link_that_was_sent_also_when_services_quote_it(sendgrid, mail, mail_config):
    signed = token_of(Invitation.objects.get()).rpartition(":")[2]
    quoted = f"550 listed: {link_of(Invitation.objects.get())} is spam"
    assert signed in str(sendgrid.taken)
    sendgrid.report(mail_config, sendgrid.event("bounce", 5, type="blocked", reason=quoted))
    assert told(mail)[1].endswith("/invitations/***/ is spam")
    assert Exchange.objects.exists()
    for model in apps.get_models():
        assert not [row for row in model.objects.values() if signed in str(row)], model


@pytest.mark.slow
def test_a_thousand_reports_in_one_message(sendgrid, mail, mail_config):
    events = [sendgrid.event("deferred", number) for number in range(999)]
    assert sendgrid.report(mail_config, *events, sendgrid.event("delivered", 2000)).status_code == 200
    assert told(mail)[0] == "delivered"
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {"processed"}
