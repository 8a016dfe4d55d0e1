"""Writing the activity log, and that nobody rewrites it."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction

from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source, record

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
SOURCE = Source(actor="ada@example.com", organization="abc123", address="2001:db8::1")
pytestmark = pytest.mark.django_db


@time_machine.travel(NOON, tick=False)
def test_an_entry_says_who_what_on_what_and_from_where():
    record(SOURCE, "device added", "device", "pump:p1", reason="spare")
    entry = ActivityEntry.objects.get()
    assert (entry.at, entry.actor, entry.organization) == (NOON, "ada@example.com", "abc123")
    assert (entry.action, entry.target_kind, entry.target) == ("device added", "device", "pump:p1")
    assert (entry.details, entry.address) == ({"reason": "spare"}, "2001:db8::1")


def test_a_long_target_is_cut_rather_than_lost():
    assert len(record(SOURCE, "device added", "device", "x" * 500).target) == 200


def test_no_entry_without_its_change():
    try:
        with transaction.atomic():
            record(SOURCE, "device added")
            raise ValueError
    except ValueError:
        pass
    assert not ActivityEntry.objects.exists()


def test_support_staff_reads_the_log_and_changes_nothing(support_client):
    entry = record(SOURCE, "device added", "device", "pump:p1")
    page = f"/admin/audit/activityentry/{entry.pk}"
    assert "pump:p1" in support_client.get("/admin/audit/activityentry/?q=pump").content.decode()
    assert support_client.get(f"{page}/change/").status_code == 200
    assert support_client.post(f"{page}/change/", {"actor": "eve"}).status_code == 403
    assert support_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert support_client.get("/admin/audit/activityentry/add/").status_code == 403
