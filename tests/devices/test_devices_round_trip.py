"""What is exported can be imported again: no text, number, moment or tag becomes another one on the way."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from devices.listing import columns
from devices.models import Device
from devices.tags.services import set_tags
from iotdash.lib import downloads
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.devices.importing_world import confirmed, done, problems, uploaded

NASTY = [
    *("=1+1", "'=1+1", "''-1", "-1", "+44", "@a", "'", "'a", "a'b", '"', '"a";b,c\td', "a\r\nb", "a\nb", "a\rb"),
    *("0012", "8988200000000000014", "1.10", "TRUE", "2026-05-04", "1/2", "#N/A", "null", "_x0041_", "_x000D_"),
    *(
        "a\x01b",
        "a\x0bb",
        "Mühle",
        "\U0001f69c",
        "مضخة",
        "<b>&amp;</b>",
        "%s{}\\",
        "a\u2028b",
        "\ufeffa",
        " a ",
        "a  b",
    ),
]
METADATA = {
    "text": ["=1", "a\r\n\t\x01", "é", '"'],
    "number": [1, 1.0, -0.5, 1e300, 2**70],
    "more": [True, None, {}, {"=a": []}],
}


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def fleet(organization, source) -> list[Device]:
    kinds = [DeviceTypeFactory(organization=organization, type_id=name) for name in ("-1", "1.10")]
    found = [_device(organization, kinds[number % 2], number, text) for number, text in enumerate(NASTY)]
    for number, device in enumerate(found[:4]):
        set_tags(device, [("=1", "-a b", "'=x", "Süd")[number], "north"][: number + 1], source)
    return found


def _device(organization, kind, number: int, text: str) -> Device:
    return DeviceFactory(
        organization=organization,
        device_type=kind,
        device_id=["-1", "00", "1.0", "1E5", "a_x0041_"][number] if number < 5 else f"d{number}",
        metadata=METADATA if number % 2 else {},
        **dict.fromkeys(("serial_number", "manufacturer", "model", "fw_version", "info_description"), text),
        **(_place(number) if number % 3 else {}),
    )


def _place(number: int) -> dict:
    return {
        "descriptive_location": "=hall",
        "latitude": -1 / 3,
        "longitude": 1e-7 * number,
        "elevation": -12.5 if number % 2 else None,
        "measured_at": datetime(2026, 5, 4, 12, 30, 1, 123456, tzinfo=UTC),
    }


def exported(client, organization, form: str) -> bytes:
    names = [column.name for column in columns.list_columns(columns.facet_columns(organization))]
    address = reverse(f"devices:export_{form}", args=[organization.public_id])
    return b"".join(client.get(f"{address}?columns={','.join(names)}"))


def state() -> list[dict]:
    left_out = (
        "id",
        "registered_by",
        "updated_at",
        "registered_at",
        "alert_at",
        "located_at",
        "token_digest",
        "token_issued_at",
    )
    found = Device.objects.order_by("type_name", "device_id").values()
    return [{name: value for name, value in row.items() if name not in left_out} for row in found]


@pytest.mark.parametrize("form", downloads.FORMATS)
def test_nothing_differs_after_an_export_of_all_columns(fleet, organization, operator_client, form):
    raw = exported(operator_client, organization, form)
    found = uploaded(operator_client, raw, name=f"fleet.{form}", update=True)
    assert problems(found) == []
    assert (found.found["rows"], found.found["same"]) == (len(NASTY), len(NASTY))
    page = operator_client.get(f"/abc123/devices/import/file/{found.public_id}/").content.decode()
    assert "There is nothing to import" in page


@pytest.mark.parametrize("form", downloads.FORMATS)
def test_what_is_deleted_comes_back_from_an_export(fleet, organization, operator_client, form):
    """As it was, but for white space around a text, which no table keeps, and for its token."""
    fleet.pop(NASTY.index(" a ")).delete()
    before = state()
    raw = exported(operator_client, organization, form)
    Device.objects.all().delete()
    found = uploaded(operator_client, raw, name=f"fleet.{form}")
    assert problems(found) == []
    done(confirmed(operator_client, found, "together"))
    assert state() == before


def test_a_carriage_return_and_a_null_object_are_in_the_file_as_they_are(fleet, organization, operator_client):
    rows = list(csv.reader(io.StringIO(exported(operator_client, organization, "csv").decode("utf-8-sig"), newline="")))
    serials = {row[rows[0].index("Serial number")] for row in rows}
    assert {"a\r\nb", "'=1+1", "''=1+1", "'''-1"} <= serials
    assert {"{}"} < {row[rows[0].index("Metadata")] for row in rows}
    tags = {row[rows[0].index("Tags")] for row in rows[1:]}
    assert tags == {"", "'=1", "'-a b, north", "''=x, north", "north, Süd"}


def test_a_table_of_devices_is_no_table_of_configuration(fleet, organization, operator_client):
    found = uploaded(operator_client, exported(operator_client, organization, "csv"), "configuration", update=True)
    assert (problems(found), found.found["same"]) == ([], len(NASTY))
