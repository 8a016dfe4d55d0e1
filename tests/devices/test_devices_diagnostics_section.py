"""What the drilldown shows of a device's own reports."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.models import Device
from devices.services import diagnostics, edit_device
from tests.cast import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(organization) -> Device:
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    return DeviceFactory(organization=organization, device_type=kind, device_id="p1")


def page_of(client, organization) -> str:
    return " ".join(client.get(f"/{organization.public_id}/devices/pump/p1/").content.decode().split())


def test_without_reports_it_says_so_and_where_they_come_from(reader_client, organization, device):
    page = page_of(reader_client, organization)
    assert "No log entries and no error codes in the last 7 days. Programs report them by the REST API." in page
    assert "Off since" in page


def test_the_ten_newest_are_shown(reader_client, organization, device, source):
    now = timezone.now()
    for number in range(12):
        at = now - dt.timedelta(hours=number)
        diagnostics.add_log(device, source, message=f"<valve {number:02d}>", severity=2, happened_at=at)
        diagnostics.add_error_code(device, source, error_code=7_000 + number, happened_at=at)
    page = page_of(reader_client, organization)
    assert page.index("&lt;valve 00&gt;") < page.index("&lt;valve 09&gt;")
    assert page.index("7000") < page.index("7009")
    assert "valve 10" not in page
    assert "7010" not in page


def test_they_cost_two_queries_while_there_are_any(
    reader_client, organization, device, source, django_assert_num_queries
):
    page_of(reader_client, organization)
    with CaptureQueriesContext(connection) as without:
        page_of(reader_client, organization)
    diagnostics.add_error_code(device, source, error_code=7)
    with django_assert_num_queries(len(without) + 2):
        page_of(reader_client, organization)
    Device.objects.update(reported_at=timezone.now() - dt.timedelta(days=7, seconds=1))
    with django_assert_num_queries(len(without)):
        assert "7 days. Programs report them" in page_of(reader_client, organization)


def test_an_alert_is_shown(reader_client, organization, device, source):
    head = "<span>Alert</span>"
    assert head not in page_of(reader_client, organization)
    edit_device(device, source, alert=True)
    page = page_of(reader_client, organization)
    assert head in page
    assert "Off since" not in page


def test_alerts_are_a_column_of_the_list_and_a_number_of_the_overview(reader_client, organization, device, source):
    home, listed = f"/{organization.public_id}/", f"/{organization.public_id}/devices/?columns=alert"
    assert "with an alert" not in reader_client.get(home).content.decode()
    edit_device(device, source, alert=True)
    DeviceFactory(organization=organization, device_type=device.device_type, device_id="p2")
    assert f'href="{home}devices/?alert=on"' in reader_client.get(home).content.decode()
    rows = reader_client.get(listed).context["rows"]
    assert ["On" in str(row["cells"][0]["content"]) for row in rows] == [True, False]


def test_what_a_log_entry_carries_is_shown_shortened(reader_client, organization, device, source):
    diagnostics.add_log(device, source, message="Dry run", attachment="<bar>" * 100)
    page = page_of(reader_client, organization)
    assert "&lt;bar&gt;" in page
    assert page.count("&lt;bar&gt;") < 50


def test_who_registered_it(reader_client, organization, device):
    assert "(API)" not in page_of(reader_client, organization)
    Device.objects.update(registered_kind="app")
    assert "(API)" in page_of(reader_client, organization)
