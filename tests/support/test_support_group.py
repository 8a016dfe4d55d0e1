"""`manage.py createsupport` and `manage.py removesecondfactors`: how support staff come, and get back in."""

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client

from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from tests.cast import PASSWORD, sign_in_with_code, with_app
from tests.support.made_rows import make, shown_models


def run(*argv: str) -> str:
    out = io.StringIO()
    call_command(*argv, stdout=out)
    return out.getvalue()


def test_a_new_person_gets_a_password_that_works(db):
    said = run("createsupport", "Help@Example.com")
    person = User.objects.get(email="help@example.com")
    assert person.check_password(re.search(r"Password: (\S+)", said)[1])
    assert (person.is_staff, person.is_superuser, person.groups.get().name) == (True, False, "Support")
    assert ActivityEntry.objects.latest("pk").action == "made support staff"


def test_a_known_person_keeps_their_password(owner):
    before = owner.password
    assert "Password" not in run("createsupport", owner.email)
    owner.refresh_from_db()
    assert (owner.password, owner.is_staff) == (before, True)


def test_a_bad_address_is_refused_in_words(db):
    with pytest.raises(CommandError, match="valid email"):
        run("createsupport", "nobody")
    assert not User.objects.exists()


def test_again_gives_the_group_what_is_new(owner):
    run("createsupport", owner.email)
    group = Group.objects.get()
    had = group.permissions.count()
    group.permissions.clear()
    run("createsupport", owner.email)
    assert group.permissions.count() == had


@pytest.mark.slow
def test_the_group_sees_every_list_and_edits_none(owner):
    run("createsupport", owner.email)
    client = sign_in_with_code(owner, with_app(owner))
    for model in shown_models():
        row, place = make(model), f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        assert client.get(f"{place}/").status_code == 200, place
        assert client.get(f"{place}/{row.pk}/change/").status_code == 200, place
        assert client.post(f"{place}/{row.pk}/change/", {}).status_code == 403, place
        assert client.post(f"{place}/{row.pk}/delete/", {"post": "yes"}).status_code == 403, place
        assert client.get(f"{place}/add/").status_code == 403, place


def test_the_group_may_act_but_not_on_people(owner, support_client):
    run("createsupport", owner.email)
    client = sign_in_with_code(owner, with_app(owner))
    offered = {"extensions/extensionconfig": "check_now", "extensions/operation": "retry", "extensions/lane": "try_now"}
    for model in shown_models():
        make(model)
    for place, action in offered.items():
        assert f'value="{action}"' in client.get(f"/admin/{place}/").content.decode()
    assert "remove_second_factors" not in client.get("/admin/accounts/user/").content.decode()
    assert "remove_second_factors" in support_client.get("/admin/accounts/user/").content.decode()


def test_second_factors_are_removed_for_whoever_lost_them(owner):
    with_app(owner)
    run("removesecondfactors", owner.email)
    assert not Authenticator.objects.exists()
    assert ActivityEntry.objects.get().action == "second factors removed"
    with pytest.raises(CommandError, match="has none"):
        run("removesecondfactors", owner.email)
    with pytest.raises(CommandError, match="Nobody has"):
        run("removesecondfactors", "nobody@example.com")


def test_staff_remove_them_on_the_support_pages_and_it_is_recorded(owner, organization, support_client):
    with_app(owner)
    chosen = {"action": "remove_second_factors", "_selected_action": [owner.pk]}
    support_client.post("/admin/accounts/user/", chosen)
    assert not Authenticator.objects.filter(user=owner).exists()
    entries = ActivityEntry.objects.values_list("organization", "action", "via")
    assert set(entries) == {("", "person changed", "staff"), (organization.public_id, "person changed", "staff")}


def test_staff_sign_a_person_out_everywhere(owner, organization, support_client):
    client = Client()
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert client.get("/profile/").status_code == 200
    support_client.post("/admin/accounts/user/", {"action": "end_sessions", "_selected_action": [owner.pk]})
    assert client.get("/profile/").status_code == 302
    assert ActivityEntry.objects.filter(organization=organization.public_id, via="staff").exists()


def test_a_password_set_by_staff_is_recorded_and_signs_out(owner, organization, support_client, owner_client):
    fields = {"password1": "another harbour 27", "password2": "another harbour 27", "usable_password": "true"}
    assert support_client.post(f"/admin/accounts/user/{owner.pk}/password/", fields).status_code == 302
    assert owner_client.get("/profile/").status_code == 302
    assert ActivityEntry.objects.filter(organization=organization.public_id, via="staff").exists()


def test_an_account_that_is_switched_off_is_out_at_once(owner, support_client, owner_client):
    fields = {"email": owner.email, "name": "", "time_zone": "UTC"}
    support_client.post(f"/admin/accounts/user/{owner.pk}/change/", fields)
    assert owner_client.get("/profile/").status_code == 302
    assert ActivityEntry.objects.latest("pk").details["what"] == "Name, Is active"
