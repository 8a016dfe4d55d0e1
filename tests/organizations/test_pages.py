"""Home, the switcher, overview, settings and members."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertNumQueries

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Organization
from tests.cast import MembershipFactory


@pytest.fixture
def in_both(owner, other_organization):
    """The owner, who is a reader of the other organization too."""
    MembershipFactory(organization=other_organization, user=owner, role="reader")
    return owner


def links(response) -> dict[str, bool]:
    return {link.url: link.active for link in response.context["organization_links"]}


def test_home_leads_to_the_only_organization(owner_client):
    assert owner_client.get("/")["Location"] == "/abc123/"


def test_home_leads_to_the_first_by_name_then_to_the_last_used(in_both, client_of):
    client = client_of(in_both)
    assert client.get("/")["Location"] == "/abc123/"
    client.get("/xyz789/members/")
    assert client.get("/")["Location"] == "/xyz789/"


def test_home_forgets_an_organization_that_one_has_left(in_both, client_of):
    client = client_of(in_both)
    client.get("/xyz789/")
    in_both.memberships.filter(organization__public_id="xyz789").delete()
    assert client.get("/")["Location"] == "/abc123/"


def test_a_person_without_organization_is_told_what_to_do(stranger_client):
    response = stranger_client.get("/")
    assert response.status_code == 200
    text = response.content.decode()
    assert "You belong to no organization yet" in text
    assert "manage.py createorganization NAME --admin stranger@example.com" in text


def test_home_needs_sign_in(client, db):
    assert client.get("/").status_code == 302


def test_the_switcher_links_to_every_organization_of_the_person(in_both, client_of):
    response = client_of(in_both).get("/xyz789/")
    assert links(response) == {"/abc123/": False, "/xyz789/": True}
    assert 'href="/abc123/"' in response.content.decode()


def test_the_profile_keeps_the_frame_of_the_last_used_organization(in_both, client_of):
    client = client_of(in_both)
    client.get("/xyz789/")
    response = client.get("/profile/")
    assert response.context["organization"].public_id == "xyz789"
    assert any(entry.url == "/xyz789/members/" for entry in response.context["nav_entries"])


def test_navigation_marks_where_one_is(owner_client):
    response = owner_client.get("/abc123/settings/")
    assert [entry.label for entry in response.context["nav_entries"] if entry.active] == ["Settings"]
    labels = [entry.label for entry in response.context["nav_entries"]]
    assert labels[0] == "Overview"
    assert {"Members", "Activity", "Settings"} <= set(labels)


def test_neither_page_nor_fragment_costs_a_query_for_the_frame(owner_client):
    owner_client.get("/abc123/members/")
    fragment = {"HX-Request": "true", "HX-Target": "activity"}
    # Session, person, memberships; saved views; the filters' three; the entries and their count: no more for the frame.
    for headers in (fragment, {}):
        with assertNumQueries(9):
            owner_client.get("/abc123/activity/", headers=headers)


def test_the_overview_shows_recent_activity(owner_client, organization):
    ActivityEntry.objects.create(organization="abc123", actor="ada@example.com", action="device added", target="p1")
    ActivityEntry.objects.create(organization="xyz789", actor="eve@example.com", action="device added", target="p2")
    text = owner_client.get("/abc123/").content.decode()
    assert "ada@example.com" in text
    assert "eve@example.com" not in text


def test_the_overview_of_a_new_organization(owner_client):
    text = owner_client.get("/abc123/").content.decode()
    assert "Harbour pumps" in text
    assert "Nothing has happened yet" in text


def test_an_administrator_renames_the_organization(owner_client, organization):
    response = owner_client.post("/abc123/settings/", {"name": " River pumps ", "invitation_hours": "48"})
    assert response["Location"] == "/abc123/settings/"
    organization.refresh_from_db()
    assert organization.name == "River pumps"
    entry = ActivityEntry.objects.get()
    assert (entry.organization, entry.actor, entry.action) == ("abc123", "owner@example.com", "organization renamed")
    assert entry.details == {"before": "Harbour pumps", "after": "River pumps"}


def test_the_same_again_leaves_no_entry(owner_client):
    same = {"name": "Harbour pumps", "invitation_hours": "48"}
    assert owner_client.post("/abc123/settings/", same).status_code == 302
    assert not ActivityEntry.objects.exists()


def test_an_empty_name_is_refused_and_the_page_keeps_the_old_one(owner_client, organization):
    response = owner_client.post("/abc123/settings/", {"name": ""})
    assert response.status_code == 422
    assert "Harbour pumps" in response.content.decode()
    assert Organization.objects.get(pk=organization.pk).name == "Harbour pumps"


def test_how_long_invitations_are_valid(owner_client, organization):
    owner_client.post("/abc123/settings/", {"name": "Harbour pumps", "invitation_hours": "72"})
    organization.refresh_from_db()
    assert organization.invitation_hours == 72
    entry = ActivityEntry.objects.get()
    assert (entry.action, entry.details) == ("invitation hours changed", {"before": 48, "after": 72})


@pytest.mark.parametrize("hours", ["", "0", "721", "-1", "soon"])
def test_hours_that_are_refused(owner_client, organization, hours):
    response = owner_client.post("/abc123/settings/", {"name": "River pumps", "invitation_hours": hours})
    assert response.status_code == 422
    assert ("Type a whole number of hours from 1 to 720" in response.content.decode()) == bool(hours)
    organization.refresh_from_db()
    assert (organization.name, organization.invitation_hours) == ("Harbour pumps", 48)


@pytest.mark.parametrize("who", ["operator", "developer", "analyst", "reader"])
def test_others_read_the_settings_and_change_nothing(cast, client_of, organization, who):
    client = client_of(cast[who])
    page = client.get("/abc123/settings/").content.decode()
    assert "abc123" in page
    assert 'name="name"' not in page
    assert client.post("/abc123/settings/", {"name": "Mine"}).status_code == 403
    organization.refresh_from_db()
    assert organization.name == "Harbour pumps"


def test_settings_lead_to_extensions(owner_client):
    url = reverse("extensions:list", kwargs={"org": "abc123"})
    main = owner_client.get("/abc123/settings/").content.decode().split("<main")[1]
    assert f'href="{url}"' in main


def test_members_lists_who_is_in_the_organization(cast, reader_client):
    text = reader_client.get("/abc123/members/").content.decode()
    for who in ("owner", "operator", "developer", "analyst", "reader"):
        assert f"{who}@example.com" in text
    assert "stranger@example.com" not in text
    assert "other-owner@example.com" not in text
    assert "Administrator" in text


def test_a_post_without_token_is_refused(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/abc123/settings/", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "words", "not_said"),
    [
        ("owner", ["Add a device type", "Add Extension", "invitations pending"], ["can add them"]),
        ("operator", ["Add a device type", "No extensions yet", "invitations pending"], ["Add Extension"]),
        ("developer", ["Add a device type", "No extensions yet"], ["Add Extension", "invitations pending"]),
        ("analyst", ["administrators can add them", "No extensions yet"], ["Add a device", "Add Extension"]),
        ("reader", ["administrators can add them", "No extensions yet"], ["Add a device", "invitations pending"]),
    ],
)
def test_the_overview_asks_nobody_to_do_what_their_role_may_not(cast, client_of, who, words, not_said):
    text = client_of(cast[who]).get("/abc123/").content.decode().split("<main")[1]
    assert [each for each in words if each not in text] == []
    assert [each for each in not_said if each in text] == []
