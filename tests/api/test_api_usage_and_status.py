"""Service status, usage, connections, last events: sections 2 and 3.2 of the specification."""

import pytest
from django.utils import timezone

from devices.models import EventCache
from extensions.core.models import ExtensionConfig, Health
from extensions.core.registry import manifests
from iotdash.audit.models import ActivityEntry
from tests.api.answers import error, violations
from tests.support.made_rows import make

pytestmark = pytest.mark.django_db
USAGE = ("/usage/data-traffic", "/usage/active-devices", "/usage/historical-data")


def test_the_status_of_the_first_region(api):
    regions = api.get("/service-status").json()
    assert regions == {"us": {"dashboard": "green", "messaging": "red", "thirdParty": "green"}}
    assert api.get("/service-status/").json() == regions


@pytest.mark.parametrize(
    ("health", "colour"),
    [
        ([Health.CONNECTED, Health.NOT_CHECKED], "green"),
        ([Health.CONNECTED, Health.THROTTLED], "orange"),
        ([Health.NEEDS_ATTENTION, Health.UNREACHABLE], "red"),
        ([Health.PAUSED, Health.UNREACHABLE], "red"),
        ([Health.PAUSED], "green"),
    ],
)
def test_third_parties_are_the_services_of_the_extensions(api, organization, other_organization, health, colour):
    for number, each in enumerate(health):
        _configure(organization, number, each)
    _configure(other_organization, 9, Health.UNREACHABLE)
    assert api.get("/service-status").json()["us"]["thirdParty"] == colour


def _configure(organization, number: int, health: Health) -> None:
    paused = {"paused_at": timezone.now()} if health == Health.PAUSED else {"health": health}
    make(ExtensionConfig, organization=organization, slug=next(iter(manifests())), name=f"account {number}", **paused)


@pytest.mark.parametrize("path", USAGE)
def test_usage_is_zero_and_always_has_days(api, path):
    answer = api.get(path, {"start": "2017-03-01", "end": "2017-03-02"})
    assert answer.status_code == 200
    assert answer.json() == {"start": "2017-03-01", "end": "2017-03-02", "average": 0, "total": 0, "days": []}
    days = [{"date": "2017-03-01", "total": 0}, {"date": "2017-03-02", "total": 0}]
    for yes in ("true", "True"):
        assert api.get(path + "/", {"start": "2017-03-01", "end": "2017-03-02", "detail": yes}).json()["days"] == days
    for no in ("false", "False"):
        assert api.get(path, {"start": "2017-03-01", "end": "2017-03-02", "detail": no}).json()["days"] == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2016", "2016", ("2016-01-01", "2016-12-31")),
        ("2016-02", "2016-02", ("2016-02-01", "2016-02-29")),
        ("2015", "2016-02", ("2015-01-01", "2016-02-29")),
        ("2016-02-29", "2016", ("2016-02-29", "2016-12-31")),
    ],
)
def test_years_and_months_are_answered_as_days(api, start, end, expected):
    found = api.get(USAGE[0], {"start": start, "end": end}).json()
    assert (found["start"], found["end"]) == expected


@pytest.mark.parametrize("query", [{}, {"start": "2017"}, {"end": "2017"}, {"start": "", "end": "2017"}])
def test_a_missing_date_has_an_id_of_its_own(api, query):
    assert error(api.get(USAGE[0], query)) == (400, "CUDUS0002E")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"start": "17", "end": "2017"}, "start"),
        ({"start": "2017", "end": "2017-13"}, "end"),
        ({"start": "2017", "end": "2017-02-30"}, "end"),
        ({"start": "0000", "end": "2017"}, "start"),
        ({"start": "\uff12\uff10\uff11\uff17", "end": "2017"}, "start"),
        ({"start": "2017\n", "end": "2017"}, "start"),
        ({"start": "2017-03-02", "end": "2017-03-01"}, "end"),
        ({"start": "0001", "end": "9999"}, "end"),
        ({"start": "2017", "end": "2017", "detail": "yes"}, "detail"),
    ],
)
def test_dates_that_cannot_be(api, query, place):
    assert violations(api.get(USAGE[0], query)) == {"IOTD0400E": [place]}


def test_the_connection_log_is_empty(api, p1):
    query = {"typeId": "pump", "deviceId": "p1"}
    answer = api.get("/logs/connection", query)
    assert (answer.status_code, answer.content) == (200, b"[]")
    window = {"_limit": "20", "_offset": "5", "fromTime": "2017-03-01T09:00:00", "toTime": "2017-03-02T09:00:00Z"}
    assert api.get("/logs/connection/", query | window).json() == []
    assert violations(api.get("/logs/connection", {"typeId": "pump"})) == {"CUDRS0009E": ["deviceId"]}
    assert error(api.get("/logs/connection", query | {"deviceId": "p2"})) == (404, "IOTD0404E")
    for name, value in (("_limit", "21"), ("_limit", "0"), ("_offset", "-1"), ("fromTime", "now"), ("deviceId", "\0")):
        assert violations(api.get("/logs/connection", query | {name: value})) == {"IOTD0400E": [name]}


def test_nothing_is_connected(api, p1):
    empty = {"results": [], "meta": {"total_rows": 0}}
    for query in (
        {},
        {"connectionStatus": "connected"},
        {"connectedAfter": "100"},
        {"deviceType": "a", "deviceId": "b"},
    ):
        assert api.get("/clientconnectionstates", query).json() == empty
    assert api.get("/clientconnectionstates/", {"_limit": 5, "_sort": "id"}).json() == empty
    assert violations(api.get("/clientconnectionstates", {"connectedAfter": "noon"})) == {
        "IOTD0400E": ["connectedAfter"]
    }


@pytest.mark.parametrize("client_id", ["d:abc123:pump:p1", "15", "fakeId", "A:abc123:app:1"])
def test_a_client_of_which_no_connection_is_known(api, p1, client_id):
    for path in (f"/clientconnectionstates/{client_id}", f"/clientconnectionstates/{client_id}/"):
        answer = api.get(path)
        assert error(answer) == (404, "IOTD0404E")
        assert answer.json()["exception"]["properties"] == [client_id]


@pytest.mark.parametrize("client_id", ["fff/kdk/f", "a%20b", "x" * 129])
def test_what_is_no_client_id(api, client_id):
    assert list(violations(api.get(f"/clientconnectionstates/{client_id}"))) == ["IOTD0400E"]


def test_last_events_are_empty(api, p1):
    path = "/device/types/pump/devices/p1/events"
    answer = api.get(path)
    assert (answer.status_code, answer.content) == (200, b"[]")
    assert api.get(path + "/").json() == []
    assert error(api.get(path + "/status")) == (404, "IOTD0404E")
    assert error(api.get("/device/types/pump/devices/p2/events")) == (404, "IOTD0404E")


def test_the_event_cache_is_an_administrators(api_of, owner, operator, organization, other_organization):
    own = api_of(owner)
    assert own.get("/config/lec").json() == {"enabled": True, "ttlDays": 7}
    answer = own.put("/config/lec/", {"enabled": False, "ttlDays": 45})
    assert (answer.status_code, answer.json()) == (200, {"enabled": False, "ttlDays": 45})
    assert own.put("/config/lec", {"enabled": None, "ttlDays": 1}).json() == {"enabled": False, "ttlDays": 1}
    assert own.get("/config/lec").json() == {"enabled": False, "ttlDays": 1}
    assert list(EventCache.objects.values_list("organization", flat=True)) == [organization.pk]
    assert ActivityEntry.objects.filter(action="last event cache changed").count() == 2
    assert error(api_of(operator).put("/config/lec", {"enabled": True})) == (403, "IOTD0403E")
    assert api_of(operator).get("/config/lec").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ttlDays": 0}, {"IOTD0400E": ["ttlDays"]}),
        ({"ttlDays": 46}, {"CUDRS0012E": ["ttlDays", "45"]}),
        ({"ttlDays": 1.5}, {"IOTD0400E": ["ttlDays"]}),
        ({"enabled": "true"}, {"IOTD0400E": ["enabled"]}),
        ({"days": 1}, {"IOTD0400E": ["days"]}),
    ],
)
def test_days_of_the_event_cache(api_of, owner, body, expected):
    assert violations(api_of(owner).put("/config/lec", body)) == expected


def test_while_the_event_cache_is_off_it_says_so(api, api_of, owner, p1):
    api_of(owner).put("/config/lec", {"enabled": False})
    for path in ("events", "events/status"):
        answer = api.get(f"/device/types/pump/devices/p1/{path}")
        assert error(answer) == (403, "CUDCS0105E")
