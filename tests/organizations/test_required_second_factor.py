"""An organization may require a second factor: set by administrators, and asked of every session at once."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from iotdash.audit.models import ActivityEntry
from tests.accounts.soft_passkey import SoftPasskey
from tests.accounts.test_passkeys import add, first_step, use
from tests.cast import PASSWORD, MembershipFactory, code_of, sign_in_with_code, with_app

URL = "/abc123/settings/two-step-sign-in/"


@pytest.fixture
def required(organization):
    organization.second_factor_required = True
    organization.save()
    return organization


def by_password(person) -> Client:
    """A session without a second step: of somebody who has none, or from before there was one."""
    client = Client()
    client.force_login(person)
    return client


def test_who_has_none_reads_how_to_set_it_up(required, reader):
    answer = by_password(reader).get("/abc123/")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "Harbour pumps requires two-step sign-in" in text
    assert 'href="/accounts/2fa/"' in text


@pytest.mark.django_db(transaction=True)
def test_the_way_leads_through_the_set_up_into_the_organization(required, reader):
    client = Client()
    client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    assert client.get("/abc123/").status_code == 403
    secret = client.get("/accounts/2fa/app/add/").context["form"].secret
    assert client.post("/accounts/2fa/app/add/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/abc123/").status_code == 200


def test_a_session_from_before_the_factor_proves_it_once(required, reader):
    client = by_password(reader)
    secret = with_app(reader)
    answer = client.get("/abc123/activity/?q=p")
    assert answer.status_code == 403
    url = answer.context["url"]
    assert "You have a second factor" in answer.content.decode()
    assert client.post(url, {"code": code_of(secret)})["Location"] == "/abc123/activity/?q=p"
    assert client.get("/abc123/activity/").status_code == 200


def test_signing_in_with_it_is_enough_for_the_whole_session(required, reader, time_machine):
    time_machine.move_to("2026-05-04T12:00Z", tick=False)
    client = sign_in_with_code(reader, with_app(reader))
    assert client.get("/abc123/").status_code == 200
    time_machine.shift(timedelta(days=3))
    assert client.get("/abc123/").status_code == 200


def test_a_passkey_alone_is_enough_and_so_is_a_recovery_code(required, reader):
    passkey, first = SoftPasskey(), first_step(reader)
    add(first, passkey)
    by_passkey, by_code, by_neither = (first_step(reader) for _ in range(3))
    use(by_passkey, passkey)
    code = first.get("/accounts/2fa/codes/").context["unused_codes"][0]
    by_code.post("/accounts/2fa/authenticate/", {"code": code})
    assert [client.get("/abc123/").status_code for client in (by_passkey, by_code, by_neither)] == [200, 200, 302]


def test_recovery_codes_that_were_left_behind_are_no_second_factor(required, reader):
    Authenticator.objects.create(user=reader, type="recovery_codes", data={"seed": "", "used_mask": 0})
    answer = by_password(reader).get("/abc123/")
    assert answer.status_code == 403
    assert "You have neither yet" in answer.content.decode()


def test_a_factor_that_was_removed_since_does_not_count(required, reader):
    client = sign_in_with_code(reader, with_app(reader))
    Authenticator.objects.filter(user=reader).delete()
    assert client.get("/abc123/").status_code == 403


def test_a_part_that_polls_loads_the_page_anew(required, reader):
    answer = by_password(reader).get("/abc123/activity/", headers={"HX-Request": "true", "HX-Target": "activity"})
    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (403, "true", b"")


def test_what_was_sent_without_it_leads_on_to_the_start_page(required, owner):
    """The address of a form cannot be opened afterwards."""
    with_app(owner)
    text = by_password(owner).post("/abc123/members/leave/").content.decode()
    assert 'href="/accounts/2fa/reauthenticate/?next=%2F"' in text


def test_nothing_can_be_changed_without_it(required, owner):
    assert by_password(owner).post("/abc123/settings/", {"name": "Mine"}).status_code == 403
    required.refresh_from_db()
    assert required.name == "Harbour pumps"


def test_other_organizations_are_as_they_were(required, reader, other_organization):
    MembershipFactory(organization=other_organization, user=reader)
    client = by_password(reader)
    assert client.get("/xyz789/").status_code == 200
    assert 'href="/xyz789/"' in client.get("/abc123/").content.decode()


def test_who_is_blocked_reads_that_first(required, reader):
    reader.memberships.update(blocked_at="2026-05-04T12:00Z")
    assert "You are blocked" in by_password(reader).get("/abc123/").content.decode()


def test_an_administrator_who_has_one_requires_it_of_all_at_once(organization, owner, reader):
    client, other = sign_in_with_code(owner, with_app(owner)), by_password(reader)
    assert "1 member has no second factor" in client.get(URL).content.decode()
    assert other.get("/abc123/").status_code == 200
    assert client.post(URL, {"required": "yes"}).status_code == 302
    assert other.get("/abc123/").status_code == 403
    assert client.get("/abc123/").status_code == 200
    assert client.post(URL, {"required": "no"}).status_code == 302
    assert other.get("/abc123/").status_code == 200
    actions = ActivityEntry.objects.filter(organization="abc123").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["two-step sign-in required", "two-step sign-in no longer required"]


def test_an_administrator_without_one_would_lock_themselves_out(organization, owner_client):
    assert "you would be locked out" in owner_client.get(URL).content.decode()
    assert owner_client.post(URL, {"required": "yes"}).status_code == 422
    organization.refresh_from_db()
    assert not organization.second_factor_required


@pytest.mark.parametrize("data", [{}, {"required": "maybe"}])
def test_a_form_that_says_neither_changes_nothing(organization, owner, data):
    client = sign_in_with_code(owner, with_app(owner))
    assert client.post(URL, data).status_code == 422
    assert not ActivityEntry.objects.filter(organization="abc123").exists()


def test_the_same_again_leaves_no_entry(organization, owner):
    client = sign_in_with_code(owner, with_app(owner))
    assert client.post(URL, {"required": "no"}).status_code == 302
    assert not ActivityEntry.objects.filter(organization="abc123").exists()


def test_everybody_reads_on_the_settings_page_whether_it_is_required(organization, reader_client, owner_client):
    words = "Not required: each member decides"
    assert words in reader_client.get("/abc123/settings/").content.decode()
    assert URL not in reader_client.get("/abc123/settings/").content.decode()
    assert URL in owner_client.get("/abc123/settings/").content.decode()
