"""The list of SIMs: search, filters, sorts and paging, all in the URL, in a number of queries that stays."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.core.services import configurations
from extensions.sims.inventory import filters, listing
from extensions.sims.inventory.columns import BY_NAME, COLUMNS
from extensions.sims.inventory.ranges import AGES, USAGES
from extensions.sims.models import CarrierPlans, Sim
from extensions.sims.sync import card
from iotdash.lib.lists import finding
from tests.extensions import meterco
from tests.sims.sim_rows import add_account, make_devices, make_sims

pytestmark = pytest.mark.slow

URL = "/abc123/sims/"
SORTABLE = [each.column for each in COLUMNS if each.column.sortable]
EVERY = ",".join(BY_NAME)


def shown(response) -> list[str]:
    assert response.status_code == 200
    return [row["sim"].subject for row in response.context["rows"]]


def words(response) -> str:
    """What is read in the table, without markup."""
    table = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", table).split())


def walk(client, url: str, direction: str = "next_url") -> list[str]:
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
def second(config, carrier, source):
    return add_account(config, carrier, source)


@pytest.fixture
def fleet(config, second, organization):
    return make_sims([config, second], make_devices(organization))


def add(config, subject: str, **fields) -> Sim:
    return Sim.objects.create(config=config, organization=config.organization, subject=subject, **fields)


@pytest.mark.parametrize("sort", [f"{sign}{column.name}" for column in SORTABLE for sign in ("", "-")])
def test_every_sort_walks_each_sim_once_forward_and_back(reader_client, fleet, sort):
    url = f"{URL}?sort={sort}&size=25"
    forward = walk(reader_client, url)
    assert sorted(forward) == sorted(sim.subject for sim in fleet)
    assert walk(reader_client, last_page(reader_client, url), "previous_url") == forward


@pytest.mark.parametrize("column", SORTABLE, ids=lambda column: column.name)
def test_a_sort_orders_by_its_column_and_then_by_identifier_with_what_is_unknown_last(reader_client, fleet, column):
    by_subject = {sim.subject: sim for sim in fleet}
    field = column.order_by or column.name
    for sign in ("", "-"):
        sims = [by_subject[subject] for subject in walk(reader_client, f"{URL}?sort={sign}{column.name}&size=100")]
        values = [getattr(sim, field) for sim in sims]
        known = [(getattr(sim, field), sim.subject) for sim in sims if getattr(sim, field) is not None]
        assert known == sorted(known, reverse=bool(sign))
        assert None not in values[: len(known)]


def expected(fleet, test) -> list[str]:
    return sorted(sim.subject for sim in fleet if test(sim))


@pytest.mark.parametrize("few", [1000, 5, 0])
def test_filters_narrow_the_list(reader_client, fleet, second, monkeypatch, few):
    monkeypatch.setattr(finding, "FEW", few)
    mb, now = 1_048_576, timezone.now()
    cases = {
        "carrier=meterco": lambda sim: True,
        f"config={second.pk}": lambda sim: sim.config == second,
        "state=Activated": lambda sim: sim.state == "Activated",
        "state=activated": lambda sim: sim.state == "Activated",
        "state=Handed over": lambda sim: sim.state == "Handed over",
        "state=nothing": lambda sim: False,
        "plan=Large": lambda sim: sim.rate_plan == "Large",
        "linked=yes": lambda sim: sim.device_id,
        "linked=no": lambda sim: not sim.device_id,
        "known=no": lambda sim: sim.missing_since,
        "known=yes": lambda sim: not sim.missing_since,
        "usage=none": lambda sim: sim.ctd_data_bytes == 0,
        "usage=below-1": lambda sim: sim.ctd_data_bytes and sim.ctd_data_bytes < mb,
        "usage=1-10": lambda sim: sim.ctd_data_bytes and mb <= sim.ctd_data_bytes < 10 * mb,
        "usage=above-1000": lambda sim: sim.ctd_data_bytes and sim.ctd_data_bytes >= 1000 * mb,
        "usage=unknown": lambda sim: sim.ctd_data_bytes is None,
        "age=hour": lambda sim: sim.fetched_at and sim.fetched_at > now - timedelta(hours=1),
        "age=day": lambda sim: sim.fetched_at and sim.fetched_at > now - timedelta(days=1),
        "age=older": lambda sim: sim.fetched_at and sim.fetched_at < now - timedelta(days=1),
        "age=stale": lambda sim: sim.fetched_at and sim.fetched_at < now - timedelta(days=20) and not sim.missing_since,
        "age=never": lambda sim: sim.fetched_at is None,
        f"config={second.pk}&state=Activated&usage=none": (
            lambda sim: sim.config == second and sim.state == "Activated" and sim.ctd_data_bytes == 0
        ),
        "linked=no&age=never&q=0": (
            lambda sim: not sim.device_id and sim.fetched_at is None and sim.subject.startswith("0")
        ),
    }
    for query, test in cases.items():
        for sort in ("", "&sort=-data", "&sort=fetched"):
            response = reader_client.get(f"{URL}?{query}{sort}&size=100")
            assert sorted(shown(response)) == expected(fleet, test), query
            assert str(response.context["count"]) == str(len(shown(response))), query


def test_every_filter_with_choices_is_answered(reader_client, fleet):
    for name, ranges in (("usage", USAGES), ("age", AGES)):
        for value in ranges:
            assert reader_client.get(f"{URL}?{name}={value}").status_code == 200
    declared = {each.name for each in filters.declared([])}
    assert declared - set(filters._CONDITIONS) == {"carrier", "config"}


NONSENSE = ("carrier=nobody", "config=999999", "config=x", "linked=maybe", "usage=9", "sort=imsi", "cursor=x")


@pytest.mark.parametrize("query", NONSENSE)
def test_an_address_that_makes_no_sense_is_refused_in_words(reader_client, fleet, query):
    response = reader_client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert "This list cannot be shown" in response.content.decode()


@pytest.mark.parametrize("few", [1000, 1, 0])
@pytest.mark.parametrize("field", ["subject", "imsi", "msisdn", "imei", "iccid"])
def test_search_finds_beginnings(analyst_client, config, second, monkeypatch, field, few):
    monkeypatch.setattr(finding, "FEW", few)
    for number, owner in enumerate((config, second, config)):
        add(owner, f"000{number}", **({} if field == "subject" else {field: f"4711{number}"}))
    add(config, "47119" if field == "subject" else "0009")
    add(config, "1471")
    found = ["47119"] if field == "subject" else ["0000", "0001", "0002"]
    assert shown(analyst_client.get(f"{URL}?q=4711")) == found
    assert shown(analyst_client.get(f"{URL}?q=4712")) == []
    assert shown(analyst_client.get(f"{URL}?q=%25")) == []


ICCID = "8988200000000000014"
TYPED = (
    *("8988 2000 0000 0000 014", " 89-882-0000000000001 4", "'8988200000000000014", "8988\u00a02000\u202f000000"),
    *("\ufeff8988200000000000014\t", "8988200000000000014F", "898820000000000001"),
)


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("stored", [ICCID, ICCID[:-1]])
def test_numbers_are_found_as_they_are_typed_and_pasted(reader_client, config, text, stored):
    add(config, stored)
    assert shown(reader_client.get(URL, {"q": text})) == [stored]


def test_an_iccid_told_beside_another_identifier_is_found_with_its_check_digit(reader_client, config):
    add(config, "7001", iccid=ICCID[:-1])
    assert shown(reader_client.get(URL, {"q": ICCID})) == ["7001"]
    assert shown(reader_client.get(URL, {"q": f"{ICCID[:-1]}5"})) == []


@pytest.mark.parametrize("text", ["+882 39 000", "(882) 39-000", "'88239000"])
def test_subscriber_numbers_are_found_with_what_stands_between_their_digits(
    analyst_client, reader_client, config, text
):
    add(config, "0001", msisdn="88239000123")
    assert shown(analyst_client.get(URL, {"q": text})) == ["0001"]
    assert shown(reader_client.get(URL, {"q": text})) == []


@pytest.mark.parametrize("text", ["8.98820E+18", "8,98820E+18", "898820000000000000", "8988200000000000000"])
def test_a_number_that_a_spreadsheet_harmed_is_told_from_one_that_is_not_there(reader_client, config, text):
    add(config, "0001")
    assert "Copy it again, as text." in reader_client.get(URL, {"q": text}).content.decode()
    assert "Copy it again" not in reader_client.get(URL, {"q": "8988"}).content.decode()


def test_other_organizations_and_removed_extensions_are_not_listed(
    reader_client, other_organization, config, second, source, carrier
):
    foreign = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, source)
    add(foreign, "0001")
    add(second, "0002")
    add(config, "0003")
    assert shown(reader_client.get(URL)) == ["0002", "0003"]
    configurations.remove(second, source)
    assert shown(reader_client.get(URL)) == ["0003"]


def test_the_number_of_queries_does_not_grow_with_the_page(reader_client, fleet):
    reader_client.get(URL)
    counts = []
    for size in (25, 100):
        with CaptureQueriesContext(connection) as asked:
            assert len(shown(reader_client.get(f"{URL}?size={size}&columns={EVERY}"))) == min(size, 60)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_rows_lead_to_their_devices_or_link_one(reader_client, developer_client, config, organization):
    (device,) = make_devices(organization, 1)
    add(config, "0001", device=device)
    free = add(config, "0002")
    for client, may_link in ((reader_client, False), (developer_client, True)):
        page = client.get(URL).content.decode()
        assert f'href="/abc123/devices/{device.type_name}/d0/"' in page
        assert f'href="{URL}{free.pk}/"' in page
        assert (f'href="{URL}{free.pk}/link/"' in page) == may_link


def test_the_account_is_told_where_the_carrier_alone_does_not_tell_it(reader_client, config, carrier, source):
    add(config, "0001")
    assert config.name not in words(reader_client.get(URL))
    add(add_account(config, carrier, source), "0002")
    page = words(reader_client.get(URL))
    assert f"{carrier.name} {config.name}" in page
    assert f"{carrier.name} Second account" in page


def test_a_sim_that_the_carrier_does_not_know_says_so(reader_client, config):
    add(config, "0001", state="Activated", missing_since=timezone.now())
    assert "Unknown to the carrier" in reader_client.get(URL).content.decode()


def test_plans_of_the_carrier_and_states_are_suggested(reader_client, config):
    add(config, "0001")
    CarrierPlans.objects.create(config=config, names=["Fleet <5>"], listed_at=timezone.now())
    page = reader_client.get(URL).content.decode()
    assert '<option value="Fleet &lt;5&gt;">' in page
    assert '<option value="Deactivated">' in page


def test_empty_lists_say_what_to_do(reader_client, owner_client, organization, config, monkeypatch):
    assert "each is here as soon as a device is configured for it" in reader_client.get(URL).content.decode()
    monkeypatch.setattr(listing, "lists_sims", lambda config: True)
    assert "as soon as a check has proved" in reader_client.get(URL).content.decode()
    assert "Search looks at the beginning" in reader_client.get(f"{URL}?q=1").content.decode()
    assert "take a filter away" in reader_client.get(f"{URL}?state=Activated").content.decode()
    config.removed_at = timezone.now()
    config.save()
    page = owner_client.get(URL).content.decode()
    assert "No SIM carrier yet" in page
    assert '/extensions/add/"' in page
    assert owner_client.get(f"{URL}?q=1&state=Activated").status_code == 200


def test_it_is_in_the_navigation_and_in_parts(reader_client, fleet):
    assert f'href="{URL}"' in reader_client.get("/abc123/").content.decode()
    part = reader_client.get(URL, headers={"HX-Request": "true", "HX-Target": "sim-list"}).content.decode()
    assert "<table" in part
    assert "<html" not in part


def test_counts_on_the_configurations_page_are_those_of_their_lists(reader_client, config, monkeypatch, organization):
    monkeypatch.setattr(card, "lists_sims", lambda config: True)
    make_sims([config], make_devices(organization), 40)
    page = reader_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    links = re.findall(rf'<a href="{URL}([^"]+)">([\d,]+)</a>', page)
    assert len(links) == 4
    for query, number in links:
        response = reader_client.get(URL + query.replace("&amp;", "&"))
        assert str(response.context["count"]) == number, query
