"""Walks every address below `/{org}/`, whichever app brought it: nobody forgets the decorator or opens a door."""

import re
from collections.abc import Iterator
from types import MappingProxyType

import pytest
from django.urls import URLResolver, get_resolver, reverse

from iotdash.organizations.roles import Action, Role

WHO = ["owner", "operator", "developer", "analyst", "reader", "stranger", "other_owner"]


def patterns(resolver: URLResolver, names=(), converters=MappingProxyType({})) -> Iterator[tuple]:
    """(full name, (keyword arguments with converters, pattern)) of everything below."""
    for each in resolver.url_patterns:
        wanted = {**converters, **each.pattern.converters}
        if isinstance(each, URLResolver):
            yield from patterns(each, (*names, each.namespace) if each.namespace else names, wanted)
        else:
            yield ":".join((*names, each.name or str(each.pattern))), (wanted, each)


PAGES = {name: found for name, found in patterns(get_resolver()) if "org" in found[0]}


def address(name: str) -> str:
    """An address of the page in organization abc123, with made-up values for its other parts."""
    values = {key: sample(converter) for key, converter in PAGES[name][0].items() if key != "org"}
    return reverse(name, kwargs={"org": "abc123", **values})


def sample(converter) -> object:
    made_up = ("1", "x", "abc123", "2026-01-01", "00000000-0000-4000-8000-000000000000")
    return converter.to_python(next(text for text in made_up if re.fullmatch(converter.regex, text)))


PLAIN = [name for name, (wanted, _) in PAGES.items() if set(wanted) == {"org"}]


def test_there_are_pages():
    assert {"organizations:overview", "devices:list", "extensions:list"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_view_declares_its_action(name):
    action = getattr(PAGES[name][1].callback, "action", None)
    assert isinstance(action, Action), f"{name} is not wrapped in organization_view"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_name(name):
    assert PAGES[name][1].name


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", PLAIN)
def test_who_may_open_it(name, who, cast, client_of, organization):
    response = client_of(cast[who]).get(reverse(name, kwargs={"org": "abc123"}))
    membership = cast[who].memberships.filter(organization=organization).first()
    if membership is None:
        # A method that is not offered is refused before anybody is looked up.
        assert response.status_code in (404, 405)
    elif not Role(membership.role).reaches(PAGES[name][1].callback.action.least_role):
        assert response.status_code in (403, 405)
    else:
        assert response.status_code in (200, 302, 405)


@pytest.mark.parametrize("name", PAGES)
def test_a_signed_out_person_sees_none_of_it(name, client, organization):
    response = client.get(address(name))
    assert response.status_code == 405 or response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "other_owner"])
@pytest.mark.parametrize("name", PAGES)
def test_to_others_none_of_it_exists(name, who, method, cast, client_of, organization):
    assert getattr(client_of(cast[who]), method)(address(name)).status_code in (404, 405)
