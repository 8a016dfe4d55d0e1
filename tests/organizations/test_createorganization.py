"""`manage.py createorganization`"""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Membership, Organization

pytestmark = pytest.mark.django_db


def create(*args: str) -> str:
    out = io.StringIO()
    call_command("createorganization", *args, stdout=out)
    return out.getvalue()


def test_new_administrator_gets_a_password_that_works():
    told = create("Harbour pumps", "--admin", "Ada@Example.com", "--id", "abc123")
    password = re.search(r"^Password: (\S+)$", told, re.M).group(1)
    assert len(password) >= 16
    membership = Membership.objects.select_related("user", "organization").get()
    assert (membership.organization.public_id, membership.organization.name) == ("abc123", "Harbour pumps")
    assert (membership.user.email, membership.role) == ("ada@example.com", "administrator")
    assert membership.user.check_password(password)
    assert "shown this once" in told


def test_every_change_has_an_entry_and_none_a_password():
    told = create("Harbour pumps", "--admin", "ada@example.com", "--id", "abc123")
    entries = ActivityEntry.objects.order_by("id")
    assert [(each.action, each.target) for each in entries] == [
        ("organization created", "abc123"),
        ("person added", "ada@example.com"),
        ("member added", "ada@example.com"),
    ]
    assert {(each.organization, each.actor) for each in entries} == {("abc123", "manage.py createorganization")}
    password = re.search(r"^Password: (\S+)$", told, re.M).group(1)
    assert not any(password in str(each.details) for each in entries)


def test_without_id_one_is_made():
    create("Harbour pumps", "--admin", "ada@example.com")
    assert re.fullmatch(r"[a-z0-9]{6}", Organization.objects.get().public_id)


def test_password_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("seven green bottles\n"))
    told = create("Harbour pumps", "--admin", "ada@example.com", "--password-stdin")
    assert User.objects.get().check_password("seven green bottles")
    assert "bottles" not in told
    assert "Password" not in told


def test_a_known_person_keeps_the_password(owner):
    told = create("River pumps", "--admin", "OWNER@example.com")
    assert "Password" not in told
    assert "known already" in told
    assert owner.memberships.count() == 2
    before = owner.password
    owner.refresh_from_db()
    assert owner.password == before


def test_a_password_for_a_known_person_is_refused(owner, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("seven green bottles\n"))
    with pytest.raises(CommandError, match=r"manage\.py changepassword owner@example\.com"):
        create("River pumps", "--admin", "owner@example.com", "--password-stdin")
    assert Organization.objects.count() == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("Harbour", "--admin", "not an address"), "--admin: Enter a valid email address."),
        (("Harbour", "--admin", "a@example.com", "--id", "ABC"), "--id: An organization id is six characters"),
        (("Harbour", "--admin", "a@example.com", "--id", "static"), "--id: .*taken by the product"),
        (("  ", "--admin", "a@example.com"), "Name: This field cannot be blank."),
        (("x" * 101, "--admin", "a@example.com"), "Name: Ensure this value has at most 100"),
    ],
)
def test_clear_errors(args, words):
    with pytest.raises(CommandError, match=words):
        create(*args)
    assert not Organization.objects.exists()
    assert not User.objects.exists()
    assert not ActivityEntry.objects.exists()


def test_an_id_that_is_taken(organization):
    with pytest.raises(CommandError, match=r"--id: .*already exists"):
        create("Another", "--admin", "a@example.com", "--id", "abc123")


@pytest.mark.parametrize(("typed", "words"), [("short\n", "too short"), ("\n", "standard input was empty")])
def test_a_bad_password_is_refused(monkeypatch, typed, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(CommandError, match=words):
        create("Harbour pumps", "--admin", "a@example.com", "--password-stdin")
    assert not Organization.objects.exists()
