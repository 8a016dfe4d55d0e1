"""Who gets onto the support pages: staff, who have used a second factor in this session, within twelve hours."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from iotdash.accounts.models import User
from tests.cast import PASSWORD, UserFactory, code_of, sign_in, sign_in_with_code, with_app
from tests.support.made_rows import make, shown_models

pytestmark = pytest.mark.slow


def step_towards(client: Client, path: str = "/admin/") -> str:
    """Where somebody is led who wants onto a page, past the admin's own address for signing in."""
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/?next=")
    return client.get(answer["Location"])["Location"]


def test_a_signed_out_person_signs_in_where_everybody_does(client, db):
    assert step_towards(client) == "/accounts/login/?next=%2Fadmin%2F"


def test_an_administrator_of_an_organization_is_not_support_staff(owner):
    client = sign_in_with_code(owner, with_app(owner))
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_without_a_second_factor_are_sent_to_set_one_up(support):
    client = Client()
    client.post("/accounts/login/", {"login": support.email, "password": PASSWORD})
    assert step_towards(client) == "/accounts/2fa/"
    assert "Support staff need two-step sign-in" in client.get("/accounts/2fa/").content.decode()


def test_recovery_codes_alone_are_no_second_factor(support):
    make(Authenticator, user=support, type="recovery_codes")
    assert step_towards(sign_in(support)) == "/accounts/2fa/"


def test_a_session_without_the_second_step_is_asked_for_it_and_goes_on(support):
    secret = with_app(support)
    client = sign_in(support)
    asked = step_towards(client, "/admin/devices/device/?q=x")
    assert asked == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fdevices%2Fdevice%2F%3Fq%3Dx"
    assert client.post(asked, {"code": code_of(secret)})["Location"] == "/admin/devices/device/?q=x"
    assert client.get("/admin/devices/device/?q=x").status_code == 200


def test_the_way_back_leads_to_this_site_only(support_client):
    assert support_client.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"


def test_setting_up_a_second_factor_opens_the_pages_at_once(transactional_db, support):
    client = Client()
    client.post("/accounts/login/", {"login": support.email, "password": PASSWORD})
    secret = client.get("/accounts/2fa/app/add/").context["form"].secret
    client.post("/accounts/2fa/app/add/", {"code": code_of(secret)})
    assert client.get("/admin/").status_code == 200


def test_after_twelve_hours_it_is_asked_for_again(support_client):
    assert support_client.get("/admin/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=11, minutes=59), tick=False):
        assert support_client.get("/admin/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1), tick=False):
        assert step_towards(support_client).startswith("/accounts/2fa/reauthenticate/")


def test_a_second_factor_that_was_removed_opens_nothing(support, support_client):
    Authenticator.objects.filter(user=support).delete()
    assert step_towards(support_client) == "/accounts/2fa/"


def test_somebody_who_is_staff_no_longer_is_out_at_once(support, support_client):
    User.objects.filter(pk=support.pk).update(is_staff=False)
    assert support_client.get("/admin/", follow=True).status_code == 403


def admin_pages() -> list[str]:
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in shown_models()]
    own = [
        "/admin/",
        "/admin/search/?q=x",
        "/admin/autocomplete/",
        "/admin/jsi18n/",
        "/admin/accounts/",
        "/admin/r/1/1/",
    ]
    return (
        own + lists + [f"{each}{page}" for each in lists for page in ("add/", "1/change/", "1/delete/", "1/history/")]
    )


@pytest.mark.parametrize("who", ["staff without the step", "owner", "nobody"])
def test_no_page_opens_without_it(who, owner, support):
    with_app(support)
    client = {"staff without the step": sign_in(support), "owner": sign_in(owner), "nobody": Client()}[who]
    opened = [path for path in admin_pages() if client.get(path).status_code != 302]
    assert opened == []
    posted = [path for path in admin_pages() if client.post(path).status_code != 302]
    assert posted == []


def test_every_page_of_the_admin_is_behind_the_gate():
    (found,) = [each for each in get_resolver().url_patterns if str(each.pattern) == "admin/"]
    assert {name for name in found.reverse_dict if isinstance(name, str)} >= {"search", "index", "autocomplete"}
    unguarded = [each.name for each in found.url_patterns if getattr(each, "name", "") and not guarded(each.callback)]
    assert unguarded == ["login"]


def guarded(view) -> bool:
    return hasattr(view, "admin_site") or hasattr(view, "__wrapped__")


def test_leaving_and_passwords_are_those_of_everybody(support_client):
    assert support_client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"
    assert support_client.post("/admin/logout/")["Location"] == "/accounts/login/"
    assert support_client.get("/profile/").status_code == 302


def test_the_menu_leads_staff_there_and_nobody_else(support_client, owner_client):
    assert "Support pages" in support_client.get("/profile/").content.decode()
    assert "Support pages" not in owner_client.get("/profile/").content.decode()


def test_staff_who_may_edit_people_may_not_edit_staff_or_rights(db, owner):
    from django.contrib.auth.models import Permission

    editor = UserFactory(email="editor@example.com", is_staff=True)
    editor.user_permissions.add(*Permission.objects.filter(codename__in=("view_user", "change_user")))
    other = UserFactory(email="other@example.com", is_staff=True)
    client = sign_in_with_code(editor, with_app(editor))
    for person in (other, editor):
        assert client.post(f"/admin/accounts/user/{person.pk}/change/", {"name": "X"}).status_code == 403
        assert client.get(f"/admin/accounts/user/{person.pk}/password/").status_code == 403
    fields = {"email": owner.email, "name": "Renamed", "time_zone": "UTC", "is_active": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{owner.pk}/change/", fields | {"is_staff": "on"}).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.is_staff, owner.is_superuser) == ("Renamed", False, False)
