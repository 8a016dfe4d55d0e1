"""Activity by the REST API: the page's filters, and what only managers are told."""

import datetime as dt

import pytest

from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source, record
from tests.api.answers import every_page, violations

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def entries(organization):
    """One each day, the oldest first."""
    made = []
    for day, (actor, action, kind, target) in enumerate(
        [
            ("owner@example.com", "device added", "device", "p1"),
            ("a-abc123-x1", "device changed", "device", "p2"),
            ("owner@example.com", "extension added", "extension", "Main"),
            ("owner@example.com", "invitation sent", "invitation", "new@example.com"),
        ]
    ):
        source = Source(actor, organization.public_id, "192.0.2.1")
        entry = record(source, action, kind, target, note=day)
        ActivityEntry.objects.filter(pk=entry.pk).update(at=NOON + dt.timedelta(days=day))
        made.append(entry.pk)
    return made


def ids(api, **query):
    return [each["id"] for each in every_page(api, "/activity", **query)]


def test_the_newest_come_first_page_by_page(api_of, owner, entries):
    api = api_of(owner)
    assert ids(api, _limit=1) == ids(api) == entries[::-1]
    assert ids(api, _sort="at", _limit=3) == entries
    assert api.get("/activity/").json()["results"][3] == {
        "id": entries[0],
        "at": "2026-03-10T12:00:00.000Z",
        "actor": "owner@example.com",
        "action": "device added",
        "kind": "device",
        "target": "p1",
        "details": {"note": 0},
        "address": "192.0.2.1",
        "via": "",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "a-abc123-x1"}, [1]),
        ({"kind": "device"}, [1, 0]),
        ({"action": "device added"}, [0]),
        ({"q": "P"}, [1, 0]),
        ({"from": "2026-03-11"}, [3, 2, 1]),
        ({"to": "2026-03-11"}, [1, 0]),
        ({"from": "2026-03-11T12:00:00Z", "to": "2026-03-12T14:00:00+02:00"}, [2, 1]),
        ({"from": "2026-03-11T12:00:01", "kind": "device"}, []),
    ],
)
def test_filters_are_those_of_the_page(api_of, owner, entries, query, found):
    assert ids(api_of(owner), **query) == [entries[number] for number in found]


def test_what_only_managers_are_told(api_of, reader, operator, entries):
    assert entries[3] not in ids(api_of(reader))
    assert entries[3] in ids(api_of(operator))
    assert ids(api_of(reader), kind="invitation") == []


def test_entries_of_others_are_not_told(api_of, reader, entries, other_organization):
    record(Source("somebody", other_organization.public_id), "device added", "device", "theirs")
    assert len(ids(api_of(reader))) == 3


@pytest.mark.parametrize(
    "query", [{"who": "x"}, {"from": "soon"}, {"to": "9999-12-31"}, {"q": "\0"}, {"_sort": "actor"}, {"_bookmark": "x"}]
)
def test_what_cannot_be_asked_is_refused(api, query):
    assert "IOTD0400E" in violations(api.get("/activity", query))
