"""Two people at one device."""

import pytest
from playwright.sync_api import expect

from tests.e2e import steps

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DEVICE = "/demo01/devices/gateway/gateway-012/"
FIRST, SECOND = "8988200000000090010", "8988200000000090028"


def test_a_stale_configuration_is_shown_beside_the_newer_one(product, visit_as):
    ada = visit_as("admin@example.com", product.password).page
    owen_visits = visit_as("operator@example.com", product.password)
    owen = owen_visits.page
    owen_visits.watch.expected.append("status of 409")
    ada.goto(DEVICE)
    owen.goto(DEVICE)
    steps.configure(ada, steps.configuration_text(FIRST))
    expect(ada.get_by_text("The device configuration is confirmed.")).to_be_visible()
    steps.configure(owen, steps.configuration_text(SECOND))
    expect(owen.get_by_text("admin@example.com confirmed another text")).to_be_visible()
    expect(owen.get_by_role("region", name="Confirmed now")).to_contain_text(FIRST)
    expect(owen.get_by_role("region", name="Yours").locator("textarea")).to_have_value(steps.configuration_text(SECOND))
    ada.goto(DEVICE)
    expect(ada.locator("textarea[name=document]")).to_have_value(steps.configuration_text(FIRST))
    owen.get_by_role("button", name="Confirm mine on top of it").click()
    expect(owen.get_by_text("The device configuration is confirmed.")).to_be_visible()
    ada.goto(DEVICE)
    expect(ada.locator("textarea[name=document]")).to_have_value(steps.configuration_text(SECOND))
