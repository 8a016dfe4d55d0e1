"""Text that a database refuses is refused by us first: no address and no form of any page ends in a server error.

PostgreSQL is the stricter one: it takes no null character, no text beyond a field's length, no number beyond its range.
"""

from collections.abc import Iterator

import pytest
from django.forms import BaseForm
from django.test.client import Client
from django.urls import NoReverseMatch, reverse

from extensions.core import registry
from extensions.core.services import operations
from iotdash.lib.lists import Count
from tests.organizations.test_every_page import PAGES

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


@pytest.fixture
def places(target, source, reader, organization) -> dict[str, object]:
    """Real values for the parts of every address, so that its page is reached."""
    spec = registry.operation(target.manifest, "terminal")
    return {
        "org": "abc123",
        "type_id": "pump",
        "device_id": "p1",
        "key": "meterco",
        "slug": "meterco",
        "config_id": target.config.pk,
        "operation_id": operations.ask(target, spec, {}, source).public_id,
        "membership_id": reader.memberships.get(organization=organization).pk,
    }


def addresses(places: dict[str, object]) -> Iterator[str]:
    """Of every page whose subject is at hand."""
    for name, (wanted, _) in PAGES.items():
        values = {key: places[key] for key in wanted if key in places}
        if name == "extensions:ask":
            values["operation_id"] = "sms"
        try:
            yield reverse(name, kwargs=values)
        except NoReverseMatch:
            continue


def shown(response) -> list[object]:
    """Everything that was handed to the page's templates."""
    return [value for part in response.context or () for layer in part.dicts for value in layer.values()]


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


@pytest.mark.parametrize("what", HOSTILE)
def test_no_page_fails_on_its_address_or_its_forms(what, owner_client, places):
    owner_client.raise_request_exception = False
    pages = list(addresses(places))
    assert len(pages) > len(PAGES) / 2
    assert [each for url in pages for each in failures(owner_client, url, HOSTILE[what])] == []


def test_no_page_fails_on_a_null_character_in_its_path(owner_client, places):
    owner_client.raise_request_exception = False
    parts = ("pump", "p1", "meterco", "abc123")
    asked = [url.replace(part, f"{part}%00") for url in addresses(places) for part in parts if part in url]
    assert [url for url in asked if owner_client.get(url).status_code >= 500] == []


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
