"""Device configuration from a table: ICCIDs that a spreadsheet mangled, and the rules of the editor in every cell."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, DeviceIdentifier
from extensions.core import registry
from extensions.core.models import DeviceConfiguration, Operation
from extensions.core.services import configurations, device_configuration
from extensions.sims.models import Sim
from iotdash.lib.downloads import FORMATS
from iotdash.runtime.models import Job
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.devices.importing_world import confirmed, done, post, problems, table, uploaded, workbook
from tests.extensions import meterco

HEAD = ("Device type", "Device ID", "ICCID")
GOOD = ["8988200000000000014", "8988200000000000022", "8988200000000000030"]
# What a table has in the place of an ICCID → what is said of it.
MANGLED = {
    "8.98E+18": "is how a spreadsheet shows a long number",
    "8,9882E+18": "is how a spreadsheet shows a long number",
    "8988200000000010000": "is 15 digits and zeros, as a spreadsheet rounds long numbers",
    "8988 2000 0000 0000 014": "without spaces, hyphens and apostrophes",
    "'8988200000000000014": "without spaces, hyphens and apostrophes",
    "88200000000000014": "is not an ICCID, which has 18 to 20 digits",
    "=8988200000000000014": "This is a formula, and formulas are not evaluated.",
}


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def iccids(organization, source):
    manifest = registry.manifest("jasper")
    settings = dict(manifest.sandbox().settings("http://127.0.0.1:9"))
    return configurations.add(organization, manifest, "Main account", settings, source)


@pytest.fixture
def fleet(organization) -> list[Device]:
    kind = DeviceTypeFactory(organization=organization, type_id="pump")
    return [DeviceFactory(organization=organization, device_type=kind, device_id=f"p{n}") for n in range(10)]


def rows(*iccids: str) -> list[tuple[str, str, str]]:
    return [("pump", f"p{number}", iccid) for number, iccid in enumerate(iccids)]


def imported(client, *more, update: bool = False):
    return uploaded(client, table(HEAD, *more), "configuration", update=update)


def chips() -> dict[str, str]:
    return dict(DeviceIdentifier.objects.values_list("device__device_id", "value"))


def test_good_iccids_are_configured_as_the_editor_does(fleet, iccids, operator_client):
    found = imported(operator_client, *rows(*GOOD))
    assert (problems(found), found.found["update"]) == ([], 3)
    job = confirmed(operator_client, found, "rows")
    assert done(job)[0] == ("pump/p0", "done", "Updated.")
    assert chips() == dict(zip(("p0", "p1", "p2"), GOOD, strict=True))
    stored = DeviceConfiguration.objects.get(device=fleet[0])
    assert (stored.document, stored.changed_by) == ({"jasper": {"iccid": GOOD[0]}}, "operator@example.com")
    assert set(Sim.objects.values_list("device__device_id", flat=True)) == {"p0", "p1", "p2"}
    assert set(Device.objects.filter(configured=True).values_list("device_id", flat=True)) == {"p0", "p1", "p2"}


def test_mangled_iccids_are_each_named_and_nothing_is_done_together(fleet, iccids, operator_client):
    found = imported(operator_client, *rows(*MANGLED, GOOD[0]))
    told = problems(found)
    assert [(row, heading) for row, heading, _ in told] == [(row, "ICCID") for row in range(2, 9)]
    for (_, _, words), expected in zip(told, MANGLED.values(), strict=True):
        assert expected in words
    answer = operator_client.post(
        f"/abc123/devices/import/file/{found.public_id}/confirm/", {"seen": str(found.check_id), "mode": "together"}
    )
    assert answer.status_code == 302
    assert not Job.objects.exists()
    assert chips() == {}


def test_what_is_mangled_is_named_as_such_where_rounding_made_it_repeated_or_something_else_is_there(
    fleet, iccids, operator_client, source
):
    device_configuration.confirm(fleet[2], f'{{"jasper": {{"iccid": "{GOOD[0]}"}}}}', 0, source, refresh=False)
    told = problems(imported(operator_client, *rows(*["8988200000000010000"] * 3)))
    assert [(row, heading) for row, heading, _ in told] == [(2, "ICCID"), (3, "ICCID"), (4, "ICCID")]
    assert {MANGLED["8988200000000010000"] in words for _, _, words in told} == {True}


def test_mangled_iccids_are_left_out_row_by_row(fleet, iccids, operator_client):
    found = imported(operator_client, *rows(*MANGLED, GOOD[0]))
    results = done(confirmed(operator_client, found, "rows"))
    assert [state for _, state, _ in results] == ["left out"] * 7 + ["done"]
    assert results[0][2].startswith("Row 2: “8.98E+18” is how a spreadsheet shows a long number")
    assert chips() == {"p7": GOOD[0]}


def test_numbers_in_a_workbook_are_named_as_numbers(fleet, iccids, operator_client):
    raw = workbook(HEAD, ("pump", "p0", int(GOOD[0])), ("pump", "p1", 898820000000), ("pump", "p2", "=B1"))
    found = uploaded(operator_client, raw, "configuration")
    (first, second, third) = [words for _, _, words in problems(found)]
    assert "is how a spreadsheet shows a long number: its last digits are lost." in first
    assert second.endswith(
        "The cell is a number, and numbers lose leading zeros and last digits. "
        "Format the column as text, and copy the values into it anew."
    )
    assert third.startswith("This is a formula")
    assert "3 cells" not in str(found.found["notes"])


def test_what_the_editor_refuses_is_refused_in_its_words(fleet, iccids, operator_client, source):
    device_configuration.confirm(fleet[9], f'{{"jasper": {{"iccid": "{GOOD[2]}"}}}}', 0, source, refresh=False)
    head = (*HEAD, "Jasper: Configuration")
    lines = [
        ("pump", "p0", GOOD[0], "Elsewhere"),
        ("pump", "p1", GOOD[2], ""),
        ("pump", "p2", GOOD[1], ""),
        ("pump", "p3", GOOD[1], ""),
        ("pump", "p4", "", "Main account"),
        ("pump", "nobody", GOOD[0], ""),
    ]
    told = problems(uploaded(operator_client, table(head, *lines), "configuration"))
    assert told == [
        (2, "Jasper: Configuration", 'No configuration of Jasper is named "Elsewhere". There is: "Main account".'),
        (3, "ICCID", "Device p9 of type pump already has this iccid."),
        (5, "ICCID", f"Row 4 gives {GOOD[1]} to another device."),
        (6, "ICCID", 'The key "iccid" is missing.'),
        (7, "Device ID", "There is no device pump/nobody. Import the devices first."),
    ]


def test_what_is_there_is_replaced_only_by_choice_and_the_rest_stays(fleet, iccids, carrier, operator_client, source):
    configurations.add(iccids.organization, carrier, "Other", meterco.SETTINGS, source)
    before = f'{{"jasper": {{"iccid": "{GOOD[0]}"}}, "meterco": {{"chip": "0001"}}}}'
    device_configuration.confirm(fleet[0], before, 0, source, refresh=False)
    told = problems(imported(operator_client, *rows(GOOD[1])))
    assert told == [(2, "ICCID", f"The device has {GOOD[0]} here. Choose to update existing configuration.")]
    same = imported(operator_client, *rows(GOOD[0]))
    assert same.found["same"] == 1
    found = imported(operator_client, *rows(GOOD[1]), update=True)
    done(confirmed(operator_client, found, "together"))
    assert device_configuration.current(fleet[0]).document == {
        "jasper": {"iccid": GOOD[1]},
        "meterco": {"chip": "0001"},
    }


def test_all_or_nothing_does_nothing_if_an_iccid_was_taken_meanwhile(fleet, iccids, operator_client, source):
    job = confirmed(operator_client, imported(operator_client, *rows(*GOOD)), "together")
    device_configuration.confirm(fleet[9], f'{{"jasper": {{"iccid": "{GOOD[2]}"}}}}', 0, source, refresh=False)
    assert done(job) == [
        ("pump/p0", "cancelled", "Nothing was imported, because of row 4."),
        ("pump/p1", "cancelled", "Nothing was imported, because of row 4."),
        ("pump/p2", "failed", "Row 4: Device p9 of type pump already has this iccid."),
    ]
    assert chips() == {"p9": GOOD[2]}
    assert not Operation.objects.exists()


def test_a_device_deleted_meanwhile_is_named(fleet, iccids, operator_client):
    job = confirmed(operator_client, imported(operator_client, *rows(*GOOD[:2])), "rows")
    fleet[0].delete()
    assert [each[1:] for each in done(job)] == [
        ("failed", "Row 2: The device was deleted meanwhile."),
        ("done", "Updated."),
    ]


def test_without_extensions_there_is_nothing_to_configure(fleet, operator_client):
    found = imported(operator_client, *rows(GOOD[0]))
    assert found.columns == ["type", "device_id", ""]
    page = operator_client.get(f"/abc123/devices/import/file/{found.public_id}/").content.decode()
    assert "There is nothing to import" in page


def test_the_upload_page_names_the_columns(fleet, iccids, operator_client):
    page = operator_client.get("/abc123/devices/import/").content.decode()
    assert "<code>Jasper: ICCID</code>" in page
    assert post(operator_client, table(HEAD), "nonsense").status_code == 422


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_the_list_can_be_imported_again(fleet, iccids, carrier, operator_client, source, form):
    configurations.add(iccids.organization, carrier, "=Other", meterco.SETTINGS, source)
    documents = [
        {"jasper": {"iccid": GOOD[0]}, "meterco": {"chip": "0001", "configuration": "=Other"}},
        {"meterco": {"chip": "0105"}},
        {"jasper": {"iccid": GOOD[1], "configuration": "Main account"}},
    ]
    for device, document in zip(fleet, documents, strict=False):
        device_configuration.confirm(device, json.dumps(document), 0, source, refresh=False)
    names = "device_id,type,extension,jasper.iccid,jasper.configuration,meterco.chip,meterco.configuration"
    raw = b"".join(operator_client.get(f"/abc123/devices/export.{form}?columns={names}"))
    same = uploaded(operator_client, raw, "configuration", update=True)
    assert (problems(same), same.found["same"]) == ([], len(fleet))
    for device in fleet:
        device_configuration.confirm(device, "{}", device_configuration.current(device).version, source, refresh=False)
    found = uploaded(operator_client, raw, "configuration")
    assert (problems(found), found.found["update"]) == ([], 3)
    done(confirmed(operator_client, found, "together"))
    assert [device_configuration.current(device).document for device in fleet[:3]] == documents


def test_a_dry_run_asks_the_database_no_more_for_more_rows(
    fleet, iccids, operator_client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(45):
        imported(operator_client, *rows(*GOOD))
    with django_assert_max_num_queries(45):
        imported(operator_client, *rows(*(f"89882000000000{number:05}" for number in range(10))))


def test_a_row_takes_a_dozen_queries_of_which_none_looks_around(fleet, iccids, operator_client):
    """Everybody else who writes waits for them where SQLite is the database."""
    asked = []
    for first, count in ((0, 2), (2, 8)):
        lines = [("pump", f"p{n}", f"89882000000000{n + 1:05}") for n in range(first, first + count)]
        job = confirmed(operator_client, imported(operator_client, *lines), "rows")
        with CaptureQueriesContext(connection) as queries:
            assert {state for _, state, _ in done(job)} == {"done"}
        asked.append([each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]])
    assert (len(asked[1]) - len(asked[0])) / 6 <= 11, "\n".join(asked[1])
