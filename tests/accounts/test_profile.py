"""The profile, and what the time zone does to the times on pages."""

import datetime as dt

import pytest

from iotdash.accounts.forms import time_zone_choices
from iotdash.audit.models import ActivityEntry
from tests.cast import UserFactory


def test_profile_saves_name_and_time_zone(owner_client, owner):
    response = owner_client.post("/profile/", {"name": "Ada", "time_zone": "Asia/Tokyo"})
    assert response["Location"] == "/profile/"
    owner.refresh_from_db()
    assert (owner.name, owner.time_zone) == ("Ada", "Asia/Tokyo")
    entry = ActivityEntry.objects.get()
    assert (entry.actor, entry.action, entry.address) == (owner.email, "profile changed", "127.0.0.1")


def test_an_unknown_zone_is_refused(owner_client, owner):
    response = owner_client.post("/profile/", {"name": "Ada", "time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    owner.refresh_from_db()
    assert owner.time_zone == "UTC"
    assert not ActivityEntry.objects.exists()


def test_the_email_address_cannot_be_changed_here(owner_client, owner):
    owner_client.post("/profile/", {"name": "", "time_zone": "UTC", "email": "other@example.com"})
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"


def test_profile_is_for_signed_in_people(client, db):
    assert client.get("/profile/")["Location"] == "/accounts/login/?next=/profile/"


def test_zones_are_grouped_by_region():
    groups = dict(time_zone_choices("UTC"))
    assert groups["UTC"] == "UTC"
    assert ("Europe/Berlin", "Berlin") in groups["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in groups["America"]
    assert "US" not in groups


def test_a_zone_with_an_old_name_stays_chosen():
    assert time_zone_choices("US/Pacific")[0] == ("US/Pacific", "US/Pacific")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", "14 Mar 2026, 23:30"), ("Asia/Tokyo", "15 Mar 2026, 08:30"), ("Gone/Away", "14 Mar 2026, 23:30")],
)
def test_times_are_shown_in_the_persons_zone(client_of, owner, organization, zone, shown):
    owner.time_zone = zone
    owner.save()
    organization.created_at = dt.datetime(2026, 3, 14, 23, 30, tzinfo=dt.UTC)
    organization.save()
    text = client_of(owner).get("/abc123/settings/").content.decode()
    assert f'title="2026-03-14 23:30:00 UTC">{shown}</time>' in text


def test_one_persons_zone_does_not_stay_for_the_next(client_of, owner, reader, organization):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    organization.created_at = dt.datetime(2026, 3, 14, 23, 30, tzinfo=dt.UTC)
    organization.save()
    client_of(owner).get("/abc123/settings/")
    assert "14 Mar 2026, 23:30" in client_of(reader).get("/abc123/settings/").content.decode()


@pytest.mark.django_db
def test_a_person_is_called_by_name_else_by_address():
    assert str(UserFactory(name="Ada")) == "Ada"
    assert str(UserFactory(name="", email="ada@example.com")) == "ada@example.com"
