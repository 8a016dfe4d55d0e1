"""The reconciliation page: each section's count, list, filters, file, and what people say of proposals."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from devices.models import Device
from extensions.sims import services
from extensions.sims.contract import SimRecord
from extensions.sims.models import ImeiChange, LinkProposal, Reconciliation, SharedIdentifier, Sim, Synchronisation
from extensions.sims.reconciling.sections import BY_SLUG, SECTIONS
from iotdash.audit.models import ActivityEntry
from iotdash.runtime.models import Job
from tests.sims.reconciling_world import ICCID, add_device, add_sim, compare
from tests.sims.sim_rows import add_account, make_sims

URL = "/abc123/sims/reconciliation/"
FIRST, SECOND = "354912345678901", "354998765432109"


@pytest.fixture
def world(organization, config):
    """Something in each section."""
    add_sim(config, "0001", iccid=ICCID, state="Activated", rate_plan="Small")
    add_device(organization, "d1", serial_number=ICCID)
    holder = add_device(organization, "d2")
    add_sim(config, "0002", device=holder, missing_since=timezone.now())
    now = timezone.now()
    idle = {"state": "Activated", "usage_at": now, "fetched_at": now, "ctd_data_bytes": 0}
    add_sim(config, "0003", unused_days=40, device=add_device(organization, "d3"), **idle)
    add_sim(config, "0004", unused_days=9, device=add_device(organization, "d4"), **idle)
    for n, imei in enumerate((FIRST, SECOND)):
        services.store_record(config, SimRecord("0005", imei=imei), now + timedelta(minutes=n))
    Sim.objects.filter(subject="0005").update(device=add_device(organization, "d5"))
    for n in (6, 7):
        device = add_device(organization, f"d{n}")
        device.identifiers.create(organization=organization, key="meterco.chip", value=ICCID[:18] + "4"[: n - 6])
    compare(organization)


def rows(client, section: str, query: str = "") -> list[str]:
    """What names each row."""
    answer = client.get(f"{URL}{section}/{query}")
    assert answer.status_code == 200
    return [row["name"] for row in answer.context["rows"]]


def counts(client) -> dict[str, str]:
    return {each["section"].slug: str(each["count"]) for each in client.get(URL).context["sections"]}


def file_of(client, section: str, query: str = "") -> list[list[str]]:
    answer = client.get(f"{URL}{section}/export.csv{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_each_count_is_that_of_the_list_it_leads_to(world, reader_client):
    page = reader_client.get(URL)
    assert counts(reader_client) == {
        "proposals": "1", "without-device": "1", "unknown": "1", "shared": "2", "unused": "1", "imei": "1",
    }  # fmt: skip
    for each in page.context["sections"]:
        assert f'href="{each["url"]}"' in page.content.decode()
        listed = reader_client.get(each["url"])
        assert str(listed.context["count"]) == str(each["count"])
        assert len(listed.context["rows"]) == each["count"].value


@pytest.mark.parametrize(
    ("section", "query", "names"),
    [
        ("without-device", "", ["0001"]),
        ("without-device", "?state=Activated", ["0001"]),
        ("without-device", "?state=Retired", []),
        ("without-device", "?q=0002", []),
        ("unknown", "", ["0002"]),
        ("unused", "", ["0003"]),
        ("unused", "?days=7", ["0003", "0004"]),
        ("unused", "?days=7&q=0004", ["0004"]),
        ("unused", "?days=60", []),
        ("imei", "", ["0005"]),
        ("imei", "?q=0001", []),
        ("shared", "?q=8988", [ICCID[:18], ICCID[:18]]),
        ("shared", "?q=9", []),
        ("proposals", "?state=offered", ["0001"]),
        ("proposals", "?state=refused", []),
        ("proposals", "?q=00%2001", ["0001"]),
    ],
)
def test_filters_and_search(world, reader_client, section, query, names):
    assert rows(reader_client, section, query) == names


@pytest.mark.parametrize("section", BY_SLUG)
def test_every_section_filters_by_configuration(world, config, carrier, source, reader_client, section):
    second = add_account(config, carrier, source)
    if BY_SLUG[section].of_configurations:
        assert rows(reader_client, section, f"?config={config.pk}")
        assert rows(reader_client, section, f"?config={second.pk}") == []


@pytest.mark.parametrize("section", BY_SLUG)
def test_a_list_that_the_url_asks_wrongly_for(world, analyst_client, section):
    for query in ("?nothing=1", "?cursor=damaged", "?sort=row2"):
        assert analyst_client.get(f"{URL}{section}/{query}").status_code == 400
    assert analyst_client.get(f"{URL}{section}/export.csv?nothing=1").status_code == 400


def test_there_is_no_other_section(reader_client, analyst_client):
    assert reader_client.get(f"{URL}other/").status_code == 404
    assert analyst_client.get(f"{URL}other/export.csv").status_code == 404


def test_files_have_all_rows_and_no_formulas(world, organization, analyst_client):
    organization.devices.filter(device_id="d1").update(serial_number="=1+1")
    LinkProposal.objects.update(place="=metadata")
    found = file_of(analyst_client, "proposals")
    assert found[0][:4] == ["Identifier", "Configuration", "Device", "Matched by"]
    assert (found[1][0], found[1][4]) == ("0001", "'=metadata")
    for section in SECTIONS:
        assert len(file_of(analyst_client, section.slug)) == 1 + len(rows(analyst_client, section.slug))
    assert file_of(analyst_client, "unused", "?days=60")[1:] == []


def test_a_workbook_keeps_every_digit(world, analyst_client):
    raw = b"".join(analyst_client.get(f"{URL}without-device/export.xlsx").streaming_content)
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(raw)).active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == rows(analyst_client, "without-device")
    assert {cell.data_type for cell in cells} == {"s"}


def test_files_are_of_the_filter_that_was_set_last(world, analyst_client):
    """Also where only the list was replaced, and not the page around it."""
    answer = analyst_client.get(f"{URL}unused/?days=60", headers={"HX-Request": "true", "HX-Target": "reconciliation"})
    assert f"{URL}unused/export.xlsx?days=60" in answer.content.decode()


def test_a_file_goes_on_after_the_first_page(config, analyst_client, monkeypatch):
    monkeypatch.setattr("extensions.sims.reconciling.listing.FILE_ROWS", 7)
    make_sims([config], [], 40)
    known = Sim.objects.filter(missing_since=None).order_by("subject").values_list("subject", flat=True)
    assert [line[0] for line in file_of(analyst_client, "without-device")[1:]] == list(known)


def test_a_file_of_some_thousand_devices(organization, config, analyst_client):
    kind = add_device(organization, "first").device_type
    devices = Device.objects.bulk_create(
        Device(organization=organization, device_type=kind, type_name=kind.type_id, device_id=f"d{n}")
        for n in range(1_200)
    )
    Sim.objects.bulk_create(
        Sim(config=config, organization=organization, subject=f"{n:05}", device=device, missing_since=timezone.now())
        for n, device in enumerate(devices)
    )
    assert len(file_of(analyst_client, "unknown")) == 1_201


@pytest.mark.parametrize("section", ["without-device", "unused", "imei", "proposals"])
def test_pages_by_cursor_show_every_row_once(organization, config, carrier, source, reader_client, section):
    second = add_account(config, carrier, source)
    for n, account in enumerate([config, second] * 30):
        sim = add_sim(account, f"{n:04}", state="Activated", unused_days=30 + n % 7)
        device = add_device(organization, f"d{n}")
        common = {"matched": "iccid", "place": "x", "number": "1", "state": ("offered", "ambiguous")[n % 2]}
        LinkProposal.objects.create(
            organization=organization, config=account, sim=sim, device=device, subject=sim.subject, **common
        )
        ImeiChange.objects.create(config=account, sim=sim, before="1", after="2", seen_at=timezone.now())
    seen, url = [], f"{URL}{section}/?size=25"
    while url:
        context = reader_client.get(url).context
        seen += [row["name"] for row in context["rows"]]
        url = context["next_url"]
    assert (len(seen), len(set(seen))) == (60, 60)


def test_how_old_it_is_is_said(world, config, reader_client):
    Synchronisation.objects.update_or_create(
        config=config, defaults={"settings_digest": "", "inventory_at": timezone.now() - timedelta(hours=3)}
    )
    page = reader_client.get(f"{URL}without-device/").content.decode()
    assert re.search(r"Listed as a whole:\s+Main account <time", page)
    assert "SIMs and devices compared <time" in reader_client.get(f"{URL}proposals/").content.decode()
    Reconciliation.objects.all().delete()
    LinkProposal.objects.all().delete()
    assert "Not compared yet" in reader_client.get(f"{URL}proposals/").content.decode()


def test_without_a_carrier_no_section_says_that_all_is_well(organization, reader_client):
    for section in SECTIONS:
        page = reader_client.get(f"{URL}{section.slug}/").content.decode()
        assert "No SIM carrier yet" in page, section.slug
        assert section.nothing not in page
        assert "Listed as a whole" not in page


def test_empty_sections_say_that_all_is_well(config, organization, reader_client):
    compare(organization)
    for section in SECTIONS:
        assert section.nothing in reader_client.get(f"{URL}{section.slug}/").content.decode()


def test_the_number_of_days_is_said_also_where_nobody_chose_it(world, reader_client):
    assert "Without usage for 30 days." in reader_client.get(URL).content.decode()
    page = reader_client.get(f"{URL}unused/")
    assert [chip["label"] for chip in page.context["chips"]] == ["Without usage for: 30 days"]
    assert "Take a filter away" in reader_client.get(f"{URL}unused/?q=zzz").content.decode()


def test_without_a_carrier_there_is_nothing_to_compare(organization, reader_client):
    assert "No SIM carrier yet" in reader_client.get(URL).content.decode()


def test_it_is_reached_from_the_sims_and_the_overview(world, reader_client):
    for page in ("/abc123/sims/", "/abc123/"):
        assert f'href="{URL}"' in reader_client.get(page).content.decode()


def test_others_see_nothing_of_it(world, other_organization, other_owner_client):
    found = other_owner_client.get("/xyz789/sims/reconciliation/").context["sections"]
    assert {str(each["count"]) for each in found} == {"0"}
    proposal = LinkProposal.objects.get()
    for answer in ("accept", "refuse"):
        assert (
            other_owner_client.post(f"/xyz789/sims/reconciliation/proposals/{proposal.pk}/{answer}/").status_code == 404
        )


# --- What people say of proposals -------------------------------------------------------------------------------------


def answered(client, answer: str, **given):
    proposal = LinkProposal.objects.get()
    return client.post(f"{URL}proposals/{proposal.pk}/{answer}/", given, follow=True)


def test_one_is_accepted_by_a_click(world, developer_client):
    page = answered(developer_client, "accept", query="state=offered")
    assert page.redirect_chain[-1][0] == f"{URL}proposals/?state=offered"
    assert "SIM 0001 is in device d1 now." in page.content.decode()
    assert Sim.objects.get(subject="0001").device.device_id == "d1"


def test_one_that_cannot_be_accepted_says_why(world, organization, developer_client):
    organization.devices.filter(device_id="d1").update(serial_number="other")
    assert "names SIM 0001 any more" in answered(developer_client, "accept").content.decode()
    assert Sim.objects.get(subject="0001").device is None


def test_a_refused_one_is_shown_when_it_is_asked_for_and_offered_again(world, developer_client):
    answered(developer_client, "refuse")
    assert rows(developer_client, "proposals") == []
    assert rows(developer_client, "proposals", "?state=refused") == ["0001"]
    answered(developer_client, "offer-again")
    assert rows(developer_client, "proposals", "?state=offered") == ["0001"]


def test_ticked_ones_become_a_job_that_waits(world, developer_client):
    answer = developer_client.post(f"{URL}accept/", {"proposal": LinkProposal.objects.get().pk})
    job = Job.objects.get()
    assert answer["Location"] == f"/abc123/jobs/{job.public_id}/"
    assert (job.state, job.asked_by, job.items.get().subject) == ("rehearsed", "developer@example.com", "0001 in d1")
    assert developer_client.get(answer["Location"]).status_code == 200
    assert Sim.objects.get(subject="0001").device is None


def test_an_ambiguous_one_names_what_else_matches(world, organization, config, reader_client, analyst_client):
    add_device(organization, "d9", serial_number=ICCID)
    add_sim(config, "0009", equipment=FIRST[:14])
    organization.devices.filter(device_id="d9").update(metadata={"imei": FIRST})
    compare(organization)
    page = reader_client.get(f"{URL}proposals/?state=ambiguous").content.decode()
    assert re.findall(r'row-hint">also ([^<]*)<', page) == ["device d9", "device d1, SIM 0009", "SIM 0001"]
    assert [line[7] for line in file_of(analyst_client, "proposals")[1:]] == [
        "device d9", "device d1, SIM 0009", "SIM 0001",
    ]  # fmt: skip


@pytest.mark.parametrize(("query", "items"), [("", [1]), ("state=refused", []), ("q=0002", [])])
def test_all_that_match_the_filter(world, developer_client, query, items):
    developer_client.post(f"{URL}accept/", {"everything": "1", "query": query})
    assert [job.total for job in Job.objects.all()] == items


def test_accepting_twice_by_one_page_gives_one_job(world, developer_client):
    page = developer_client.get(f"{URL}proposals/").content.decode()
    key = re.search(r'name="form_key" value="([0-9a-f-]{36})"', page)[1]
    given = {"proposal": LinkProposal.objects.get().pk, "form_key": key}
    first, second = (developer_client.post(f"{URL}accept/", given)["Location"] for _ in range(2))
    assert first == second == f"/abc123/jobs/{Job.objects.get().public_id}/"


def test_ticked_ones_that_are_gone_make_no_job(world, developer_client):
    ticked = LinkProposal.objects.get().pk
    LinkProposal.objects.all().delete()
    page = developer_client.post(f"{URL}accept/", {"proposal": [ticked, 2**70]}, follow=True).content.decode()
    assert "None of these proposals is there any more" in page
    assert not Job.objects.exists()


@pytest.mark.parametrize("given", [{}, {"proposal": ""}, {"proposal": "x,-1"}, {"everything": "1", "query": "no=1"}])
def test_a_choice_of_nothing_is_refused(world, developer_client, given):
    page = developer_client.post(f"{URL}accept/", given, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"{URL}proposals/")
    assert not Job.objects.exists()


def test_proposals_of_others_are_not_taken_along(world, other_organization, other_owner_client):
    other_owner_client.post("/xyz789/sims/reconciliation/accept/", {"proposal": LinkProposal.objects.get().pk})
    assert not Job.objects.exists()


def test_comparing_now_asks_for_a_pass(world, developer_client, monkeypatch):
    asked = []
    monkeypatch.setattr("extensions.sims.tasks.compare.apply_async", lambda args, **_: asked.append(*args))
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_: act())
    developer_client.post(f"{URL}compare/")
    assert len(asked) == 1
    assert "Being compared" in developer_client.get(URL).content.decode()
    assert ActivityEntry.objects.filter(action="comparison of SIMs and devices asked for").exists()


def test_comparing_now_is_kept_while_the_broker_is_away(world, developer_client, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise OperationalError("Connection refused")

    monkeypatch.setattr("extensions.sims.tasks.compare.apply_async", away)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_: act())
    assert developer_client.post(f"{URL}compare/").status_code == 302
    assert "Connection refused" in caplog.text
    assert Reconciliation.objects.get().next_at <= timezone.now(), "the sweep asks again"


def test_who_may_what(world, reader_client, analyst_client, developer_client):
    for client, statuses in ((reader_client, (403, 403)), (analyst_client, (200, 403)), (developer_client, (200, 302))):
        file, answer = client.get(f"{URL}proposals/export.csv"), client.post(f"{URL}accept/", {})
        assert (file.status_code, answer.status_code) == statuses
        page = client.get(f"{URL}proposals/").content.decode()
        assert ("export.csv" in page, "Accept ticked" in page, "Compare now" in page) == (
            statuses[0] == 200, statuses[1] == 302, statuses[1] == 302,
        )  # fmt: skip


@pytest.mark.parametrize("section", BY_SLUG)
def test_a_page_costs_the_same_queries_however_many_rows(
    world, organization, config, reader_client, section, django_assert_max_num_queries
):
    def queries() -> int:
        with django_assert_max_num_queries(60) as counted:
            reader_client.get(f"{URL}{section}/")
        return len(counted)

    reader_client.get(URL)
    few = queries()
    for n in range(10, 30):
        device = add_device(organization, f"e{n}")
        sim = add_sim(config, f"00{n}", state="Activated", unused_days=50, device=device)
        free = add_sim(config, f"01{n}", state="Activated")
        add_sim(config, f"02{n}", device=device, missing_since=timezone.now())
        common = {"organization": organization, "device": device}
        LinkProposal.objects.create(
            config=config, sim=free, subject=free.subject, matched="iccid", state="offered", **common
        )
        SharedIdentifier.objects.create(number="1", key="meterco", told="1", seen_in=1, **common)
        ImeiChange.objects.create(config=config, sim=sim, before="1", after="2", seen_at=timezone.now())
    assert queries() == few
