"""What happens when the carrier fails: nothing is lost, nothing is done twice, and the pages say what is going on."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED, Account
from extensions.controlcenter.sandbox.seed import WEST_ADMIN, WEST_EDITOR
from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.sandbox_control import SandboxControl
from tests.e2e.steps import Credentials, asked, badge, panel

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HUNG_S = 300
LATER_S = 600


@dataclass(frozen=True)
class Scene:
    """An organization with one connected account, and one device whose panel is open."""

    page: Page
    sandbox: SandboxControl
    org: str
    device: str
    iccid: str
    before: int

    def tile(self) -> str:
        return f"/{self.org}/extensions/"


@pytest.fixture
def scene(product, visit):
    """scene(organization id, account, status of the SIM) → Scene."""

    def scene(org: str, account: Account, status: str) -> Scene:
        product.organization(org, f"Organization {org}", f"{org}@example.com")
        sandbox, visitor = product.sandbox, visit()
        visitor.watch.expected.append("status of 409")
        page, iccid = visitor.page, sandbox.sim_in(status)
        steps.sign_in(page, f"{org}@example.com")
        steps.add_account(page, org, Credentials.of(account, sandbox.base_url))
        device = steps.add_device(page, org, "tank", "tank-1")
        page.goto(device)
        steps.configure(page, steps.configuration_text(iccid))
        # The inventory may tell of the SIM before its own read does: only the latter knows its IMEI.
        expect(panel(page)).to_contain_text("Data fetched")
        expect(panel(page)).to_contain_text(sandbox.sim(iccid)["imei"])
        return Scene(page, sandbox, org, device, iccid, sandbox.last_call())

    yield scene
    product.sandbox.mend()
    product.sandbox.set(state_delay_s=0, sms_delay_s=5)
    product.sandbox.new_key(WEST_EDITOR.username, WEST_EDITOR.api_key)


def test_a_hung_carrier_stops_no_page_and_loses_nothing(scene):
    here = scene("hung01", WEST_ADMIN, DEACTIVATED)
    page, sandbox = here.page, here.sandbox
    sandbox.set(sms_delay_s=0)
    sandbox.break_("hang_after", WEST_ADMIN.username, method="PUT", seconds=HUNG_S)
    sandbox.break_("hang", WEST_ADMIN.username, seconds=HUNG_S)
    # Background reading goes on all the time: what was answered before is no answer to a call that hangs.
    broken_at = sandbox.last_call()
    steps.change_state(page, "Activated")
    expect(asked(page, "Change activation state")).to_be_visible()
    panel(page).get_by_role("button", name="Refresh").click()
    expect(panel(page).get_by_role("button", name="Refreshing")).to_be_visible()
    _pages_are_served(here, broken_at)
    _health_says_unreachable(here)
    _last_good_data_stays(here)
    steps.send_sms(page, "Are you there?")
    expect(badge(asked(page, "Send SMS"))).to_have_text("Queued")
    assert len(sandbox.faults()) == 2
    sandbox.mend()
    _everything_is_settled(here)


def _pages_are_served(here: Scene, broken_at: int) -> None:
    """While calls hang, and no answer came to any."""
    for path in (here.device, f"/{here.org}/devices/", f"/{here.org}/extensions/"):
        assert here.page.goto(path).status == 200
    assert len(here.sandbox.faults()) == 2
    # A call that began between the break and the number read after it hangs as well, and keeps the lane for itself.
    wait_for(lambda: not all(_answered(call) for call in here.sandbox.calls(here.before, WEST_ADMIN.username)))
    assert not any(_answered(call) for call in here.sandbox.calls(broken_at, WEST_ADMIN.username))


def _answered(call: dict) -> bool:
    return call["status"] is not None


def _health_says_unreachable(here: Scene) -> None:
    here.page.goto(here.tile())
    tile = steps.jasper_tile(here.page)
    wait_for(lambda: steps.seen_again(tile, "Next attempt"), HUNG_S)
    expect(badge(tile)).to_have_text("Unreachable")
    expect(tile).to_contain_text("since")


def _last_good_data_stays(here: Scene) -> None:
    here.page.goto(here.device)
    expect(panel(here.page)).to_contain_text(here.sandbox.sim(here.iccid)["imei"])
    expect(panel(here.page)).to_contain_text("Unreachable")
    expect(panel(here.page)).to_contain_text("Data fetched")
    expect(panel(here.page)).to_contain_text(re.compile("last good", re.IGNORECASE))


def _everything_is_settled(here: Scene) -> None:
    page = here.page
    for title in ("Change activation state", "Send SMS"):
        expect(badge(asked(page, title))).to_have_text("Confirmed", timeout=120_000)
    expect(panel(page).get_by_role("button", name="Refresh", exact=True)).to_be_enabled()
    expect(panel(page)).to_contain_text("Connected")
    assert here.sandbox.performed(here.iccid, here.before) == [("status", ACTIVATED), ("sms", None)]


def test_an_expired_key_is_mended_in_place(scene):
    here = scene("expir1", WEST_EDITOR, ACTIVATED)
    page, sandbox = here.page, here.sandbox
    sandbox.set(state_delay_s=LATER_S)
    steps.change_state(page, "Deactivated")
    state = badge(asked(page, "Change activation state"))
    expect(state).to_have_text("Accepted")
    sandbox.expire_key(WEST_EDITOR.username)
    # Background reading or the next look at the change notices it.
    expect(panel(page)).to_contain_text("Needs attention")
    expect(panel(page)).to_contain_text("Invalid credentials")
    expect(state).to_have_text("Accepted")
    sandbox.advance(LATER_S)
    new_key = sandbox.new_key(WEST_EDITOR.username)
    _mended_by_the_key_alone(here, new_key)
    page.goto(here.device)
    expect(page.locator("textarea[name=document]")).to_have_value(steps.configuration_text(here.iccid))
    expect(state).to_have_text("Confirmed")
    assert sandbox.performed(here.iccid, here.before) == [("status", DEACTIVATED)]


def _mended_by_the_key_alone(here: Scene, key: str) -> None:
    page = here.page
    page.goto(here.tile())
    tile = steps.jasper_tile(page)
    expect(badge(tile)).to_have_text("Needs attention")
    expect(tile).to_contain_text("Invalid credentials")
    expect(tile).to_contain_text("1 operation")
    tile.get_by_role("heading").get_by_role("link").click()
    expect(page.locator("#health")).to_contain_text("Invalid credentials")
    expect(page.get_by_role("region", name="Waiting operations")).to_contain_text("Change activation state")
    page.get_by_role("link", name="Replace credentials").first.click()
    expect(page.get_by_label("User name")).to_have_value(WEST_EDITOR.username)
    expect(page.get_by_label("Access key")).to_have_value("")
    page.get_by_label("Access key").fill(key)
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, here.org)
    expect(badge(page.locator("#health"))).to_have_text("Connected")
