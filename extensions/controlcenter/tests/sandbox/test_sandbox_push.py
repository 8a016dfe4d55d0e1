"""Pushes by the specification's section 8: what is posted, how it is signed, and what is wrong with it on request."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response

from extensions.controlcenter.sandbox import State
from extensions.controlcenter.sandbox.push.model import Rule
from extensions.controlcenter.sandbox.push.queue import LAST_TRY
from extensions.controlcenter.sandbox.push.sender import Sender

ACTIVE, USED, INVENTORY, FOREIGN = (
    *("8988200000000000014", "8988200000000000022", "8988200000000000030", "8988200000000050019"),
)
EAST, WEST = "100020001", "100020002"
SECRET = "a shared secret"
NAMESPACE = "{http://api.jasperwireless.com/ws/schema}"
NOW_TEXT = "2017-03-15T10:00:00.000Z"


class Hook:
    """Takes what is posted, and answers with the statuses that it is given; then 200."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/hook")
        self.posts, self.statuses = [], []
        self.came = threading.Condition()
        server.expect_request("/hook", method="POST").respond_with_handler(self._take)

    def _take(self, request) -> Response:
        with self.came:
            self.posts.append((request.headers["Content-Type"], request.get_data()))
            self.came.notify_all()
            return Response(status=self.statuses.pop(0) if self.statuses else 200)

    def wait_for(self, count: int) -> list[dict[str, str]]:
        with self.came:
            assert self.came.wait_for(lambda: len(self.posts) >= count, timeout=20)
        return self.forms

    @property
    def forms(self) -> list[dict[str, str]]:
        """The fields of each push that was a form."""
        return [{name: value for name, [value] in parse_qs(body.decode()).items()} for _, body in self.posts]


def data(form):
    """Root and children of the data, their names without the namespace."""
    root = ElementTree.fromstring(form["data"])  # noqa: S314
    assert root.tag.startswith(NAMESPACE)
    return root.tag.removeprefix(NAMESPACE), {child.tag.removeprefix(NAMESPACE): child.text for child in root}


def signed(secret, timestamp, algorithm):
    return base64.b64encode(hmac.new(secret.encode(), timestamp.encode(), algorithm).digest()).decode()


@pytest.fixture
def hook(httpserver: HTTPServer) -> Hook:
    return Hook(httpserver)


@pytest.fixture
def rule(controls, hook):
    assert controls.post("push-rules", account_id=EAST, url=hook.url, secret=SECRET).status_code == 200


@pytest.fixture
def pushed(hook, rule):
    """Waits for so many pushes; gives event type, root and children of each."""
    return lambda count=1: [(form["eventType"], *data(form)) for form in hook.wait_for(count)]


def test_a_push_is_a_form_with_both_signatures(controls, hook, rule):
    controls.post("pushes", iccid=ACTIVE, event_type="CTD_USAGE")
    [form] = hook.wait_for(1)
    assert hook.posts[0][0] == "application/x-www-form-urlencoded"
    assert set(form) == {"eventId", "eventType", "timestamp", "signature", "signature2", "data"}
    assert form["timestamp"] == NOW_TEXT
    assert form["signature2"] == signed(SECRET, NOW_TEXT, hashlib.sha256)
    assert form["signature"] == signed(SECRET, NOW_TEXT, hashlib.sha1)


def test_a_change_of_state_over_rest(carrier, pushed):
    carrier.edit(ACTIVE, status="DEACTIVATED")
    changed = {"iccid": ACTIVE, "previousState": "ACTIVATED", "currentState": "DEACTIVATED", "dateChanged": NOW_TEXT}
    assert pushed() == [("SIM_STATE_CHANGE", "SimStateChange", changed)]


def test_a_change_of_plan_over_soap(soap, pushed):
    soap.edit(ACTIVE, 4, "Fleet, roaming 1GB")
    changed = {"oldRatePlanName": "EU 5MB", "newRatePlanName": "Fleet, roaming 1GB", "dateChanged": NOW_TEXT}
    assert pushed() == [("SIM_RATEPLAN_CHANGE", "SimRatePlanChange", {"iccid": ACTIVE} | changed)]


def test_a_change_that_takes_its_time_is_told_when_it_is_in_force(carrier, controls, hook, pushed):
    controls.post("settings", state_delay_s=60)
    carrier.edit(ACTIVE, status="DEACTIVATED")
    assert controls.call("GET", "pushes").json()["pushes"] == []
    controls.post("advance", seconds=60)
    [(event, _, told)] = pushed()
    assert (event, told["dateChanged"]) == ("SIM_STATE_CHANGE", "2017-03-15T10:01:00.000Z")
    # The age of a push is judged by the receiver's clock, which nobody has moved.
    assert hook.forms[0]["timestamp"] == NOW_TEXT


def test_what_changes_behind_the_api_is_told_too(controls, pushed):
    controls.call("PUT", f"sims/{ACTIVE}", {"status": "RETIRED", "imei": "358240050000013"})
    told = {event: fields for event, _, fields in pushed(2)}
    assert told["SIM_STATE_CHANGE"]["currentState"] == "RETIRED"
    assert told["IMEI_CHANGE"]["currentImei"] == "358240050000013"


def test_sessions(controls, pushed):
    controls.call("PUT", f"sims/{ACTIVE}", {"session_started": "2017-03-15T09:00:00Z", "ip_address": "10.0.0.1"})
    controls.call("PUT", f"sims/{ACTIVE}", {"session_ended": "2017-03-15T09:30:00Z"})
    start, stop = pushed(2)
    assert start[:2] == ("SESSION_START", "Session")
    assert start[2]["dateSessionStarted"] == "2017-03-15T09:00:00.000Z"
    assert start[2]["dateSessionEnded"] is None
    assert stop[0] == "SESSION_STOP"
    assert (stop[2]["ipAddress"], stop[2]["dateSessionEnded"]) == ("10.0.0.1", "2017-03-15T09:30:00.000Z")
    controls.call("PUT", f"sims/{ACTIVE}", {"session_started": "2017-03-15T09:40:00Z", "session_ended": None})
    assert [push["event_type"] for push in controls.call("GET", "pushes").json()["pushes"]] == [
        *("SESSION_START", "SESSION_STOP", "SESSION_START"),
    ]


def test_data_and_its_limit(carrier, controls, pushed):
    assert controls.post("usage", iccid=ACTIVE, bytes=1000).json() == {"used": 1000}
    limit = 5 * 1024 * 1024
    controls.post("usage", iccid=ACTIVE, bytes=limit)
    controls.post("usage", iccid=ACTIVE, bytes=1)
    told = pushed(4)
    assert [event for event, _, _ in told] == ["CTD_USAGE", "CTD_USAGE", "DATA_LIMIT", "CTD_USAGE"]
    assert told[0][1:] == ("CtdUsage", {"iccid": ACTIVE, "dataUsage": "1000"})
    assert told[2][1] == "SimDataLimit"
    assert (told[2][2]["totalIncludedUsage"], told[2][2]["totalActualUsage"]) == (str(limit), str(limit + 1000))
    assert len(controls.call("GET", "pushes").json()["pushes"]) == 4
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["ctdDataUsage"] == limit + 1001
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["overageLimitReached"] is True


def test_an_sms_from_the_device(carrier, controls, pushed):
    sent = controls.post("received-sms", iccid=ACTIVE, text="valve <open>").json()
    [(event, root, told)] = pushed()
    assert (event, root) == ("SMS_MO_RECEIVED", "SmsMoReceived")
    assert told["messageContent"] == "valve <open>"
    assert (told["msisdn"], told["receivedTime"]) == ("882350000000001", NOW_TEXT)
    listed = carrier.get(f"/smsMessages/{sent['id']}").json()
    assert (listed["msgType"], listed["status"], listed["messageText"]) == ("MO", "Received", "valve <open>")
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["ctdSMSUsage"] == 1


CHILDREN = {
    "SIM_STATE_CHANGE": ("SimStateChange", "iccid previousState currentState dateChanged"),
    "SIM_RATEPLAN_CHANGE": ("SimRatePlanChange", "iccid oldRatePlanName newRatePlanName dateChanged"),
    "CTD_USAGE": ("CtdUsage", "iccid dataUsage"),
    "PAST24H_DATA_USAGE_EXCEEDED": ("Past24HDataUsage", "iccid dataUsage"),
    "DATA_LIMIT": ("SimDataLimit", "iccid accountName ratePlanName totalIncludedUsage totalActualUsage"),
    "SESSION_START": ("Session", "iccid ipAddress dateSessionStarted dateSessionEnded"),
    "SESSION_STOP": ("Session", "iccid ipAddress dateSessionStarted dateSessionEnded"),
    "SMS_MO_RECEIVED": (
        *("SmsMoReceived", "iccid accountName msisdn messageContent smppDataCoding shortCode receivedTime"),
    ),
    "IMEI_CHANGE": ("SimImeiChange", "iccid previousImei currentImei dateChanged"),
    "NO_CONNECTION": ("NoConnection", "iccid accountName ratePlanName evaluatingTime noConnectionThreshold"),
}


@pytest.mark.parametrize("event", list(CHILDREN))
def test_every_event_on_request(controls, pushed, event):
    assert controls.post("pushes", iccid=USED, event_type=event).status_code == 201
    [(told, root, fields)] = pushed()
    assert told == event
    assert (root, " ".join(fields)) == CHILDREN[event]
    assert fields["iccid"] == USED


def test_json(controls, hook, rule):
    controls.post("pushes", iccid=USED, event_type="CTD_USAGE", body="json")
    with hook.came:
        assert hook.came.wait_for(lambda: hook.posts, timeout=20)
    kind, body = hook.posts[0]
    sent = json.loads(body)
    assert kind == "application/json"
    assert set(sent) == {"eventId", "eventType", "timestamp", "signature", "signature2", "data"}
    assert sent["data"] == {"iccid": USED, "dataUsage": "106431464"}
    assert sent["signature2"] == signed(SECRET, sent["timestamp"], hashlib.sha256)


def test_a_bad_signature(controls, hook, rule):
    controls.post("pushes", iccid=ACTIVE, event_type="CTD_USAGE", way="bad signature")
    [form] = hook.wait_for(1)
    assert form["signature2"] != signed(SECRET, form["timestamp"], hashlib.sha256)
    assert form["signature"] != signed(SECRET, form["timestamp"], hashlib.sha1)


def test_an_old_timestamp_is_signed_rightly(controls, hook, rule):
    controls.post("pushes", iccid=ACTIVE, event_type="CTD_USAGE", way="old timestamp")
    [form] = hook.wait_for(1)
    assert form["timestamp"] == "2017-03-15T09:00:00.000Z"
    assert form["signature2"] == signed(SECRET, form["timestamp"], hashlib.sha256)


def test_a_repeated_event_has_the_same_id(controls, hook, rule):
    controls.post("pushes", iccid=ACTIVE, event_type="CTD_USAGE", way="repeated")
    controls.post("pushes", iccid=ACTIVE, event_type="CTD_USAGE")
    first, second, third = (form["eventId"] for form in hook.wait_for(3))
    assert first == second != third


def test_an_account_without_a_rule_pushes_nothing(as_user, controls, hook, rule):
    as_user("west").edit(FOREIGN, status="DEACTIVATED")
    assert controls.call("GET", "pushes").json()["pushes"] == []
    refused = controls.post("pushes", iccid=FOREIGN, event_type="CTD_USAGE")
    assert refused.status_code == 422
    assert "no rule" in refused.json()["error"]


def test_an_edit_that_changes_nothing_is_not_told(carrier, controls, rule):
    carrier.edit(ACTIVE, status="ACTIVATED")
    carrier.edit(ACTIVE, accountCustom1="north")
    assert controls.call("GET", "pushes").json()["pushes"] == []


@pytest.mark.parametrize(
    "values",
    [
        {"account_id": "1", "url": "http://127.0.0.1:1/", "secret": "s"},
        {"account_id": EAST, "url": "http://carrier.example/", "secret": "s"},
        {"account_id": EAST, "url": "ftp://127.0.0.1/", "secret": "s"},
        {"account_id": EAST, "url": "http://127.0.0.1:1/"},
        {"account_id": EAST, "url": "http://127.0.0.1:1/", "secret": "s", "body": "xml"},
    ],
)
def test_rules_that_cannot_be(controls, sandbox, rule, values):
    before = sandbox.state.push_rules()
    assert controls.post("push-rules", **values).status_code == 422
    assert sandbox.state.push_rules() == before


@pytest.mark.parametrize(
    "values", [{"event_type": "OTHER"}, {"iccid": "1"}, {"way": "upside down"}, {"body": "xml"}, {"event_type": ""}]
)
def test_pushes_that_cannot_be(controls, rule, values):
    asked = {"iccid": ACTIVE, "event_type": "CTD_USAGE"} | values
    assert controls.post("pushes", **asked).status_code == 422


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def alone(sandbox, tmp_path, hook):
    """A state that nobody serves, so that a test decides when something is posted."""
    clock = Clock(sandbox.state.now())
    state = State(tmp_path / "alone", clock)
    state.seed(sandbox.state.accounts(), [sandbox.state.sim(ACTIVE)])
    state.put_push_rule(Rule(EAST, hook.url, SECRET))
    yield state, Sender(state), clock
    state.close()


def test_a_receiver_that_fails_is_tried_again_with_a_fresh_timestamp(alone, hook):
    state, sender, clock = alone
    hook.statuses = [500] * LAST_TRY
    state.push(ACTIVE, "CTD_USAGE")
    for pause in (5, 10, 20, 40):
        assert (sender.post_due(), sender.post_due()) == (1, 0)
        clock.now += timedelta(seconds=pause)
    assert (sender.post_due(), sender.post_due()) == (1, 0)
    clock.now += timedelta(days=1)
    assert sender.post_due() == 0
    assert len({form["eventId"] for form in hook.forms}) == 1
    assert len({form["timestamp"] for form in hook.forms}) == LAST_TRY
    assert [(push.state, push.tries) for push in state.pushes()] == [("given up", LAST_TRY)]


@pytest.mark.parametrize(
    ("status", "state_after"), [(200, "sent"), (204, "sent"), (403, "given up"), (302, "given up")]
)
def test_any_other_answer_ends_it(alone, hook, status, state_after):
    state, sender, _ = alone
    hook.statuses = [status]
    state.push(ACTIVE, "CTD_USAGE")
    assert (sender.post_due(), sender.post_due()) == (1, 0)
    assert [push.state for push in state.pushes()] == [state_after]


def test_a_rule_without_an_address_ends_what_waits(alone, hook):
    state, sender, _ = alone
    state.push(ACTIVE, "CTD_USAGE")
    state.put_push_rule(Rule(EAST, "", ""))
    assert (state.push_rules(), sender.post_due()) == ([], 0)
    state.put_push_rule(Rule(EAST, hook.url, SECRET))
    assert sender.post_due() == 0
    assert [push.state for push in state.pushes()] == ["given up"]


def test_forms_on_the_page(sandbox, hook):
    def post(path, **fields):
        reply = requests.post(f"{sandbox.url}/_sandbox/{path}", data=fields, timeout=20, allow_redirects=False)
        return reply.status_code

    assert post("push-rules", account_id=EAST, url=hook.url, secret=SECRET, body="form") == 303
    text = requests.get(sandbox.url, timeout=20).text
    assert hook.url in text
    assert SECRET in text
    assert post("pushes", iccid=ACTIVE, event_type="SIM_STATE_CHANGE", way="as it is", body="") == 303
    hook.wait_for(1)
    assert post("usage", iccid=ACTIVE, bytes="5") == 303
    assert post("received-sms", iccid=ACTIVE, text="hello") == 303
    hook.wait_for(3)
    assert "SMS_MO_RECEIVED" in requests.get(sandbox.url, timeout=20).text
    assert post("push-rules", account_id=EAST, url="", secret="", body="form") == 303
    assert sandbox.state.push_rules() == []
