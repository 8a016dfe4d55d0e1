"""The device list: search, filters, sort and paging, all in the URL, in a fixed number of queries."""

import datetime as dt
import itertools
import random
import re

import pytest
from django.utils import timezone

from devices import queries
from devices.identifiers import set_identifiers
from devices.listing.columns import OWN
from devices.models import Device
from iotdash.lib.lists import finding
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

URL = "/abc123/devices/"
SORTABLE = [each.column.name for each in OWN if each.column.sortable]


def shown(response) -> list[str]:
    assert response.status_code == 200
    return [row["device"].device_id for row in response.context["rows"]]


def walk(client, url: str, direction: str = "next_url") -> list[str]:
    """The device ids of all pages from `url` on."""
    found = []
    while url:
        response = client.get(url)
        found = found + shown(response) if direction == "next_url" else shown(response) + found
        url = response.context[direction]
    return found


def last_page(client, url: str) -> str:
    while following := client.get(url).context["next_url"]:
        url = following
    return url


@pytest.fixture
def fleet(organization) -> list[Device]:
    """60 devices with many ties and empty values, whose dates are not in the order of their ids."""
    chance = random.Random(7)
    types = [DeviceTypeFactory(organization=organization, type_id=name) for name in ("pump", "b", "Zeta")]
    start = timezone.now() - dt.timedelta(days=9)
    devices = [
        Device(
            organization=organization,
            device_type=chance.choice(types),
            device_id=f"{chance.choice('aBc')}-{n:02d}",
            serial_number=chance.choice(["", "S1", "S2"]),
            manufacturer=chance.choice(["", "Acme", "acme"]),
            model=chance.choice(["", "W1"]),
            registered_at=start + dt.timedelta(hours=chance.randrange(5)),
            registered_by="owner@example.com",
        )
        for n in range(60)
    ]
    Device.objects.bulk_create(devices)
    return devices


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTABLE for sign in ("", "-")])
def test_every_sort_walks_each_device_once_forward_and_back(owner_client, fleet, sort):
    url = f"{URL}?sort={sort}&size=25"
    forward = walk(owner_client, url)
    back = walk(owner_client, last_page(owner_client, url), "previous_url")
    assert sorted(forward) == sorted(device.device_id for device in fleet)
    assert back == forward


@pytest.mark.parametrize(
    ("sort", "field"),
    [("serial_number", "serial_number"), ("type", "type_name"), ("registered", "registered_at")],
)
def test_a_sort_orders_by_its_column_and_then_by_device_id(owner_client, fleet, sort, field):
    by_id = {device.device_id: device for device in fleet}

    def value(device_id):
        return getattr(by_id[device_id], field), device_id

    for sign in ("", "-"):
        values = [value(each) for each in walk(owner_client, f"{URL}?sort={sign}{sort}&size=100")]
        assert values == sorted(values, reverse=bool(sign))


def test_the_number_of_queries_does_not_grow_with_the_page(owner_client, organization, django_assert_num_queries):
    kinds = [DeviceTypeFactory(organization=organization) for _ in range(4)]
    every = ",".join(each.column.name for each in OWN)
    for n, kind in zip(range(100), itertools.cycle(kinds), strict=False):
        DeviceFactory(organization=organization, device_type=kind, device_id=f"d{n:03d}")
    owner_client.get(URL)
    counts = []
    for size in (25, 100):
        with django_assert_num_queries(9) as queries:
            response = owner_client.get(f"{URL}?size={size}&columns={every}")
        assert len(shown(response)) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("few", [500, 1, 0])
def test_search_finds_beginnings_of_ids_serial_numbers_and_identifiers(
    owner_client, organization, other_organization, monkeypatch, few
):
    monkeypatch.setattr(finding, "FEW", few)
    DeviceFactory(organization=organization, device_id="pump-1")
    DeviceFactory(organization=organization, device_id="x2", serial_number="pump-2")
    third = DeviceFactory(organization=organization, device_id="x3")
    set_identifiers(third, {"one.iccid": "pump-3", "two.id": "pump-4"})
    DeviceFactory(organization=organization, device_id="my-pump-1")
    DeviceFactory(organization=organization, device_id="Pump-1")
    foreign = DeviceFactory(organization=other_organization, device_id="pump-9")
    set_identifiers(foreign, {"one.iccid": "pump-3"})
    assert shown(owner_client.get(f"{URL}?q=pump-")) == ["pump-1", "x2", "x3"]
    assert shown(owner_client.get(f"{URL}?q=pump-3")) == ["x3"]
    assert shown(owner_client.get(f"{URL}?q=%25")) == []


def test_filters_narrow_the_list(owner_client, organization):
    gateway = DeviceTypeFactory(organization=organization, type_id="hall", class_id="Gateway")
    pump = DeviceTypeFactory(organization=organization, type_id="pump")
    DeviceFactory(organization=organization, device_type=gateway, device_id="g", manufacturer="Acme", fw_version="2")
    DeviceFactory(organization=organization, device_type=pump, device_id="p", model="W1", latitude=1, longitude=2)
    DeviceFactory(organization=organization, device_type=pump, device_id="w", alert_enabled=True)
    expected = {
        "type=hall": ["g"],
        "class=Gateway": ["g"],
        "class=Device": ["p", "w"],
        "manufacturer=Acme": ["g"],
        "manufacturer=Acm": [],
        "model=W1": ["p"],
        "firmware=2": ["g"],
        "location=yes": ["p"],
        "location=no": ["g", "w"],
        "alert=on": ["w"],
        "alert=on&model=W1": [],
        "type=unknown": [],
        "type=pump&location=yes&q=p": ["p"],
        "type=pump&location=no": ["w"],
    }
    for query, ids in expected.items():
        assert shown(owner_client.get(f"{URL}?{query}")) == ids, query


def test_the_number_of_devices_is_of_the_filtered_list(owner_client, fleet):
    response = owner_client.get(f"{URL}?size=25")
    assert "25 of 60 devices" in response.content.decode()
    response = owner_client.get(f"{URL}?size=25&serial_number=S1&manufacturer=nobody")
    assert response.status_code == 400


@pytest.mark.parametrize(
    "query", ["nope=1", "sort=metadata", "sort=location", "columns=secret", "cursor=x", "class=Car"]
)
def test_a_url_that_asks_for_what_is_not_there_is_refused_in_words(owner_client, organization, query):
    response = owner_client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert "This list cannot be shown" in response.content.decode()


def test_columns_come_from_the_url(owner_client, organization):
    DeviceFactory(organization=organization, hw_version="rev-77", model="W1")
    content = owner_client.get(f"{URL}?columns=hw_version").content.decode()
    assert "rev-77" in content
    assert 'data-label="Model"' not in content


def test_links_of_the_list_keep_search_filters_and_columns(owner_client, fleet):
    response = owner_client.get(f"{URL}?q=a&type=pump&columns=model&sort=-model&size=25")
    heading = next(each for each in response.context["headers"] if each["label"] == "Model")
    assert heading["direction"] == "descending"
    for part in ("q=a", "type=pump", "columns=", "size=25"):
        assert part in heading["url"]
    chip = next(each for each in response.context["chips"] if "pump" in each["label"])
    assert "type=" not in chip["remove_url"]
    assert "q=a" in chip["remove_url"]


def test_htmx_gets_the_table_only(owner_client, fleet):
    headers = {"HX-Request": "true", "HX-Target": "device-list"}
    part = owner_client.get(URL, headers=headers)
    assert "<table" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "<html" in owner_client.get(URL).content.decode()


def test_missing_values_are_dashes(owner_client, organization):
    DeviceFactory(organization=organization)
    assert "unknown" in owner_client.get(f"{URL}?columns=model").content.decode()


def test_values_are_escaped(owner_client, organization):
    DeviceFactory(organization=organization, model="<script>alert(1)</script>")
    assert "<script>alert(1)" not in owner_client.get(f"{URL}?q=").content.decode()


def test_an_empty_list_says_what_to_do(owner_client, reader_client, organization):
    assert "Add device" in owner_client.get(URL).content.decode()
    assert "Add device" not in reader_client.get(URL).content.decode()
    assert "No device matches" in owner_client.get(f"{URL}?q=zzz").content.decode()


def test_suggestions_come_from_device_types(owner_client, organization):
    DeviceTypeFactory(organization=organization, type_id="pump", manufacturer="Acme & Sons")
    DeviceFactory(organization=organization)
    content = owner_client.get(URL).content.decode()
    suggestions = re.search(r'<datalist id="filter-manufacturer-suggestions">(.*?)</datalist>', content, re.DOTALL)
    assert "Acme &amp; Sons" in suggestions[1]


def test_types_are_listed_with_the_number_of_their_devices(owner_client, organization):
    pump = DeviceTypeFactory(organization=organization, type_id="pump")
    DeviceTypeFactory(organization=organization, type_id="Valve", class_id="Gateway")
    DeviceFactory.create_batch(3, organization=organization, device_type=pump)
    rows = owner_client.get("/abc123/device-types/").context["rows"]
    assert [(row["type"].type_id, str(row["count"])) for row in rows] == [("Valve", "0"), ("pump", "3")]
    rows = owner_client.get("/abc123/device-types/?q=pu").context["rows"]
    assert [row["type"].type_id for row in rows] == ["pump"]
    rows = owner_client.get("/abc123/device-types/?class=Gateway").context["rows"]
    assert [row["type"].type_id for row in rows] == ["Valve"]


def test_counts_of_types_stop_at_the_limit(organization, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_LIMIT", 2)
    pump = DeviceTypeFactory(organization=organization)
    DeviceFactory.create_batch(4, organization=organization, device_type=pump)
    counted = queries.with_device_counts(queries.types_of(organization)).get()
    assert counted.counted == 3
    assert str(queries.device_count(counted)) == "2+"
