"""Devices from a table: what is wrong with it, what would become of it, and doing it."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from devices.importing import jobs as import_jobs
from devices.importing import services
from devices.models import Device, DeviceImport, DeviceImportProblem
from devices.tags import queries as tag_queries
from devices.tags.services import set_tags
from iotdash.audit.models import ActivityEntry
from iotdash.lib.spreadsheets import Limits
from iotdash.organizations.models import Membership
from iotdash.runtime import sweep
from iotdash.runtime.jobs import running, steering, writing
from iotdash.runtime.models import Job, JobItem
from tests.cast import DeviceFactory
from tests.devices.importing_world import URL, confirmed, done, page_of, post, problems, table, uploaded, workbook

HEAD = ("Device type", "Device ID", "Serial number")


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


def ids() -> set[str]:
    return set(Device.objects.values_list("device_id", flat=True))


def test_a_whole_row_becomes_a_device(pump, operator_client):
    head = ["typeId", "deviceId", "serialNumber", "Manufacturer", "", "Firmware version", "metadata"]
    head += ["Latitude", "longitude", "Elevation", "Measured at", "Colour"]
    row = ["pump", "p7", "0012", "Bolt", "", "1.2", '{"site": {"hall": 3}}', "51.02", -1.39, "12", "2026-05-04", "red"]
    found = uploaded(operator_client, workbook(head, row))
    assert problems(found) == []
    assert found.found["add"] == 1
    assert not Device.objects.exists()
    assert done(confirmed(operator_client, found, "together")) == [("pump/p7", "done", "Added.")]
    device = Device.objects.get()
    assert (device.serial_number, device.manufacturer, device.fw_version) == ("0012", "Bolt", "1.2")
    assert (device.metadata, device.latitude, device.longitude) == ({"site": {"hall": 3}}, 51.02, -1.39)
    assert (device.measured_at.date().isoformat(), device.registered_by) == ("2026-05-04", "operator@example.com")
    assert (device.token_digest, device.token_issued_at) == ("", None)
    assert "before one is issued" in operator_client.get("/abc123/devices/pump/p7/").content.decode()


def test_what_a_row_leaves_out_is_copied_from_the_type(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", "")))
    done(confirmed(operator_client, found, "rows"))
    device = Device.objects.get()
    assert (device.manufacturer, device.metadata) == ("Acme", {"site": "north"})


def test_every_problem_is_told_at_once_by_row_and_column(pump, device, operator_client):
    head = (*HEAD, "Metadata", "Latitude", "Longitude", "Measured at")
    rows = [
        ("pump", "p1", "", "", "", "", ""),
        ("valve", "v1", "", "", "", "", ""),
        ("pump", "no blanks", "x" * 201, "[1]", "91", "", "yesterday"),
        ("", "p9", "", '{"a": ', "51,2", "1", ""),
        ("pump", "p10", "=1+1", "", "nan", "1", ""),
        ("pump", "p11", "", "", "", "", ""),
        ("pump", "p11", "", "", "", "", ""),
    ]
    found = uploaded(operator_client, table(head, *rows))
    told = problems(found)
    assert [(row, heading) for row, heading, _ in told] == [
        (2, "Device ID"),
        (3, "Device type"),
        *((4, name) for name in ("Device ID", "Serial number", "Metadata", "Latitude", "Longitude", "Measured at")),
        *((5, name) for name in ("Device type", "Metadata", "Latitude")),
        *((6, name) for name in ("Serial number",)),
        (8, "Device ID"),
    ]
    words = {(row, heading): words for row, heading, words in told}
    assert words[2, "Device ID"] == "Device pump/p1 exists already. Choose to update existing devices."
    assert words[5, "Latitude"] == "Write 51.2 with a point."
    assert words[6, "Serial number"].startswith("This is a formula, and formulas are not evaluated.")
    assert words[8, "Device ID"] == "Row 7 has the same device. Leave one of the two out."
    page = operator_client.get(page_of(found)).content.decode()
    assert all(each.partition("“")[0] in page for each in words.values())
    assert "All or nothing is possible once no row has problems." in page
    lines = b"".join(operator_client.get(f"{page_of(found)}problems.csv")).decode().splitlines()
    assert len(lines) == 1 + len(told)
    assert lines[1].startswith("2,B,Device ID,p1,Device pump/p1 exists already.")


def test_row_by_row_leaves_out_what_has_problems(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", ""), ("valve", "v1", ""), ("pump", "", "")))
    assert done(confirmed(operator_client, found, "rows")) == [
        ("pump/p7", "done", "Added."),
        ("valve/v1", "left out", "Row 3: There is no device type valve. Add it first."),
        ("row 4", "left out", "Row 4: The device ID is missing."),
    ]
    assert ids() == {"p7"}
    assert Job.objects.get().state == Job.State.FINISHED


def test_all_or_nothing_takes_no_table_with_problems(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", ""), ("valve", "v1", "")))
    answer = operator_client.post(
        f"{page_of(found)}confirm/", {"seen": str(found.check_id), "mode": "together"}, follow=True
    )
    assert "Row 3 has problems." in answer.content.decode()
    assert not Job.objects.exists()


def test_existing_devices_are_changed_only_by_choice(pump, device, operator_client):
    raw = table((*HEAD, "Manufacturer", "Model"), ("pump", "p1", "0012", "", "W2"), ("pump", "p2", "", "", ""))
    assert problems(uploaded(operator_client, raw))
    found = uploaded(operator_client, raw, update=True)
    assert (found.found["add"], found.found["update"]) == (1, 1)
    Device.objects.filter(pk=device.pk).update(manufacturer="Bolt", latitude=1, longitude=2)
    assert [state for _, state, _ in done(confirmed(operator_client, found, "together"))] == ["done", "done"]
    device.refresh_from_db()
    assert (device.serial_number, device.model, device.manufacturer, device.latitude) == ("0012", "W2", "Bolt", 1)
    assert ActivityEntry.objects.get(action="device edited").details == {"changed": ["model", "serial_number"]}


def test_what_does_not_differ_is_left_out(pump, device, operator_client):
    raw = table((*HEAD, "Model", "Measured at"), ("pump", "p1", "", "W1", ""), ("pump", "p2", "", "", ""))
    found = uploaded(operator_client, raw, update=True)
    assert (found.found["same"], found.found["add"]) == (1, 1)
    assert done(confirmed(operator_client, found, "rows"))[0] == ("pump/p1", "left out", "Row 2: Nothing differs.")


def test_columns_can_be_said_by_hand(pump, operator_client):
    raw = table(("Kind", "Name", "Nr", "Serial number", "serialNumber"), ("pump", "p7", "1", "2", "3"))
    found = uploaded(operator_client, raw)
    assert found.columns == ["", "", "", "serial_number", ""]
    page = operator_client.get(page_of(found)).content.decode()
    assert "which column holds the device type and the device ID" in page
    assert "Not read: A: Kind, B: Name, C: Nr, E: serialNumber." in page
    chosen = {f"column-{n}": name for n, name in enumerate(["type", "device_id", "serial_number", "-", "-"])}
    wrong = operator_client.post(page_of(found), chosen | {"column-3": "serial_number"})
    assert wrong.status_code == 422
    assert "Serial number is chosen for two columns." in wrong.content.decode()
    lacking = operator_client.post(page_of(found), chosen | {"column-1": "-"})
    assert "Say which column holds the device ID." in lacking.content.decode()
    assert operator_client.post(page_of(found), chosen).status_code == 302
    found.refresh_from_db()
    done(confirmed(operator_client, found, "rows"))
    assert Device.objects.get().serial_number == "1"


def test_what_is_confirmed_is_what_was_looked_at(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", "")))
    seen = str(found.check_id)
    chosen = {f"column-{number}": name for number, name in enumerate(["type", "device_id", "model"])}
    operator_client.post(page_of(found), chosen)
    answer = operator_client.post(f"{page_of(found)}confirm/", {"seen": seen, "mode": "rows"}, follow=True)
    assert "The columns were changed meanwhile." in answer.content.decode()
    assert not Job.objects.exists()


def test_a_second_confirmation_makes_no_second_job_and_the_file_is_gone(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", "")))
    job = confirmed(operator_client, found, "rows")
    again = {"seen": str(found.check_id), "mode": "rows"}
    page = operator_client.post(f"{page_of(found)}confirm/", again, follow=True).content.decode()
    assert "This file was confirmed already. This is its job." in page
    assert "The file is empty" not in page
    assert Job.objects.get() == job
    found.refresh_from_db()
    assert bytes(found.content) == b""
    assert operator_client.get(page_of(found))["Location"] == f"/abc123/jobs/{job.public_id}/"


def test_numbers_where_texts_are_expected_are_told(pump, operator_client):
    found = uploaded(operator_client, workbook(HEAD, ("pump", 12, "a"), ("pump", 13, 8.98e18)))
    assert found.found["notes"] == [
        "2 cells of Device ID are numbers, not text. "
        "If they began or ended with zeros, those are lost: format the column as text, and fill it anew.",
        "1 cells of Serial number are numbers, not text. "
        "If they began or ended with zeros, those are lost: format the column as text, and fill it anew.",
    ]
    assert problems(found) == [
        (3, "Serial number", "“8.98e+18” is how a spreadsheet shows a long number: its last digits are lost. "
        "Format the column as text, and copy the values into it anew.")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "soon", "2026-13-01"])
def test_a_moment_that_is_none_is_told(pump, operator_client, text):
    head = (*HEAD[:2], "Latitude", "Longitude", "Measured at")
    found = uploaded(operator_client, table(head, ("pump", "p7", 1, 1, text)))
    assert [(row, heading) for row, heading, _ in problems(found)] == [(2, "Measured at")]


# --- What a row leaves out, and tags ---------------------------------------------------------------------------


def test_what_a_row_leaves_out_of_a_location_stays(pump, device, operator_client):
    at = datetime(2026, 5, 4, tzinfo=UTC)
    Device.objects.update(latitude=51, longitude=-1, elevation=12, accuracy=3, measured_at=at)
    head = (*HEAD, "Latitude", "Longitude", "Elevation")
    done(
        confirmed(
            operator_client,
            uploaded(operator_client, table(head, ("pump", "p1", "7", 51, -1, "")), update=True),
            "rows",
        )
    )
    device.refresh_from_db()
    assert (device.serial_number, device.elevation, device.accuracy, device.measured_at) == ("7", 12, 3, at)
    head = ("Device type", "Device ID", "Elevation")
    done(confirmed(operator_client, uploaded(operator_client, table(head, ("pump", "p1", 13)), update=True), "rows"))
    device.refresh_from_db()
    assert (device.latitude, device.elevation, device.accuracy) == (51, 13, 3)
    assert device.measured_at > at


def test_true_in_metadata_is_not_the_number_one(pump, device, operator_client):
    Device.objects.update(metadata={"a": 1})
    found = uploaded(operator_client, table((*HEAD[:2], "Metadata"), ("pump", "p1", '{"a": true}')), update=True)
    assert (found.found["update"], found.found.get("same", 0)) == (1, 0)


def tags_of(device_id: str) -> list[str]:
    return [tag.name for tag in tag_queries.of_device(Device.objects.get(device_id=device_id))]


def test_tags_of_new_and_of_known_devices_come_from_the_table(pump, device, operator_client, source):
    set_tags(device, ["old"], source)
    head = (*HEAD[:2], "Tags")
    rows = [("pump", "p1", "North, hall 3"), ("pump", "p2", "hall 3,north"), ("pump", "p3", "")]
    found = uploaded(operator_client, table(head, *rows), update=True)
    assert (found.found["add"], found.found["update"]) == (2, 1)
    done(confirmed(operator_client, found, "together"))
    assert [tags_of(name) for name in ("p1", "p2", "p3")] == [["hall 3", "North"], ["hall 3", "North"], []]
    again = uploaded(operator_client, table(head, ("pump", "p1", ""), ("pump", "p2", "NORTH, Hall 3")), update=True)
    assert again.found["same"] == 2
    entries = ActivityEntry.objects.filter(action="tags of devices changed").order_by("pk")
    assert [(each.details["tags"], each.details["devices"]) for each in entries] == [
        ("North, hall 3", 1),
        ("hall 3, north", 1),
    ]


def test_tags_that_are_none_and_too_many_are_told(pump, operator_client, source, monkeypatch):
    monkeypatch.setattr(tag_queries, "MOST", 2)
    rows = [("pump", "p1", "a, b"), ("pump", "p2", "x" * 41), ("pump", "p3", "A, c"), ("pump", "p4", "b")]
    found = uploaded(operator_client, table((*HEAD[:2], "Tags"), *rows))
    (long, many) = [(row, heading, words) for row, heading, words in problems(found)]
    assert (long[:2], many[:2]) == ((3, "Tags"), (4, "Tags"))
    assert "1 to 40 characters" in long[2]
    assert "at most" in many[2]
    job = confirmed(operator_client, found, "rows")
    set_tags(DeviceFactory(organization=pump.organization, device_type=pump, device_id="p9"), ["d"], source)
    assert [state for _, state, _ in done(job)] == ["failed", "left out", "left out", "done"]
    assert ids() == {"p4", "p9"}


# --- Who, and what is refused ----------------------------------------------------------------------------------


def test_operators_and_up_import(pump, operator_client, developer_client, stranger_client):
    raw = table(HEAD, ("pump", "p7", ""))
    found = uploaded(operator_client, raw)
    assert post(developer_client, raw).status_code == 403
    assert developer_client.get(page_of(found)).status_code == 403
    assert stranger_client.get(page_of(found)).status_code == 404
    assert "/devices/import/" in operator_client.get("/abc123/devices/").content.decode()
    assert "/devices/import/" not in developer_client.get("/abc123/devices/").content.decode()


def test_an_import_of_another_organization_is_not_there(pump, operator_client, other_owner_client):
    found = uploaded(operator_client, table(HEAD, ("pump", "p7", "")))
    for path in ("", "confirm/", "problems.csv"):
        address = f"/xyz789/devices/import/file/{found.public_id}/{path}"
        assert {other_owner_client.get(address).status_code, other_owner_client.post(address).status_code} <= {404, 405}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty."),
        (b"a\x00b", "not a CSV file"),
        (b"PK\x03\x04" + b"\0" * 100, "cannot be read"),
        (b"a" * 10_000_001, "larger than 10 MB"),
        (b"," * 200 + b"a", "201 columns or more; at most 100 are read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(pump, operator_client, raw, words):
    answer = post(operator_client, raw)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DeviceImport.objects.exists()


def test_a_file_that_turns_out_to_be_too_long_is_refused_on_its_page(pump, operator_client, monkeypatch):
    monkeypatch.setattr("devices.importing.reading.LIMITS", Limits(10, 3, 10, 10))
    found = uploaded(operator_client, table(HEAD, *(("pump", f"p{number}", "") for number in range(5))))
    page = operator_client.get(page_of(found)).content.decode()
    assert "more than 3 rows" in page
    assert "row by row" not in page


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_of_any_spreadsheet_are_read(pump, operator_client, encoding):
    raw = "Device type;Device ID;Manufacturer\r\npump;p7;Mühle\r\n".encode(encoding)
    done(confirmed(operator_client, uploaded(operator_client, raw), "rows"))
    assert Device.objects.get().manufacturer == "Mühle"


def test_what_nobody_confirms_is_forgotten_after_a_day(pump, operator_client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        uploaded(operator_client, table(HEAD, ("valve", "p7", "")))
        rows = [("pump", "p7", ""), ("valve", "p8", "")]
        confirmed(operator_client, uploaded(operator_client, table(HEAD, *rows)), "rows")
        assert DeviceImportProblem.objects.count() == 2
        clock.shift(services.FORGOTTEN_AFTER.total_seconds() + 1)
        sweep.run()
    assert DeviceImport.objects.get().confirmed_at
    assert not DeviceImportProblem.objects.exists()


def test_problems_come_in_pages(pump, operator_client):
    found = uploaded(operator_client, table(HEAD, *(("valve", f"p{number}", "") for number in range(150))))
    page = operator_client.get(page_of(found))
    assert len(page.context["rows"]) == 100
    more = operator_client.get(f"{page_of(found)}{page.context['next_url']}")
    assert [each.row for each, _ in more.context["rows"]][:1] == [102]
    assert operator_client.get(f"{page_of(found)}?nothing=such").status_code == 400


# --- What happens meanwhile ------------------------------------------------------------------------------------


def many(client, count: int, mode: str, **more) -> Job:
    rows = [("pump", f"p{number}", "") for number in range(count)]
    return confirmed(client, uploaded(client, table(HEAD, *rows), **more), mode)


def states(job: Job) -> dict[str, int]:
    found = list(job.items.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_all_or_nothing_does_nothing_if_one_cannot_be_done_any_more(pump, operator_client, monkeypatch):
    monkeypatch.setitem(import_jobs.AT_ONCE, "devices", 2)
    monkeypatch.setattr(import_jobs, "_CHUNK", 3)
    job = many(operator_client, 8, "together")
    DeviceFactory(organization=pump.organization, device_type=pump, device_id="p6")
    found = done(job)
    assert ids() == {"p6"}
    assert found[6] == ("pump/p6", "failed", "Row 8: Device pump/p6 was added meanwhile by somebody else.")
    assert {each[1:] for each in found if each != found[6]} == {
        ("cancelled", "Nothing was imported, because of row 8.")
    }
    assert not ActivityEntry.objects.filter(action="devices added").exists()


def test_a_device_deleted_meanwhile_is_not_made_anew_of_what_its_row_says(pump, device, operator_client):
    job = confirmed(operator_client, uploaded(operator_client, table(HEAD, ("pump", "p1", "7")), update=True), "rows")
    device.delete()
    assert done(job) == [("pump/p1", "failed", "Row 2: The device was deleted meanwhile.")]


def test_a_device_added_meanwhile_is_not_changed_unseen(pump, operator_client):
    job = confirmed(operator_client, uploaded(operator_client, table(HEAD, ("pump", "p1", "7")), update=True), "rows")
    DeviceFactory(organization=pump.organization, device_type=pump, device_id="p1", serial_number="8")
    assert done(job)[0][1:] == ("failed", "Row 2: Device pump/p1 was added meanwhile by somebody else.")
    assert Device.objects.get().serial_number == "8"


@pytest.mark.parametrize("mode", ["rows", "together"])
def test_a_full_organization_takes_none_and_says_so(pump, operator_client, settings, mode):
    job = many(operator_client, 3, mode)
    settings.IOTDASH_DEVICES_PER_ORGANIZATION = 2
    found = done(job)
    assert {state for _, state, _ in found} == {"failed"}
    assert "The most devices that this organization may have: 2." in found[0][2]
    assert not ids()


def test_row_by_row_does_the_others(pump, operator_client):
    job = many(operator_client, 4, "rows")
    DeviceFactory(organization=pump.organization, device_type=pump, device_id="p2")
    assert [state for _, state, _ in done(job)] == ["done", "done", "failed", "done"]


def test_a_type_that_was_deleted_meanwhile_is_named(pump, operator_client):
    job = many(operator_client, 1, "rows")
    pump.delete()
    assert done(job) == [("pump/p0", "failed", "Row 2: There is no device type pump. Add it first.")]


@pytest.mark.parametrize("mode", ["rows", "together"])
def test_a_kill_at_any_write_neither_doubles_nor_loses_a_row(pump, operator_client, monkeypatch, mode):
    """Killed after the rows were written and before what became of them was, three times."""
    monkeypatch.setitem(import_jobs.AT_ONCE, "devices", 3)
    job = many(operator_client, 10, mode)
    write, killed = writing.write, []

    def kill(items, found):
        if items and len(killed) < 3:
            killed.append(ids())
            raise KeyboardInterrupt
        return write(items, found)

    monkeypatch.setattr(writing, "write", kill)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            running.run(job.pk)
        assert states(job) == {"waiting": 10}
        assert not ids()
    assert [len(each) for each in killed] == [3 if mode == "rows" else 10] * 3
    assert {state for _, state, _ in done(job)} == {"done"}
    assert len(ids()) == 10
    assert ActivityEntry.objects.filter(action="devices added").count() == (4 if mode == "rows" else 1)


def test_one_that_is_cancelled_half_way_keeps_what_it_did(pump, operator_client, source, monkeypatch):
    monkeypatch.setitem(import_jobs.AT_ONCE, "devices", 3)
    monkeypatch.setattr(running, "SLICE_SECONDS", -1)
    job = many(operator_client, 10, "rows")
    running.run(job.pk)
    steering.cancel(job, source)
    running.run(job.pk)
    assert states(job) == {"done": 3, "cancelled": 7}
    assert len(ids()) == 3


def test_it_pauses_when_who_confirmed_may_not_any_more(pump, operator, operator_client):
    job = many(operator_client, 1, "rows")
    Membership.objects.filter(user=operator).update(role="reader")
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, ids()) == (Job.State.PAUSED, set())


def test_results_lead_to_the_devices_and_are_a_file(pump, operator_client):
    job = many(operator_client, 2, "rows")
    done(job)
    assert "/abc123/devices/pump/p0/" in operator_client.get(f"/abc123/jobs/{job.public_id}/").content.decode()
    lines = b"".join(operator_client.get(f"/abc123/jobs/{job.public_id}/results.csv")).decode().splitlines()
    assert lines[1].startswith("1,pump/p0,Done,Added.,")
    entry = ActivityEntry.objects.get(action="devices imported")
    assert (entry.target, entry.details) == ("fleet.csv", {"rows": 2, "mode": "row by row"})


def test_items_remember_no_file_once_the_job_is_forgotten(pump, operator_client):
    job = many(operator_client, 2, "rows")
    Job.objects.all().delete()
    assert not JobItem.objects.filter(job_id=job.pk).exists()
    assert DeviceImport.objects.get().job_id == job.public_id
    assert URL in operator_client.get(URL).content.decode()


def test_how_many_that_exist_are_changed_together_is_said_with_its_reason(pump, device, operator_client, monkeypatch):
    monkeypatch.setitem(import_jobs.TOGETHER_AT_MOST, "devices", 0)
    rows = [("pump", "p1", "7"), ("pump", "p2", "8")]
    found = uploaded(operator_client, table(HEAD, *rows), update=True)
    page = operator_client.get(page_of(found)).content.decode()
    assert "because nobody else can save anything while it lasts" in page
    assert "Import all or nothing" not in page
    operator_client.post(f"{page_of(found)}confirm/", {"seen": str(found.check_id), "mode": "together"})
    assert not Job.objects.exists()
    new = uploaded(operator_client, table(HEAD, rows[1]), update=True)
    assert "Import all or nothing" in operator_client.get(page_of(new)).content.decode()


def test_headings_alone_are_nothing_to_import(pump, operator_client):
    page = operator_client.get(page_of(uploaded(operator_client, table(HEAD)))).content.decode()
    assert "below its headings the file has no rows" in page
