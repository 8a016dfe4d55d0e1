"""The list of SIMs as a file."""

import csv
import io

import openpyxl
import pytest

from extensions.sims.inventory.columns import COLUMNS
from extensions.sims.models import Sim
from tests.sims.sim_rows import make_devices, make_sims

URL = "/abc123/sims/export"


@pytest.fixture
def fleet(config, organization) -> list[Sim]:
    sims = make_sims([config], make_devices(organization), 30)
    for sim in sims:
        sim.subject = f"8988200000000{sim.subject}"
    Sim.objects.bulk_update(sims, ["subject"])
    return sims


def in_csv(client, query: str = "") -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(client.get(f"{URL}.csv{query}")).decode("utf-8-sig"))))


def test_every_column_of_every_sim_is_in_the_file(fleet, analyst_client):
    names = ",".join(each.column.name for each in COLUMNS)
    rows = in_csv(analyst_client, f"?columns={names}")
    assert rows[0] == [each.column.label for each in COLUMNS]
    assert [row[0] for row in rows[1:]] == sorted(sim.subject for sim in fleet)
    sim = next(each for each in fleet if each.ctd_data_bytes == 2_000_000_000 and each.device_id)
    row = dict(zip(rows[0], next(row for row in rows if row[0] == sim.subject), strict=True))
    assert (row["IMSI"], row["MSISDN"], row["IMEI"]) == (sim.imsi, sim.msisdn, sim.imei)
    assert (row["Data (MB)"], row["Device"], row["Rate plan"]) == (
        "1907.349",
        sim.device.device_id,
        sim.rate_plan or "",
    )
    assert row["State"] == ("Unknown to the carrier" if sim.missing_since else sim.state or "")
    assert not any("<" in cell for row in rows for cell in row)


def test_filter_and_order_are_those_of_the_page(fleet, analyst_client):
    query = "?state=Activated&sort=-subject"
    page = analyst_client.get(f"/abc123/sims/{query}")
    assert [row[0] for row in in_csv(analyst_client, query)[1:]] == [row["sim"].subject for row in page.context["rows"]]
    assert "/abc123/sims/export.xlsx?state=Activated&amp;sort=-subject" in page.content.decode()


def test_long_numbers_are_texts_in_a_workbook(fleet, analyst_client):
    raw = b"".join(analyst_client.get(f"{URL}.xlsx?columns=subject,imsi"))
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(raw)).active.iter_rows(min_row=2) for cell in row]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_readers_do_not_export(fleet, reader_client, other_owner_client):
    assert reader_client.get(f"{URL}.csv").status_code == 403
    assert "export.csv" not in reader_client.get("/abc123/sims/").content.decode()
    assert len(b"".join(other_owner_client.get("/xyz789/sims/export.csv")).splitlines()) == 1
