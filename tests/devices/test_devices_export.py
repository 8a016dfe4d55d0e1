"""The device list as a file: what the list shows, all of its rows, and nothing that a spreadsheet would run."""

import csv
import io
import re
import tracemalloc

import openpyxl
import pytest
from django.http import QueryDict

from devices.listing.exporting import exported
from devices.models import Device
from iotdash.lib import downloads
from tests.cast import DeviceTypeFactory
from tests.devices.importing_world import uploaded

URL = "/abc123/devices/export"


@pytest.fixture
def fleet(organization, pump) -> None:
    valve = DeviceTypeFactory(organization=organization, type_id="valve")
    rows = [
        Device(
            organization=organization,
            device_type=valve if number % 3 == 0 else pump,
            device_id=f"d{number:04}",
            serial_number=f"00{number}",
            manufacturer="=1+1" if number == 1 else "Acme",
        )
        for number in range(2_400)
    ]
    for row in rows:
        row.type_name = row.device_type.type_id
    Device.objects.bulk_create(rows)


def in_csv(client, query: str = "") -> list[list[str]]:
    answer = client.get(f"{URL}.csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def in_workbook(client, query: str = "") -> list[list[str | None]]:
    raw = b"".join(client.get(f"{URL}.xlsx{query}"))
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(raw)).active.iter_rows()]


def test_all_rows_of_the_list_are_in_the_file(fleet, analyst_client):
    rows = in_csv(analyst_client)
    assert rows[0][:3] == ["Device ID", "Type", "Serial number"]
    assert [row[0] for row in rows[1:]] == [f"d{number:04}" for number in range(2_400)]
    assert [row[0] for row in in_workbook(analyst_client)[1:]] == [row[0] for row in rows[1:]]


def test_filter_order_and_columns_are_those_of_the_page(fleet, analyst_client):
    query = "?type=valve&sort=-device_id&columns=type,serial_number"
    rows = in_csv(analyst_client, query)
    assert rows[:3] == [["Type", "Serial number"], ["valve", "002397"], ["valve", "002394"]]
    assert len(rows) == 801
    page = analyst_client.get(f"/abc123/devices/{query}").content.decode()
    links = re.findall(r'href="(/abc123/devices/export\.(?:csv|xlsx)[^"]*)"', page)
    assert len(links) == 2
    assert in_csv(analyst_client, links[0].replace("&amp;", "&").partition(".csv")[2]) == rows
    assert [len(in_csv(analyst_client, f"?q=d00{number}")) for number in (0, 1)] == [11, 11]


def test_what_looks_like_a_formula_is_text(fleet, analyst_client):
    query = "?columns=device_id,manufacturer&q=d0001"
    assert in_csv(analyst_client, query)[1] == ["d0001", "'=1+1"]
    assert in_workbook(analyst_client, query)[1] == ["d0001", "=1+1"]


def test_an_export_can_be_imported_again(fleet, operator_client):
    for form in downloads.FORMATS:
        raw = b"".join(operator_client.get(f"{URL}.{form}?columns=device_id,type,serial_number,manufacturer"))
        found = uploaded(operator_client, raw, name=f"a.{form}", update=True)
        assert (found.found["rows"], found.found["same"], found.found["problems"]) == (2_400, 2_400, 0)


def test_moments_and_places_are_written_for_programs(organization, device, analyst_client):
    Device.objects.filter(pk=device.pk).update(latitude=1.5, longitude=-2, registered_at="2026-05-04T12:30:00Z")
    rows = in_csv(analyst_client, "?columns=device_id,location,registered,class,sim,extension")
    assert rows[1] == ["p1", "Device", "1.5000, -2.0000", "", "", "2026-05-04T12:30:00Z"]


def test_analysts_and_up_export(fleet, reader_client, analyst_client, stranger_client):
    assert reader_client.get(f"{URL}.csv").status_code == 403
    assert stranger_client.get(f"{URL}.csv").status_code == 404
    assert "export.csv" not in reader_client.get("/abc123/devices/").content.decode()


def test_an_address_of_a_file_that_makes_no_sense_leads_back_to_the_list(analyst_client):
    answer = analyst_client.get(f"{URL}.csv?nothing=such")
    assert answer.status_code == 400
    assert 'href="/abc123/devices/">Open the list</a>' in answer.content.decode()


def test_another_organization_has_nothing_of_it(fleet, other_owner_client):
    assert b"".join(other_owner_client.get("/xyz789/devices/export.csv")).decode().count("\n") == 1


@pytest.mark.parametrize("form", downloads.FORMATS)
def test_a_long_list_takes_the_memory_of_a_short_one(fleet, organization, form):
    def peak(query: str) -> int:
        tracemalloc.start()
        for _ in downloads.table("a", form, *exported(organization, QueryDict(query))):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    # Of 800 rows two pages of 500 are read, of all five.
    peak("")
    assert peak("") < peak("type=valve") * 1.3
