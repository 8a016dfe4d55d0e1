"""Whichever way devices are found, the same are found; and on SQLite the way never sorts or scans a whole table."""

import itertools
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from devices.addresses import device_links, device_url
from devices.conditions import of_devices
from devices.identifiers import set_identifiers
from devices.listing import filters
from devices.models import Device
from devices.queries import search
from iotdash.lib.lists import Condition, Count, conditions, finding
from tests.benchmarks import fleet as fleets
from tests.benchmarks.list_cases import Case
from tests.benchmarks.lists import DEVICES
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db

URL = "/abc123/devices/"
SIZE = 300


@pytest.fixture
def fleet(organization):
    """The benchmarks' fleet, small: filters of every app have something to find."""
    fleets.seed(organization, SIZE)
    return organization


def keys(devices) -> set[int]:
    return set(devices.values_list("pk", flat=True))


def every_condition(organization):
    extra = filters.facet_filters(organization)
    for case in DEVICES.filtered(organization):
        ((name, value),) = case.query.items()
        if name in filters._CONDITIONS:
            yield case.name, filters._CONDITIONS[name](organization, value)
        for facet, declared in extra:
            if name in {each.name for each in declared}:
                yield case.name, facet.condition(organization, name, value)
    for text in DEVICES.texts.values():
        yield from ((f"search {text}", condition) for condition in search(organization, text))


def test_every_condition_means_the_same_devices_in_each_of_its_ways(fleet, other_organization):
    DeviceFactory(organization=other_organization, manufacturer="Okapi", device_id="pump-1")
    sizes = []
    for name, condition in every_condition(fleet):
        found = set(condition.found.values_list(condition.key, flat=True))
        assert keys(fleet.devices.filter(condition.where)) == found, name
        assert keys(fleet.devices.filter(condition.walked)) == found, name
        assert condition.at_most(SIZE) == found, name
        assert condition.count() == Count(len(found), exact=True), name
        sizes.append(len(found))
    assert len(sizes) > 30
    assert sum(0 < size < SIZE for size in sizes) > 15


def shown(client, query: str) -> tuple[list[str], str]:
    context = client.get(f"{URL}?size=100&{query}").context
    return [row["device"].device_id for row in context["rows"]], str(context["count"])


PARTS = (
    "",
    "q=pump-",
    "q=OK",
    "q=8901",
    "q=zzz",
    "type=meter",
    "class=Gateway",
    "manufacturer=Okapi",
    "firmware=2.0",
    "location=yes",
    "extension=none",
    "sim=Activated",
    "sort=-type",
    "sort=serial_number",
)


@pytest.mark.long
@pytest.mark.slow
def test_few_and_many_are_found_alike(fleet, owner_client, monkeypatch):
    for one, other in itertools.combinations(PARTS, 2):
        if one.partition("=")[0] == other.partition("=")[0]:
            continue
        answers = []
        for few in (SIZE, 40, 0):
            monkeypatch.setattr(finding, "FEW", few)
            answers.append(shown(owner_client, f"{one}&{other}"))
        assert answers[0] == answers[1] == answers[2], (one, other)


def test_a_device_that_is_found_in_several_ways_is_shown_and_counted_once(organization, owner_client, monkeypatch):
    device = DeviceFactory(organization=organization, device_id="p1", serial_number="p2")
    set_identifiers(device, {"one.id": "p3", "two.id": "p4"})
    DeviceFactory(organization=organization, device_id="other", serial_number="p5")
    DeviceFactory(organization=organization, device_id="p6")
    for few in (1000, 1, 0):
        monkeypatch.setattr(finding, "FEW", few)
        assert shown(owner_client, "q=p") == (["other", "p1", "p6"], "3")


def test_counting_stops_and_says_so(organization, monkeypatch):
    monkeypatch.setattr(conditions, "REPEATS", 1)
    pump = DeviceTypeFactory(organization=organization, type_id="pump")
    for number in range(5):
        device = DeviceFactory(organization=organization, device_type=pump)
        set_identifiers(device, {"one.id": f"p{number}", "two.id": f"q{number}"})
    exact, more = Count(5, exact=True), Count(4, exact=False)
    for limit, count, of_rows_twice in ((5, exact, more), (4, more, Count(3, exact=False))):
        monkeypatch.setattr(conditions, "COUNT_LIMIT", limit)
        assert of_devices(organization, Q(device_type=pump)).count() == count
        *_, identifier = search(organization, "p")
        assert identifier.count() == count
        # Every device twice: after six of the ten rows nobody knows whether there are more than four devices.
        both = Condition(Q(), organization.device_identifiers.order_by("device"), key="device_id")
        assert both.count() == of_rows_twice


@pytest.mark.slow
def test_many_are_met_by_walking_an_index_and_never_sorted(fleet, owner_client, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite, which is the same for any number of rows")
    monkeypatch.setattr(finding, "FEW", 0)
    asked_for = [*DEVICES.filtered(fleet), *DEVICES.searches()]
    by_time = [case + Case(DEVICES, "newest", {"sort": "-registered"}) for case in asked_for]
    for case in [*DEVICES.sorts(fleet), *asked_for, *by_time]:
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get(URL, case.query).status_code == 200
        for query in asked:
            plan = plan_of(query["sql"]) if ' FROM "devices_device" ' in query["sql"] else ""
            assert "SCAN devices_device" not in plan, (case.name, plan)
            # A page's keys, gathered from several stretches, are put in order.
            by_key = "USING INTEGER PRIMARY KEY (rowid=?)" in plan
            assert by_key or "TEMP B-TREE FOR ORDER BY" not in plan, (case.name, plan)


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " · ".join(row[3] for row in cursor.fetchall())


def test_few_are_looked_up_by_their_keys(fleet, owner_client):
    if connection.vendor != "sqlite":
        pytest.skip("reads the plan of SQLite")
    with CaptureQueriesContext(connection) as asked:
        owner_client.get(f"{URL}?class=Device&sort=-registered")
    (rows,) = [query["sql"] for query in asked if '"devices_device"."id" IN (' in query["sql"]]
    assert "SEARCH devices_device USING INTEGER PRIMARY KEY (rowid=?)" in plan_of(rows)


def test_a_device_knows_the_name_of_its_type(organization):
    pump = DeviceTypeFactory(organization=organization, type_id="pump")
    device = DeviceFactory(organization=organization, device_type=pump)
    made = {"organization": organization, "device_type": pump, "registered_by": "owner@example.com"}
    Device.objects.bulk_create(Device(device_id=f"d{n}", **made) for n in range(2))
    assert set(Device.objects.values_list("type_name", flat=True)) == {"pump"}
    Device.objects.update(type_name="")
    import_module("devices.migrations.0003_indexes_for_lists").copy_type_ids(apps, None)
    device.refresh_from_db()
    assert device.type_name == "pump"


@pytest.mark.parametrize("name", ["p1", ".", "..", "a.b_c-D"])
def test_links_of_a_list_are_the_addresses_of_its_devices(organization, name):
    device = DeviceFactory(organization=organization, device_id=name)
    assert device_links(organization)(device) == device_url(device)
