"""Nobody sees another organization, and a role that is too low is told so."""

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.roles import MANAGE_ORGANIZATION
from iotdash.organizations.scoping import organization_view
from tests.cast import MembershipFactory


@organization_view(MANAGE_ORGANIZATION)
def managing(request, thing: str = "") -> HttpResponse:
    return HttpResponse(f"{request.organization.name} {request.membership.role} {thing}")


@pytest.fixture
def ask(db):
    """ask(user) calls the view above for the organization abc123."""

    def ask(user, **kwargs):
        request = RequestFactory().get("/abc123/managing/", REMOTE_ADDR="192.0.2.9")
        request.user, request.session = user, {}
        return managing(request, org="abc123", **kwargs), request

    return ask


def test_the_view_gets_the_organization_through_the_membership(ask, owner):
    response, request = ask(owner, thing="x")
    assert response.content == b"Harbour pumps administrator x"
    assert request.source.actor == "owner@example.com"
    assert request.source.organization == "abc123"
    assert request.source.address == "192.0.2.9"


def test_a_lower_role_is_refused_in_words(ask, operator):
    with pytest.raises(NotAllowed, match=r"Operators may not change the organization; .*Administrator"):
        ask(operator)


@pytest.mark.parametrize("who", ["stranger", "other_owner"])
def test_an_organization_that_is_not_theirs_does_not_exist(ask, organization, cast, who):
    with pytest.raises(Http404):
        ask(cast[who])


def test_an_organization_that_does_not_exist_looks_the_same(stranger_client, organization):
    theirs, nobodys = (stranger_client.get(f"/{org}/") for org in ("abc123", "zzz999"))
    assert theirs.status_code == nobodys.status_code == 404


def test_a_signed_out_person_signs_in_first(client, organization):
    assert client.get("/abc123/")["Location"] == "/accounts/login/?next=/abc123/"


@pytest.mark.parametrize(
    ("came_from", "next_page"),
    [
        ("http://testserver/abc123/sims/?state=Activated&q=89", "/abc123/sims/%3Fstate%3DActivated%26q%3D89"),
        ("", "/abc123/"),
        ("http://testserver", "/abc123/"),
        ("https://evil.example/abc123/sims/", "/abc123/"),
        ("http://testserver//evil.example/", "/abc123/"),
        ("javascript:alert(1)", "/abc123/"),
        ("http://[", "/abc123/"),
    ],
)
def test_who_was_signed_out_before_sending_is_led_back_and_told(client, organization, came_from, next_page):
    answer = client.post("/abc123/sims/bulk/", {"everything": "1"}, headers={"Referer": came_from})
    assert answer["Location"] == f"/accounts/login/?next={next_page}"
    assert "You had been signed out, and nothing was changed." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("org", ["ABC123", "abc12", "abc1234", "static"])
def test_what_is_no_organization_id_is_not_found(owner_client, org):
    assert owner_client.get(f"/{org}/").status_code == 404


def test_the_refusal_is_shown_on_the_page(operator_client):
    response = operator_client.post("/abc123/settings/", {"name": "Mine"})
    assert response.status_code == 403
    assert "Operators may not change the organization; it needs Administrator." in response.content.decode()


def test_rights_come_from_the_membership_asked_for(client_of, other_owner, organization):
    MembershipFactory(organization=organization, user=other_owner, role="reader")
    client = client_of(other_owner)
    assert client.post("/abc123/settings/", {"name": "Mine"}).status_code == 403
    assert client.post("/xyz789/settings/", {"name": "Mine", "invitation_hours": "48"}).status_code == 302


LISTS = (
    "activity",
    "alerts",
    "alerts/resolved",
    "device-tags",
    "device-types",
    "devices",
    "extensions/operations",
    "jobs",
    "keys",
    "members",
    "members/invitations",
    "sims",
    "views",
)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_which_part_of_its_address_makes_no_sense(owner_client, organization, path):
    for headers in ({}, {"HX-Request": "true"}):
        response = owner_client.get(f"/abc123/{path}/?nothing=such", headers=headers)
        content = response.content.decode()
        assert response.status_code == 400
        assert "This list has no filter “nothing”." in content
        assert f'href="/abc123/{path}/"' in content
        assert ("<html" in content) is not bool(headers)
