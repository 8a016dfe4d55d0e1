"""The SIMs on an organization's overview: every number is that of the list it leads to."""

import html
import random
import re
from datetime import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from extensions.core.registry import manifest
from extensions.core.services import configurations
from extensions.sims import services, tallies
from extensions.sims.contract import SimRecord
from extensions.sims.models import Sim
from extensions.sims.overview_cards import render
from extensions.sims.units import megabytes
from tests.cast import DeviceFactory
from tests.extensions import meterco

pytestmark = pytest.mark.slow

# A query, while the cache is in the database.
LOOKING_INTO_CACHE = 0 if settings.REDIS_URL else 1

MB = 1_048_576
OVERVIEW = "/abc123/"


def store(config, *records: SimRecord) -> None:
    for record in records:
        services.store_record(config, record, timezone.now())


def sim(
    subject: str, state: str | None = "Activated", plan: str | None = "Small", used: float | None = None
) -> SimRecord:
    return SimRecord(subject, state=state, rate_plan=plan, ctd_data_bytes=None if used is None else round(used * MB))


def card(client, heading: str, path: str = OVERVIEW) -> str:
    """The markup of one card, "" where there is none."""
    sections = re.findall(r'<section class="card".*?</section>', client.get(path).content.decode(), re.S)
    return next(
        (section for section in sections if re.search(rf"<h2[^>]*>[^<]*(<svg.*?</svg>)?\s*{heading}", section, re.S)),
        "",
    )


def links(markup: str) -> dict[str, str]:
    """Text → address, without the list's own."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', markup, re.S)
    return {_text(words): html.unescape(url).removeprefix("/abc123/sims/") for url, words in found}


def _text(markup: str) -> str:
    """What a screen reader would say, without dashes."""
    words = html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", markup, flags=re.S))
    return " ".join(words.replace("\N{EN DASH}", "").split())


@pytest.fixture
def second(organization, carrier, source, config):
    return configurations.add(organization, carrier, "Second", meterco.SETTINGS | {"user": "second"}, source)


def test_an_organization_without_sims_has_no_such_cards(config, reader_client):
    assert card(reader_client, "SIMs") == ""


def test_sims_by_state_and_carrier(config, second, reader_client):
    store(config, sim("1"), sim("2"), sim("3", "Retired"), sim("4", None, None))
    store(second, sim("5"))
    found = card(reader_client, "SIMs")
    assert "5 SIMs at 1 carrier" in _text(found)
    assert links(found) == {
        "All SIMs": "",
        "Reconciliation": "reconciliation/",
        "5 SIMs at 1 carrier": "",
        "3 SIMs of MeterCo, Activated": "?carrier=meterco&state=Activated",
        "1 SIMs of MeterCo, not known yet": "?carrier=meterco&state=%28unknown%29",
        "1 SIMs of MeterCo, Retired": "?carrier=meterco&state=Retired",
        "5 SIMs of MeterCo": "?carrier=meterco",
    }
    states = re.findall(r"<tbody>(.*?)</tbody>", found, re.S)[0]
    assert [_text(row) for row in re.findall(r'<th scope="row">(.*?)</th>', states)] == [
        "Activated", "Retired", "Not known yet",
    ]  # fmt: skip


def test_data_by_plan_is_of_each_account_the_most_first(config, second, reader_client):
    store(config, sim("1", used=1), sim("2", used=2), sim("3", plan="Large", used=10), sim("4", plan="Idle"))
    store(second, sim("5", used=5))
    found = card(reader_client, "Data by rate plan")
    rows = re.findall(r"<tr><th.*?</tr>", found, re.S)[1:]
    assert [_text(row) for row in rows] == [
        "Large Main account 1 SIMs on Large 10.00 MB used on Large",
        "Small Second 1 SIMs on Small 5.00 MB used on Small",
        "Small Main account 2 SIMs on Small 3.00 MB used on Small",
        "Idle Main account 1 SIMs on Idle unknown MB used on Idle",
    ]
    assert links(rows[2]) == {
        "2 SIMs on Small": f"?config={config.pk}&plan=Small",
        "3.00 MB used on Small": f"?config={config.pk}&plan=Small&usage=known&known=yes&sort=-data",
    }


def test_what_gone_sims_used_is_not_counted(config, reader_client):
    store(config, sim("1", used=1), sim("2", used=900))
    services.note_missing(config, "2", timezone.now())
    row = re.findall(r"<tr><th.*?</tr>", card(reader_client, "Data by rate plan"), re.S)[1]
    assert _text(row) == "Small 2 SIMs on Small 1.00 MB used on Small of 1 SIM"
    assert "900" not in card(reader_client, "Top consumers")


def test_figures_that_no_fleet_can_use_are_summed_as_well(config, reader_client):
    store(config, *(sim(f"{number}", used=9.5e11) for number in range(20)))
    assert "19,000,000,000,000" in card(reader_client, "Data by rate plan")


def test_top_consumers_with_their_devices(config, device, reader_client):
    store(config, *(sim(f"00{number}", used=number) for number in range(8)))
    Sim.objects.filter(subject="007").update(device=device)
    found = card(reader_client, "Top consumers")
    rows = re.findall(r"<tr><th.*?</tr>", found, re.S)[1:]
    assert [_text(row).split()[0] for row in rows] == ["007", "006", "005", "004", "003"]
    assert links(rows[0]) == {"007": f"{Sim.objects.get(subject='007').pk}/", "p1": "/abc123/devices/pump/p1/"}
    assert "unknown" in _text(rows[1])


def test_many_plans_are_cut_and_said_so(config, reader_client):
    store(config, *(sim(f"{number}", plan=f"Plan {number}", used=number) for number in range(10)))
    assert "2 more plans used less, or it is not known how much." in card(reader_client, "Data by rate plan")


def test_others_sims_are_not_counted(config, other_organization, other_owner_client, reader_client):
    store(config, sim("1", used=3))
    assert card(other_owner_client, "SIMs", "/xyz789/") == ""
    assert "1 SIM at 1 carrier" in _text(card(reader_client, "SIMs"))


def test_sims_of_a_removed_configuration_are_not_counted(config, second, source, reader_client):
    store(config, sim("1"))
    store(second, sim("2"))
    configurations.remove(second, source)
    assert "1 SIM at 1 carrier" in _text(card(reader_client, "SIMs"))


NUMBER = re.compile(r"^([0-9,.]+|unknown)")
NAMES = ("Activated", "Retired", "A & B", "50 %+1 ü/#?", " led by a blank", "(quoted)", '"', None)


@pytest.fixture(params=range(4))
def any_fleet(request, config, second, organization, source):
    """Of three accounts, one of a carrier without plans and usage; of any states, plans and figures."""
    chance, now = random.Random(request.param), timezone.now()
    orange = configurations.add(organization, manifest("orange"), "", {"username": "a", "password": "b"}, source)
    sims = [
        Sim(
            config=account,
            organization=organization,
            subject=f"{number:013}",
            state=chance.choice(NAMES),
            rate_plan=None if account is orange else chance.choice(NAMES),
            ctd_data_bytes=None if account is orange else chance.choice((None, 0, 1, 5_000_000, 10**15)),
            missing_since=chance.choice((None, None, now)),
        )
        for account in (config, second, orange)
        for number in range(chance.randrange(90))
    ]
    return Sim.objects.bulk_create(sims)


def number_of(words: str) -> int:
    return int(NUMBER.match(words)[1].replace(",", ""))


def test_every_number_is_that_of_the_list_it_leads_to(any_fleet, reader_client):
    overview = card(reader_client, "SIMs")
    numbers = {words: url for words, url in links(overview).items() if NUMBER.match(words)}
    assert sum(number_of(words) for words in numbers if "," in words) == len(any_fleet)
    for words, url in numbers.items():
        assert reader_client.get(f"/abc123/sims/{url}").context["count"].value == number_of(words), words
    cells = re.findall(r'<td class="num">(.*?)</td>', overview, re.S)
    assert {_text(cell) for cell in cells if "<a " not in cell} <= {"0"}


def test_every_sum_is_of_the_sims_of_the_list_it_leads_to(any_fleet, reader_client):
    for row in re.findall(r"<tr><th.*?</tr>", card(reader_client, "Data by rate plan"), re.S)[1:]:
        by_plan, by_data = re.findall(r'<td class="num"><a href="([^"]+)">', row)
        listed = [sim for url in (by_plan, by_data) for sim in [reader_client.get(html.unescape(url)).context]]
        assert listed[0]["count"].value == number_of(_text(row.split('<td class="num">')[1]))
        used = [each["sim"].ctd_data_bytes for each in listed[1]["rows"]]
        assert listed[1]["count"].value == len(used)
        told = re.search(r"of ([0-9]+) SIM", _text(row))
        assert len(used) == (int(told[1]) if told else listed[0]["count"].value if "unknown" not in row else 0)
        assert f">{megabytes(sum(used)) if used else ''}" in row


@pytest.fixture
def a_large_fleet(config, monkeypatch):
    """Of three SIMs, where each is as a thousand."""
    monkeypatch.setattr(tallies, "COUNTED_A_SECOND", 1)
    store(config, sim("1", used=1), sim("2", used=2), sim("3", used=3))


def test_counts_of_a_large_fleet_are_kept_a_while_and_say_how_old_they_are(a_large_fleet, config, reader_client, later):
    later(seconds=0)
    first = timezone.now()
    assert "3 SIMs" in _text(card(reader_client, "SIMs"))
    store(config, sim("4", used=9))
    later(seconds=2)
    found = card(reader_client, "SIMs")
    assert "3 SIMs" in _text(found)
    counted = re.search(r'Counted <time[^>]*datetime="([^"]+)"', found).group(1)
    assert datetime.fromisoformat(counted) == first.replace(microsecond=0)
    later(seconds=2)
    assert "4 SIMs" in _text(card(reader_client, "SIMs"))


def test_kept_counts_cost_a_fixed_number_of_queries(
    a_large_fleet, config, organization, reader_client, rf, django_assert_num_queries, later
):
    later(seconds=0)
    render(rf.get("/"), organization, None)
    with django_assert_num_queries(2 + LOOKING_INTO_CACHE):
        render(rf.get("/"), organization, None)


def test_the_number_of_queries_grows_with_accounts_alone(config, organization, second, rf, django_assert_num_queries):
    DeviceFactory(organization=organization)
    for account in (config, second):
        store(account, *(sim(f"{account.pk}-{number}", plan=f"Plan {number}", used=number) for number in range(12)))
    with django_assert_num_queries(3 + LOOKING_INTO_CACHE + 2):
        render(rf.get("/"), organization, None)
