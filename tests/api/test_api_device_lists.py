"""Lists of devices: pages, filters, sorting and facets of section 1.5 of the specification."""

import datetime as dt
import itertools
import runpy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.models import Device, DeviceType
from devices.rest.lists import SORTS
from tests.api.answers import every_page, violations
from tests.architecture.house import ROOT
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
ALL = "/bulk/devices"


@pytest.fixture
def fleet(organization) -> list[Device]:
    """Twelve devices of three types."""
    kinds = [DeviceTypeFactory(organization=organization, type_id=f"t{number}") for number in range(3)]
    start = dt.datetime(2026, 3, 1, 9, 0, 0, 250_400, tzinfo=dt.UTC)
    return [
        DeviceFactory(
            organization=organization,
            device_type=kinds[number % 3],
            device_id=f"d{number:02d}",
            model=f"m{number // 6}" if number % 5 else "",
            serial_number=f"s{number}",
            device_class="A" if number < 4 else "B",
            alert_enabled=number in (3, 7),
            alert_at=start - dt.timedelta(hours=number),
            registered_at=start + dt.timedelta(days=number),
        )
        for number in range(12)
    ]


def ids(api, path: str = ALL, **query) -> list[int]:
    return [int(each["deviceId"][1:]) for each in every_page(api, path, **query)]


def test_twenty_five_are_a_page_and_the_last_page_has_no_bookmark(api, organization):
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    for number in range(26):
        DeviceFactory(organization=organization, device_type=kind, device_id=f"d{number:02d}")
    for path in (ALL, "/device/types/pump/devices/"):
        first = api.get(path).json()
        assert (len(first["results"]), first["meta"]) == (25, {"total_rows": 26})
        last = api.get(path, {"_bookmark": first["bookmark"]}).json()
        assert [each["deviceId"] for each in last["results"]] == ["d25"]
        assert "bookmark" not in last
        whole = api.get(path, {"_limit": 26}).json()
        assert len(whole["results"]) == 26
        assert "bookmark" not in whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"typeId": "t1"}, [1, 4, 7, 10]),
        ({"deviceId": "d05"}, [5]),
        ({"deviceInfo.serialNumber": "s11"}, [11]),
        ({"deviceInfo.model": "m0", "typeId": "t0"}, [3]),
        ({"deviceInfo.deviceClass": "A"}, [0, 1, 2, 3]),
        ({"deviceInfo.deviceClass": "a"}, []),
        ({"status.alert.enabled": "true"}, [3, 7]),
        ({"status.alert.enabled": "True"}, [3, 7]),
        ({"status.alert.enabled": "False", "typeId": "t1"}, [1, 4, 10]),
        ({"registration.date": "2026-03-02"}, [1]),
        ({"registration.date": "2026-03-02T09:00:00.250Z"}, [1]),
        ({"registration.date": "2026-03-02T09:00:00.250"}, [1]),
        ({"registration.date": "2026-03-02T09:00:00Z"}, []),
        ({"mgmt.dormant": "false"}, []),
        ({"mgmt.supports.deviceActions": "true"}, []),
        ({"gatewayTypeId": "t0", "gatewayId": "d00"}, []),
        ({"_unknown": "1", "_expand": "all"}, list(range(12))),
    ],
)
def test_filters(api, fleet, query, expected):
    assert ids(api, **query) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status.alert.enabled", "1"),
        ("mgmt.dormant", "maybe"),
        ("registration.date", "yesterday"),
        ("registration.date", "2026-13-01"),
        ("typeid", "t1"),
        ("deviceInfo", "x"),
        ("typeId", "a\x00"),
        ("_limit", "0"),
        ("_limit", "-1"),
        ("_limit", "1.5"),
        ("_sort", "metadata"),
        ("_sort", "--deviceId"),
        ("_facets", "deviceId"),
        ("_bookmark", "made-up"),
    ],
)
def test_what_a_list_does_not_know_is_told_and_not_passed_over(api, fleet, name, value):
    for path in (ALL, "/device/types/t1/devices"):
        assert violations(api.get(path, {name: value})) == {"IOTD0400E": [name]}


def test_more_than_a_thousand_rows_are_too_many(api, fleet):
    assert violations(api.get(ALL, {"_limit": 1001})) == {"CUDRS0012E": ["_limit", "1000"]}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("deviceId", list(range(12))),
        ("-deviceId", list(range(11, -1, -1))),
        ("[typeId,-deviceId]", [9, 6, 3, 0, 10, 7, 4, 1, 11, 8, 5, 2]),
        ("status.alert.timestamp", list(range(11, -1, -1))),
        ("-status.alert.enabled", [7, 3, 11, 10, 9, 8, 6, 5, 4, 2, 1, 0]),
        ("-registration.date", list(range(11, -1, -1))),
        ("-mgmt.dormant", list(range(12))),
        ("gatewayId, -deviceId", list(range(11, -1, -1))),
    ],
)
def test_sorting(api, fleet, sort, expected):
    assert ids(api, _sort=sort, _limit=5) == expected


def test_a_bookmark_belongs_to_its_question(api, fleet):
    bookmark = api.get(ALL, {"_limit": 2, "typeId": "t1"}).json()["bookmark"]
    assert violations(api.get(ALL, {"_limit": 2, "_bookmark": bookmark})) == {"IOTD0400E": ["_bookmark"]}
    answer = api.get(ALL, {"_limit": 9, "typeId": "t1", "_bookmark": bookmark})
    assert [each["deviceId"] for each in answer.json()["results"]] == ["d07", "d10"]


def test_a_bookmark_of_the_longest_texts_fits_into_an_address(api, organization):
    for number in range(2):
        DeviceFactory(organization=organization, device_id=f"p{number}", info_description="\U0001f600" * 500)
    query = {"_limit": 1, "_sort": "deviceInfo.description"}
    query |= {"_bookmark": api.get(ALL, query).json()["bookmark"]}
    answer = api.get(ALL, query)
    assert [each["deviceId"] for each in answer.json()["results"]] == ["p1"]
    request = answer.wsgi_request
    assert (
        len(f"GET {request.get_full_path()} HTTP/1.1")
        < runpy.run_path(str(ROOT / "gunicorn.conf.py"))["limit_request_line"] / 2
    )


def test_devices_that_come_and_go_between_pages_repeat_nothing(api, fleet, organization):
    first = api.get(ALL, {"_limit": 4}).json()
    Device.objects.filter(device_id="d03").delete()
    DeviceFactory(organization=organization, device_type=fleet[0].device_type, device_id="a")
    second = api.get(ALL, {"_limit": 4, "_bookmark": first["bookmark"]}).json()
    assert [each["deviceId"] for each in second["results"]] == ["d04", "d05", "d06", "d07"]


def test_facets(api, fleet):
    names = ["typeId", "deviceInfo.model", "deviceInfo.deviceClass", "status.alert.enabled", "mgmt.dormant"]
    page = api.get(ALL, {"_facets": ",".join(names), "_limit": 5}).json()
    assert page["meta"] == {
        "total_rows": 12,
        "facets": {
            "typeId": {"t0": 4, "t1": 4, "t2": 4},
            "deviceInfo.model": {"m0": 4, "m1": 5},
            "deviceInfo.deviceClass": {"B": 8, "A": 4},
            "status.alert.enabled": {"false": 10, "true": 2},
            "mgmt.dormant": {},
        },
    }
    narrowed = api.get(ALL, {"_facets": "typeId", "status.alert.enabled": "true"}).json()
    assert narrowed["meta"]["facets"] == {"typeId": {"t0": 1, "t1": 1}}
    following = api.get(ALL, {"_facets": ",".join(names), "_limit": 5, "_bookmark": page["bookmark"]}).json()
    assert following["meta"] == {"total_rows": 12}


def test_a_list_answers_what_a_device_itself_answers(api, fleet, organization):
    door = DeviceTypeFactory(organization=organization, type_id="door", class_id=DeviceType.ClassId.GATEWAY)
    DeviceFactory(organization=organization, device_type=door, device_id="d12", metadata={"floor": [1, 2]})
    listed = every_page(api, ALL) + every_page(api, "/device/types/door/devices")
    assert [each["clientId"] for each in listed[-2:]] == ["g:abc123:door:d12"] * 2
    for each in listed:
        assert each == api.get(f"/device/types/{each['typeId']}/devices/{each['deviceId']}").json()


@pytest.mark.parametrize("path", [ALL, "/device/types/pump/devices"])
def test_a_page_of_a_hundred_costs_as_many_queries_as_a_page_of_one(api, organization, path, django_assert_num_queries):
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    for number in range(101):
        DeviceFactory(organization=organization, device_type=kind, device_id=f"d{number}")
    api.get(path)
    # Session, person, membership, count, page; the type, once: before the page or with it.
    with django_assert_num_queries(6):
        page = api.get(path, {"_limit": 100}).json()
    # No count any more.
    with django_assert_num_queries(5):
        api.get(path, {"_limit": 100, "_bookmark": page["bookmark"]})


def test_types_are_listed_in_four_queries_and_a_count(api, organization, django_assert_num_queries):
    for _ in range(30):
        DeviceTypeFactory(organization=organization)
    DeviceTypeFactory(organization=organization)
    api.get("/device/types")
    with django_assert_num_queries(5):
        assert len(api.get("/device/types", {"_limit": 30}).json()["results"]) == 30


words = st.sampled_from(["", "a", "A", "aa", "b", "é", "z", "ß", "\U0001f600"])
rows = st.lists(st.tuples(st.integers(0, 2), words, words, st.booleans(), st.integers(0, 2)), max_size=14)
sorts = st.lists(st.tuples(st.sampled_from(["", "-"]), st.sampled_from(sorted(SORTS))), max_size=3)
filters = st.sampled_from(
    [{}, {"typeId": "t1"}, {"deviceInfo.model": "a"}, {"deviceInfo.hwVersion": ""}, {"status.alert.enabled": "true"}]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, sort=sorts, narrowed=filters, limit=st.integers(1, 6))
def test_pages_of_any_list_are_the_list(api, organization, rows, sort, narrowed, limit):
    """Whatever it is sorted and filtered by, and however short the pages are: each device once, in one order."""
    _register(organization, rows)
    query = {**narrowed, "_sort": ",".join(sign + name for sign, name in sort)}
    paged = every_page(api, ALL, **query, _limit=limit)
    assert paged == every_page(api, ALL, **query, _limit=1000)
    assert {each["deviceId"] for each in paged} == {
        f"d{number}" for number, row in enumerate(rows) if _fits(row, narrowed)
    }
    assert len({each["id"] for each in paged}) == len(paged)
    if sort and sort[0][1] in ("typeId", "deviceInfo.model", "status.alert.enabled"):
        _assert_in_order([_value(each, sort[0][1]) for each in paged], descending=sort[0][0] == "-")


def _register(organization, rows) -> None:
    Device.objects.all().delete()
    DeviceType.objects.all().delete()
    kinds = [DeviceTypeFactory(organization=organization, type_id=f"t{number}") for number in range(3)]
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    Device.objects.bulk_create(
        Device(
            organization=organization,
            device_type=kinds[kind],
            device_id=f"d{number}",
            model=model,
            hw_version=version,
            alert_enabled=alert,
            alert_at=start + dt.timedelta(microseconds=hour),
            registered_at=start + dt.timedelta(hours=hour),
        )
        for number, (kind, model, version, alert, hour) in enumerate(rows)
    )


def _fits(row, narrowed: dict[str, str]) -> bool:
    kind, model, version, alert, _ = row
    shown = {"typeId": f"t{kind}", "deviceInfo.model": model, "deviceInfo.hwVersion": version}
    shown["status.alert.enabled"] = str(alert).lower()
    return all(shown[name] == value for name, value in narrowed.items())


def _value(device, name: str):
    if name == "deviceInfo.model":
        return device["deviceInfo"].get("model", "")
    return device["typeId"] if name == "typeId" else device["status"]["alert"]["enabled"]


def _assert_in_order(values, *, descending: bool) -> None:
    for one, other in itertools.pairwise(values):
        assert one >= other if descending else one <= other


def test_rows_are_counted_once_and_only_where_one_page_is_not_all(api, p1):
    api.post("/device/types/pump/devices", {"deviceId": "p2"})

    def counts(**query) -> int:
        with CaptureQueriesContext(connection) as asked:
            page.update(api.get("/bulk/devices", query).json())
        return sum("COUNT(" in each["sql"] for each in asked)

    page = {}
    assert (counts(), page["meta"]["total_rows"]) == (0, 2)
    assert (counts(_limit=1), page["meta"]["total_rows"]) == (1, 2)
    assert (counts(_limit=1, _bookmark=page["bookmark"]), page["meta"]["total_rows"]) == (0, 2)
