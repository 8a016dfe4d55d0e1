"""Every main page in both themes, wide and on a phone: a picture, nothing sideways, nothing that axe calls serious."""

import pytest
from playwright.sync_api import expect

from tests.e2e.api_screens import API_SCREENS
from tests.e2e.carrier_scenery import BARE_ADMIN, FERRY_ADMIN, RAIL_ADMIN
from tests.e2e.carrier_screens import CARRIER_SCREENS, make_carriers
from tests.e2e.fleet_screens import FLEET_SCREENS
from tests.e2e.import_screens import IMPORT_SCREENS
from tests.e2e.people_scenery import FOLK_ADMIN, WAIT_ADMIN
from tests.e2e.people_screens import PEOPLE_SCREENS, make_people
from tests.e2e.pictures import findings
from tests.e2e.product import PASSWORD
from tests.e2e.screens import EMPTY, EMPTY_ADMIN, SCENE, SCENE_ADMIN, SCREENS, Screen, make_scenery

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]
ADMINS = (SCENE_ADMIN, EMPTY_ADMIN, FOLK_ADMIN, WAIT_ADMIN, RAIL_ADMIN, FERRY_ADMIN, BARE_ADMIN)
ALL = SCREENS + PEOPLE_SCREENS + CARRIER_SCREENS + API_SCREENS + FLEET_SCREENS + IMPORT_SCREENS
MADE = dict.fromkeys(ADMINS, PASSWORD)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Paths by name, once the scenery stands."""
    return {}


@pytest.fixture
def scenery(product, visit_as, made: dict[str, str]) -> dict[str, str]:
    if made == {"scenery": "begun"}:
        pytest.fail("The scenery could not be made; the first failure says why.")
    if not made:
        made["scenery"] = "begun"
        product.organization(SCENE, "Fenwick Tanks", SCENE_ADMIN)
        product.organization(EMPTY, "New Beginnings", EMPTY_ADMIN)
        made |= make_scenery(visit_as(SCENE_ADMIN).page, product) | make_people(product) | make_carriers(product)
    return made


@pytest.mark.parametrize("screen", ALL, ids=lambda screen: screen.name)
def test_page(screen: Screen, product, visit, visit_as, scenery) -> None:
    password = MADE.get(screen.who, product.password)
    visitor = visit_as(screen.who, password) if screen.who else visit()
    answers = (422, 409) if screen.status == 200 else (screen.status,)
    visitor.watch.expected += [f"status of {answer}" for answer in answers]
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    assert page.goto(screen.path.format(**scenery)).status == screen.status
    expect(page.locator(".skeleton")).to_have_count(0)
    if screen.prepare:
        screen.prepare(page, product)
    assert list(findings(page, screen.name)) == []
