"""A push arrives: the SIM is read again, and the open page shows it. What is forged, stale or repeated does nothing.

The pushes are made here from the specification's description, and sent to the address that the page tells.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_EDITOR
from tests.e2e import steps
from tests.e2e.pictures import findings
from tests.e2e.steps import Credentials, panel

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "push01", "push@example.com"
SECRET = "the-shared-secret-of-the-account"
NOTHING_YET = "Nothing received yet."
CHANGE, SMS = "SIM_STATE_CHANGE", "SMS_MO_RECEIVED"
# What they tell of the SIM is wrong: the account says other things.
EVENTS = {
    CHANGE: ("SimStateChange", "<previousState>ACTIVATED</previousState><currentState>RETIRED</currentState>"),
    SMS: ("SmsMoReceived", "<messageContent>open the gate</messageContent><shortCode>8080</shortCode>"),
}


class Sender:
    """Control Center's side of a rule."""

    def __init__(self, address: str, iccid: str) -> None:
        self.address, self.iccid = address, iccid

    def push(
        self, event_id: str, event_type: str = CHANGE, *, ago: timedelta = timedelta(0), secret: str = SECRET
    ) -> int:
        timestamp = (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        signature = base64.b64encode(hmac.new(secret.encode(), timestamp.encode(), hashlib.sha256).digest()).decode()
        kind = {"eventId": event_id, "eventType": event_type}
        root, told = EVENTS[event_type]
        data = f'<{root} xmlns="http://api.jasperwireless.com/ws/schema"><iccid>{self.iccid}</iccid>{told}</{root}>'
        fields = kind | {"timestamp": timestamp, "signature2": signature, "data": data}
        return requests.post(self.address, data=fields, timeout=60).status_code


@pytest.fixture
def page(product, visit) -> Page:
    product.organization(ORG, "Pushed and Co", EMAIL)
    page = visit().page
    steps.sign_in(page, EMAIL)
    return page


def test_a_pushed_change_is_seen_without_a_reload_and_a_false_one_is_not(page, product):
    sandbox = product.sandbox
    iccid = sandbox.sim_in(ACTIVATED, 2)
    configuration = _add_the_extension(page, Credentials.of(WEST_EDITOR, sandbox.base_url))
    sender = Sender(_address(page), iccid)
    _open_the_device(page, iccid)
    sandbox.change_sim(iccid, status=DEACTIVATED)
    before = sandbox.last_call()

    assert [sender.push("1", secret="guessed"), sender.push("1", ago=timedelta(minutes=10))] == [403, 403]
    _asks_in_vain(page)
    assert _reads_of(sandbox, iccid, before) == 0

    assert sender.push("1") == 200
    expect(panel(page).locator(".sim-freshness")).to_contain_text("Deactivated")
    assert page.evaluate("window.sameDocument") is True
    assert _reads_of(sandbox, iccid, before) == 1

    sandbox.change_sim(iccid, status=ACTIVATED)
    assert sender.push("1") == 200, "a repetition is taken, and nothing comes of it"
    _asks_in_vain(page)
    assert _reads_of(sandbox, iccid, before) == 1
    _look_at_the_counts(page, configuration)
    _a_message_comes(page, sandbox, sender)


def _a_message_comes(page: Page, sandbox, sender: Sender) -> None:
    page.goto(f"/{ORG}/devices/tank/tank-1/extensions/jasper/messages/?show=received")
    received = page.locator("#sms-rows")
    expect(received).to_contain_text("Nothing received")
    page.evaluate("window.sameDocument = true")
    sandbox.receive_sms(sender.iccid, "valve shut")
    assert sender.push("2", SMS) == 200
    expect(received).to_contain_text("valve shut")
    assert (page.evaluate("window.sameDocument"), "open the gate" in received.inner_text()) == (True, False)


def _add_the_extension(page: Page, right: Credentials) -> str:
    """Ends on the configuration's page, once the account's SIMs are listed; returns its address."""
    page.goto(f"/{ORG}/extensions/add/jasper/")
    steps.type_credentials(page, right)
    page.get_by_label("Shared secret of pushes").fill(f" {SECRET}\n")
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, ORG)
    expect(page.locator("#capability-card")).to_contain_text("Last synchronised")
    return page.url


def _address(page: Page) -> str:
    """What is to be pasted at Control Center."""
    card = page.locator("#inbound")
    expect(card).to_contain_text("Automation rules")
    expect(card).to_contain_text(NOTHING_YET)
    assert SECRET not in page.content()
    return card.locator(".copy-value").filter(has_text="/hooks/").first.inner_text()


def _open_the_device(page: Page, iccid: str) -> None:
    page.goto(steps.add_device(page, ORG, "tank", "tank-1"))
    steps.configure(page, steps.configuration_text(iccid))
    expect(panel(page)).to_contain_text("Data fetched")
    expect(panel(page).locator(".sim-freshness")).to_contain_text("Activated")
    _asks_in_vain(page)
    page.evaluate("window.sameDocument = true")


def _asks_in_vain(page: Page) -> None:
    """The open panel asked whether anything is new, twice, so that the second question was asked after now."""
    for _ in range(2):
        with page.expect_response(lambda response: "seen=" in response.url and response.status == 204):
            pass


def _reads_of(sandbox, iccid: str, after: int) -> int:
    paths = [call["path"] for call in sandbox.calls(after)]
    return len([path for path in paths if path.endswith(f"/devices/{iccid}")])


def _look_at_the_counts(page: Page, configuration: str) -> None:
    page.goto(configuration)
    card = page.locator("#inbound")
    expect(card).to_contain_text("2 messages with 1 event; 2 refused")
    expect(card).to_contain_text("one of the two clocks is wrong")
    assert list(findings(page, "configuration-pushed")) == []
