"""The SIMs on an organization's overview: every number is that of the list it leads to."""

import html
import re
from datetime import datetime

import pytest
from django.utils import timezone

from extensions.core.services import configurations
from extensions.sims import services, tallies
from extensions.sims.contract import SimRecord
from extensions.sims.models import Sim
from extensions.sims.overview_cards import render
from tests.cast import DeviceFactory
from tests.extensions import meterco

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
        "5 SIMs at 1 carrier": "",
        "3 SIMs of MeterCo, Activated": "?carrier=meterco&state=Activated",
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
        "3.00 MB used on Small": f"?config={config.pk}&plan=Small&sort=-data",
    }


def test_what_gone_sims_used_is_not_counted(config, reader_client):
    store(config, sim("1", used=1), sim("2", used=900))
    services.note_missing(config, "2", timezone.now())
    row = re.findall(r"<tr><th.*?</tr>", card(reader_client, "Data by rate plan"), re.S)[1]
    assert _text(row) == "Small 2 SIMs on Small 1.00 MB used on Small of 1 SIM"
    assert "900" not in card(reader_client, "Top consumers")


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
    assert "2 more plans used less." in card(reader_client, "Data by rate plan")


def test_others_sims_are_not_counted(config, other_organization, other_owner_client, reader_client):
    store(config, sim("1", used=3))
    assert card(other_owner_client, "SIMs", "/xyz789/") == ""
    assert "1 SIM at 1 carrier" in _text(card(reader_client, "SIMs"))


def test_sims_of_a_removed_configuration_are_not_counted(config, second, source, reader_client):
    store(config, sim("1"))
    store(second, sim("2"))
    configurations.remove(second, source)
    assert "1 SIM at 1 carrier" in _text(card(reader_client, "SIMs"))


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


def test_kept_counts_cost_three_queries(
    a_large_fleet, config, organization, reader_client, rf, django_assert_num_queries, later
):
    later(seconds=0)
    render(rf.get("/"), organization, None)
    with django_assert_num_queries(3):
        render(rf.get("/"), organization, None)


def test_the_number_of_queries_is_that_of_one_sim(config, organization, second, rf, django_assert_num_queries):
    DeviceFactory(organization=organization)
    for account in (config, second):
        store(account, *(sim(f"{account.pk}-{number}", plan=f"Plan {number}", used=number) for number in range(12)))
    with django_assert_num_queries(5):
        render(rf.get("/"), organization, None)
