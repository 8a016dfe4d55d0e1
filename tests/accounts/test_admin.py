"""The support staff's pages: who gets in, and that they open."""

import pytest

from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Membership
from tests.cast import PASSWORD

pytestmark = pytest.mark.slow

LISTS = [
    "accounts/user",
    "organizations/organization",
    "organizations/membership",
    "audit/activityentry",
    "runtime/lease",
    "runtime/heartbeat",
]


@pytest.fixture
def staff(support_client):
    return support_client


def test_sign_in_to_the_admin_is_our_sign_in(client, db):
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/accounts/login/")


def test_an_administrator_of_an_organization_is_not_support_staff(owner_client):
    assert owner_client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("path", LISTS)
def test_lists_open_and_search(staff, cast, path):
    assert staff.get(f"/admin/{path}/").status_code == 200
    assert staff.get(f"/admin/{path}/?q=owner").status_code == 200


def test_a_person_is_added_with_a_lower_case_address(staff):
    fields = {"email": "New@Example.com", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert staff.post("/admin/accounts/user/add/", fields).status_code == 302
    assert User.objects.get(email="new@example.com").check_password(PASSWORD)


def test_a_person_can_be_opened(staff, owner):
    assert staff.get(f"/admin/accounts/user/{owner.pk}/change/").status_code == 200


def test_memberships_changed_here_are_in_the_activity_log(staff, organization, stranger):
    fields = {"organization": organization.pk, "user": stranger.pk, "role": "reader"}
    assert staff.post("/admin/organizations/membership/add/", fields).status_code == 302
    membership = Membership.objects.get(user=stranger)
    page = f"/admin/organizations/membership/{membership.pk}"
    assert staff.post(f"{page}/change/", {"role": "operator"}).status_code == 302
    assert staff.post(f"{page}/delete/", {"post": "yes"}).status_code == 302
    entries = ActivityEntry.objects.order_by("id").values_list("organization", "actor", "action", "target")
    assert list(entries) == [
        ("abc123", "support@example.com", "member added", "stranger@example.com"),
        ("abc123", "support@example.com", "role changed", "stranger@example.com"),
        ("abc123", "support@example.com", "member removed", "stranger@example.com"),
    ]


def test_an_organization_is_renamed_with_an_entry(staff, organization):
    page = f"/admin/organizations/organization/{organization.pk}/change/"
    assert staff.post(page, {"name": "River pumps"}).status_code == 302
    organization.refresh_from_db()
    assert organization.name == "River pumps"
    assert ActivityEntry.objects.get().action == "organization renamed"
