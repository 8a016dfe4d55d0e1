"""Text that a database refuses is refused by us first: no address and no form of any page ends in a server error.

PostgreSQL is the stricter one: it takes no null character, no text beyond a field's length, no number beyond its range.
"""

from collections.abc import Iterator

import pytest
from django.forms import BaseForm
from django.template import Context
from django.test.client import Client

from extensions.core import registry
from iotdash.lib.lists import Count
from tests.extensions import meterco
from tests.organizations.walk.paths import all_paths
from tests.organizations.walk.world import EXTENSION, House, furnish

pytestmark = pytest.mark.slow
HOSTILE = {
    "a null character": "a\x00b",
    "a long text": "x" * 20_000,
    "a long number": "9" * 40,
    "a date of no calendar": "99999-99-99T99:99",
    "a null character in JSON": '{"a": "\\u0000"}',
}
# What lists read from the address, their filters among it.
OF_LISTS = ("q", "sort", "cursor", "size", "columns", "type", "state", "by", "class", "manufacturer", "model", "action")
MANY = 60


@pytest.fixture
def house(db, monkeypatch) -> House:
    """Real things, so that every page is reached."""
    monkeypatch.setitem(registry._manifests, EXTENSION, meterco.manifest(meterco.Scripted()))
    return furnish("abc123", "planted", "named")


@pytest.fixture
def administrator(house, client) -> Client:
    client.force_login(house.administrator)
    client.raise_request_exception = False
    return client


def addresses(house: House) -> list[str]:
    return [path.address(house) for path in all_paths() if path.below_organization]


def shown(response) -> list[object]:
    """Everything that was handed to the page's templates."""
    # What one template rendered has one context, not a list of them.
    parts = [response.context] if isinstance(response.context, Context) else response.context or ()
    return [value for part in parts for layer in part.dicts for value in layer.values()]


def failures(client: Client, url: str, hostile: str) -> Iterator[str]:
    """Requests to a page that ended in a server error."""
    things = shown(client.get(url))
    parameters = OF_LISTS if any(isinstance(thing, Count) for thing in things) else ("q",)
    fields = {field.html_name for form in things if isinstance(form, BaseForm) for field in form}
    for name in parameters:
        if client.get(url, {name: hostile}).status_code >= 500:
            yield f"GET {url}?{name}="
    for sent in [*({name} for name in fields), fields | {"confirm"}]:
        if client.post(url, dict.fromkeys(sent, hostile)).status_code >= 500:
            yield f"POST {url} {', '.join(sorted(sent))}"


@pytest.mark.long
@pytest.mark.parametrize("what", HOSTILE)
def test_no_page_fails_on_its_address_or_its_forms(what, administrator, house):
    pages = addresses(house)
    assert len(pages) > MANY
    assert [each for url in pages for each in failures(administrator, url, HOSTILE[what])] == []


def test_no_page_fails_on_a_null_character_in_its_path(administrator, house):
    parts = (house.device.device_id, house.device.device_type.type_id, house.config.slug, "abc123")
    asked = [url.replace(part, f"{part}%00") for url in addresses(house) for part in parts if part in url]
    assert [url for url in asked if administrator.get(url).status_code >= 500] == []


@pytest.mark.parametrize("what", HOSTILE)
def test_signing_in_and_the_profile_do_not_fail_either(what, owner_client, client):
    value = HOSTILE[what]
    for page, fields in {
        "/accounts/login/": ("login", "password"),
        "/accounts/password/reset/": ("email",),
        "/accounts/profile/": ("name", "time_zone"),
    }.items():
        for visitor in (client, owner_client):
            assert visitor.post(page, dict.fromkeys(fields, value)).status_code < 500
