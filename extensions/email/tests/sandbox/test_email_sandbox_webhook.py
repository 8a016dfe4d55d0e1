"""The event webhook by the specification's section 3: stories, signature, order, repetition."""

import json
import threading
from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pytest_httpserver import HTTPServer
from sandbox_mail import NOW, Clock, mail_to
from werkzeug.wrappers import Response

from extensions.email.sandbox import Call, Message, State
from extensions.email.sandbox.webhook import LAST_TRY, Poster

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


class Hook:
    """Takes what is posted, and answers with the statuses that it is given; then 200."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/hook")
        self.posts, self.statuses = [], []
        self.came = threading.Condition()
        server.expect_request("/hook", method="POST").respond_with_handler(self._take)

    def _take(self, request) -> Response:
        with self.came:
            self.posts.append((dict(request.headers), request.get_data()))
            self.came.notify_all()
            return Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def events(self) -> list[dict]:
        return [event for _, body in self.posts for event in json.loads(body)]

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def wait_for(self, count: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.events) >= count, timeout=20)


@pytest.fixture
def hook(httpserver: HTTPServer) -> Hook:
    return Hook(httpserver)


@pytest.fixture
def world(tmp_path, clock: Clock, hook: Hook):
    """A sandbox's state that nobody serves, so that a test decides when something is posted."""
    state = State(tmp_path, clock)
    state.change_settings(webhook_url=hook.url, event_delay_s=10)
    yield state
    state.close()


@pytest.fixture
def poster(world: State) -> Poster:
    return Poster(world)


def take(state: State, recipient: str = "new@example.org", message_id: str = "MSG") -> None:
    message = Message(
        *(NOW, "rest", "key", message_id, recipient, "admin@example.com", "Subject", "text", "html", b""),
        custom_args={"mail_id": "m-1"},
        categories=("invitation",),
        reports=True,
    )
    state.take(Call(NOW, "key", "rest", "POST /v3/mail/send", 202, taken=1), [message])


def verify(key: str, headers, body: bytes) -> None:
    signed = headers[TIMESTAMP].encode() + body
    load_der_public_key(b64decode(key)).verify(b64decode(headers[SIGNATURE]), signed, ec.ECDSA(hashes.SHA256()))


def test_events_are_posted_signed_as_time_goes_by(sandbox, sendgrid, state, clock, hook):
    state.change_settings(webhook_url=hook.url, event_delay_s=10)
    message_id = sendgrid.send(mail_to(categories=["invitation"])).headers["X-Message-Id"]
    hook.wait_for(1)
    clock.now += 10
    hook.wait_for(2)
    assert hook.names == ["processed", "delivered"]
    for event, at in zip(hook.events, (NOW, NOW + 10), strict=True):
        assert (event["email"], event["timestamp"], event["mail_id"]) == ("new@example.org", int(at), "m-1")
        assert event["sg_message_id"].startswith(f"{message_id}.")
        assert (event["category"], len(event["sg_event_id"])) == (["invitation"], 22)
    for headers, body in hook.posts:
        verify(state.identity.public_key, headers, body)
        assert (body[-2:], headers["Content-Type"]) == (b"\r\n", "application/json")
    assert state.messages()[0].state == "delivered"


STORIES = {
    "someone": ["processed", "delivered"],
    "bounce": ["processed", "bounce"],
    "Bounce+3": ["processed", "bounce"],
    "blocked": ["processed", "bounce"],
    "deferred": ["processed", "deferred", "delivered"],
    "drop": ["dropped"],
    "spam": ["processed", "delivered", "spamreport"],
    "click": ["processed", "delivered", "open", "click"],
}


@pytest.mark.parametrize("name", STORIES)
def test_the_recipient_chooses_what_becomes_of_a_message(world, poster, hook, clock, name):
    take(world, f"{name}@example.org")
    clock.now += 100
    poster.post_due()
    assert hook.names == STORIES[name]
    stamps = [event["timestamp"] for event in hook.events]
    assert stamps == [NOW + 10 * n for n in range(len(stamps))]
    assert len({event["sg_event_id"] for event in hook.events}) == len(stamps)


@pytest.mark.parametrize(("name", "kind"), [("bounce", "bounce"), ("blocked", "blocked")])
def test_a_bounce_says_of_which_type_and_why(world, poster, hook, clock, name, kind):
    take(world, f"{name}@example.org")
    clock.now += 100
    poster.post_due()
    assert hook.events[-1]["type"] == kind
    assert hook.events[-1]["reason"]


def test_nothing_is_posted_before_its_time(world, poster, hook, clock):
    take(world)
    assert (poster.post_due(), hook.names) == (1, ["processed"])
    clock.now += 9
    assert poster.post_due() == 0
    world.advance(1)
    assert (poster.post_due(), hook.names) == (1, ["processed", "delivered"])
    assert poster.post_due() == 0


@pytest.mark.parametrize("status", [500, 503])
def test_a_failed_post_is_made_again_after_a_growing_pause(world, poster, hook, clock, status):
    hook.statuses = [status, status]
    take(world, "drop@example.org")
    assert (poster.post_due(), poster.post_due()) == (1, 0)
    clock.now += 5
    assert (poster.post_due(), poster.post_due()) == (1, 0)
    clock.now += 9
    assert poster.post_due() == 0
    clock.now += 1
    assert (poster.post_due(), poster.post_due()) == (1, 0)
    assert len({event["sg_event_id"] for event in hook.events}) == 1
    assert [headers[TIMESTAMP] for headers, _ in hook.posts] == [f"{NOW + n:.0f}" for n in (0, 5, 15)]
    for headers, body in hook.posts:
        verify(world.identity.public_key, headers, body)


def test_it_gives_up_in_the_end(world, poster, hook, clock):
    hook.statuses = [500] * 20
    take(world, "drop@example.org")
    for _ in range(20):
        poster.post_due()
        clock.now += 4000
    assert len(hook.posts) == LAST_TRY + 1


@pytest.mark.parametrize("status", [400, 403, 302])
def test_another_answer_ends_it(world, poster, hook, clock, status):
    hook.statuses = [status]
    take(world, "drop@example.org")
    poster.post_due()
    clock.now += 4000
    assert (poster.post_due(), len(hook.posts)) == (0, 1)


def test_nobody_there_is_tried_again(world, poster, hook, clock):
    world.change_settings(webhook_url="http://127.0.0.1:1/hook")
    take(world, "drop@example.org")
    assert poster.post_due() == 1
    world.change_settings(webhook_url=hook.url)
    clock.now += 5
    assert (poster.post_due(), hook.names) == (1, ["dropped"])


def test_duplicates_have_the_same_ids(world, poster, hook):
    world.change_settings(webhook_duplicates=True)
    take(world, "drop@example.org")
    poster.post_due()
    one, two = hook.posts
    assert (one[1], len(hook.events)) == (two[1], 2)


def test_the_wrong_order_has_the_last_event_first(world, poster, hook, clock):
    world.change_settings(webhook_reversed=True)
    take(world, "deferred@example.org")
    assert poster.post_due() == 0
    clock.now += 100
    poster.post_due()
    assert hook.names == ["delivered", "deferred", "processed"]
    stamps = [event["timestamp"] for event in hook.events]
    assert stamps == sorted(stamps, reverse=True)


def test_a_forged_post_is_signed_by_somebody_else(world, poster, hook):
    world.change_settings(webhook_forged=True)
    take(world, "drop@example.org")
    poster.post_due()
    ((headers, body),) = hook.posts
    with pytest.raises(InvalidSignature):
        verify(world.identity.public_key, headers, body)


def test_a_post_holds_two_hundred_events_at_most(world, poster, hook):
    for number in range(201):
        take(world, f"drop+{number}@example.org", f"MSG{number}")
    assert (poster.post_due(), poster.post_due(), poster.post_due()) == (200, 1, 0)
    assert [event["email"] for event in hook.events] == [f"drop+{number}@example.org" for number in range(201)]


def test_a_plain_mail_server_reports_nothing(mail_server, state, clock, hook):
    state.change_settings(webhook_url=hook.url)
    mail_server.sendmail("admin@example.com", ["new@example.org"], b"Subject: x\r\n\r\nx")
    clock.now += 100
    assert state.settle() == clock.now
    found, events = state.message(state.messages()[0].id)
    assert (found.state, events) == ("received", [])


@pytest.mark.parametrize("address", ["http://example.com/hook", "http://10.0.0.1/", "file:///etc/passwd", "hook"])
def test_events_go_to_this_machine_only(controls, address):
    reply = controls.post("settings", webhook_url=address)
    assert (reply.status_code, "this machine" in reply.json()["error"]) == (422, True)


def test_the_key_is_made_once_for_every_process(tmp_path):
    one, two = State(tmp_path), State(tmp_path)
    assert one.identity.public_key == two.identity.public_key
    assert one.identity.ca_pem == two.identity.ca_pem
    one.close()
    two.close()
    assert State(tmp_path / "other").identity.public_key != one.identity.public_key
