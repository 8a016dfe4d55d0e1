"""A facet that nobody at home knows appears in list, filters and drilldown."""

import pytest
from django.db.models import Q
from django.template import engines

from devices import facets
from devices.conditions import of_devices
from devices.facets import DeviceFacet, FacetColumn, FacetFilter, Section
from tests.cast import DeviceFactory

pytestmark = pytest.mark.django_db

URL = "/abc123/devices/"


class Batteries:
    """Says of each device whether its battery is full: its serial number says so."""

    name = "battery"
    related = ()

    def __init__(self):
        self.asked = []
        self.forgotten = []

    def columns(self, organization):
        return [
            FacetColumn("battery", "Battery", lambda value: f"<{value}>"),
            FacetColumn("volts", "Volts", lambda value: value, default=False),
        ]

    def filters(self, organization):
        return [FacetFilter("battery", "Battery", (("full", "Full"), ("empty", "Empty")))]

    def condition(self, organization, name, value):
        assert name == "battery"
        return of_devices(organization, Q(serial_number=value))

    def serialise_many(self, devices):
        self.asked.append(len(devices))
        return {device.pk: {"battery": device.serial_number} for device in devices if device.serial_number}

    def sections(self, request, device):
        return [
            Section("battery", "Battery", 30, "facet_test/section.html", {"note": f"as {request.membership.role}"}),
            Section("bare", "Bare", 40, "facet_test/section.html", card=False),
        ]

    def importing(self, organization):
        return None

    def forget(self, device):
        self.forgotten.append(device.device_id)


@pytest.fixture
def battery(monkeypatch, settings):
    templates = {
        "facet_test/section.html": "Charge of {{ device.device_id }} {{ note }} {{ organization.public_id }}",
    }
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "APP_DIRS": False,
            "OPTIONS": {
                **settings.TEMPLATES[0]["OPTIONS"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", templates),
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ]
    engines._templates = None
    facet = Batteries()
    monkeypatch.setattr(facets, "_facets", {facet.name: facet})
    return facet


def test_its_column_is_shown_and_asked_once(battery, organization, reader_client):
    DeviceFactory(organization=organization, device_id="d1", serial_number="full")
    DeviceFactory(organization=organization, device_id="d2")
    content = reader_client.get(URL).content.decode()
    assert '<td data-label="Battery">&lt;full&gt;</td>' in content
    assert '<td data-label="Battery">&lt;None&gt;</td>' in content
    assert battery.asked == [2]
    assert "Volts" in content
    assert 'data-label="Volts"' not in content


def test_it_is_not_asked_when_its_columns_are_hidden(battery, organization, reader_client):
    DeviceFactory(organization=organization)
    reader_client.get(f"{URL}?columns=model")
    assert battery.asked == []


def test_its_filter_narrows_the_list(battery, organization, reader_client):
    DeviceFactory(organization=organization, device_id="d1", serial_number="full")
    DeviceFactory(organization=organization, device_id="d2", serial_number="empty")
    response = reader_client.get(f"{URL}?battery=full")
    assert [row["device"].device_id for row in response.context["rows"]] == ["d1"]
    assert "Battery: Full" in response.content.decode()
    assert reader_client.get(f"{URL}?battery=half").status_code == 400


def test_its_sections_stand_in_order_on_the_drilldown(battery, organization, reader_client):
    device = DeviceFactory(organization=organization, device_id="d1")
    response = reader_client.get(f"{URL}{device.device_type.type_id}/d1/")
    expected = ["info", "location", "battery", "bare", "metadata", "registration"]
    assert [section.name for section in response.context["sections"] if section.name in expected] == expected
    content = response.content.decode()
    assert "Charge of d1 as reader abc123" in content
    assert 'href="#section-battery"' in content
    assert 'id="heading-battery"' in content
    assert 'id="heading-bare"' not in content


def test_it_is_told_before_a_device_is_deleted(battery, organization, developer_client):
    device = DeviceFactory(organization=organization, device_id="d1")
    url = f"{URL}{device.device_type.type_id}/d1/delete/"
    assert developer_client.post(url, {"confirm": "d2"}).status_code == 422
    assert battery.forgotten == []
    developer_client.post(url, {"confirm": "d1"})
    assert battery.forgotten == ["d1"]


@pytest.mark.parametrize("facet", facets.facets(), ids=lambda facet: facet.name)
def test_every_facet_answers_all_that_a_facet_is_asked(facet):
    asked = [name for name, member in vars(DeviceFacet).items() if callable(member) and not name.startswith("_")]
    assert len(asked) > 5
    assert [name for name in asked if not callable(getattr(facet, name, None))] == []
