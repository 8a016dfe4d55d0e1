"""Usage on the drilldown: the sentence, the chart's numbers, and what is said where there is too little to draw."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.sims import services, usage_panel
from extensions.sims.allowances import change
from extensions.sims.contract import SimRecord, UsageRecord
from extensions.sims.models import BillingCycle, Sim, UsageDay
from tests.sims.test_sim_panel import PANEL, again, asks_again

pytestmark = pytest.mark.slow

MB = 1_048_576
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOON, tick=False)


def use(config, megabytes: float | None, at: datetime = NOON, **more) -> None:
    used = None if megabytes is None else round(megabytes * MB)
    record = SimRecord("0001", state="Activated", rate_plan="Small", ctd_data_bytes=used, **more)
    services.store_record(config, record, at)


def use_daily(config, *megabytes: float | None) -> None:
    """One figure a day, the last one today."""
    for back, amount in zip(reversed(range(len(megabytes))), megabytes, strict=True):
        use(config, amount, NOON - timedelta(days=back))


def cycle(config, start: date, data: int | None = None, **more) -> None:
    services.store_usage(config, UsageRecord("0001", start, total_data_bytes=data, **more), NOON)


def allow(config, source, megabytes: float | None) -> None:
    change(config, {"Small": megabytes if megabytes is None else round(megabytes * MB)}, source)


def shown(client) -> str:
    return client.get(PANEL).content.decode()


def _text(markup: str) -> str:
    """What a screen reader would say, without dashes."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\N{EN DASH}", "").split())


def sentence(page: str) -> str:
    found = re.search(r'class="usage-sentence">(.*?)</p>', page, re.S)
    return _text(found.group(1)) if found else ""


def rows(page: str, part: str = "days") -> list[list[str]]:
    body = re.search(rf'<tbody id="sim-data-meterco-{part}">(.*?)</tbody>', page, re.S).group(1)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[_text(cell) for cell in row] for row in cells]


@pytest.fixture
def cycle_known(target, config):
    cycle(config, date(2026, 11, 1), closed=False)


def test_the_pace_in_a_sentence(cycle_known, config, source, reader_client):
    use_daily(config, 280, 300, 310)
    allow(config, source, 500)
    page = shown(reader_client)
    assert sentence(page) == "62 % of 500 MB on day 18 of 30, above pace."
    assert "Cycle from 2026-11-01 to 2026-11-30." in page


def test_the_numbers_of_the_chart_are_those_of_the_table(cycle_known, config, source, reader_client):
    use_daily(config, 280, 300, None, 310)
    allow(config, source, 500)
    page = shown(reader_client)
    head = re.search(r'<figure class="chart" id="sim-data-meterco-line"(.*?)>', page, re.S).group(1)
    assert 'data-rows="sim-data-meterco-days"' in head
    for said in (f'data-allowance="{500 * MB}"', 'data-from="2026-11-01"', 'data-to="2026-11-30"'):
        assert said in head
    drawn = re.findall(r'data-at="([^"]+)" data-bytes="(\d*)"', page)
    assert drawn == [("2026-11-15", str(280 * MB)), ("2026-11-16", str(300 * MB)), ("2026-11-18", str(310 * MB))]
    assert [row[:4] for row in rows(page)] == [
        ["2026-11-15", "280.0", "unknown", "250.0"],
        ["2026-11-16", "300.0", "20.00", "266.7"],
        ["2026-11-18", "310.0", "unknown", "300.0"],
    ]


def test_a_day_with_other_figures_and_none_of_data_is_a_gap(cycle_known, config, reader_client):
    use(config, None, NOON - timedelta(days=3), ctd_sms=4)
    use_daily(config, 1, 2)
    page = shown(reader_client)
    assert [row[1] for row in rows(page)] == ["unknown", "1.00", "2.00"]
    assert 'data-at="2026-11-15" data-bytes=""' in page
    assert "Too little history for a chart" in page


def test_two_days_are_too_little_for_a_pace_and_a_chart(cycle_known, config, source, reader_client):
    use_daily(config, 300, 310)
    allow(config, source, 500)
    page = shown(reader_client)
    assert sentence(page).startswith("62 % of 500 MB on day 18 of 30. Too little history for a pace: ")
    assert "Too little history for a chart" in page
    assert "data-chart" not in page
    assert len(rows(page)) == 2


def test_without_an_allowance_nothing_is_compared(cycle_known, config, reader_client, operator_client):
    use_daily(config, 280, 300, 310)
    page = shown(reader_client)
    assert sentence(page) == "310.0 MB on day 18 of 30."
    assert "What Small includes is not known." in page
    assert "data-allowance" not in page
    assert "Even pace" not in page
    address = f'href="/abc123/extensions/{config.pk}/allowances/"'
    assert f"{address}>Allowances" in page
    assert f"{address}>Type its allowance" in shown(operator_client)


def test_an_allowance_is_that_of_the_sims_plan_at_its_account(cycle_known, config, source, reader_client):
    use_daily(config, 280, 300, 310)
    change(config, {"Large": 500 * MB}, source)
    assert sentence(shown(reader_client)) == "310.0 MB on day 18 of 30."


def test_what_was_used_on_another_plan_is_said_to_be_compared_too(cycle_known, config, source, reader_client):
    use_daily(config, 280, 300, 310)
    allow(config, source, 500)
    assert "earlier in this cycle" not in shown(reader_client)
    cycle(config, date(2026, 10, 1), closed=True, rate_plans=("Old",))
    cycle(config, date(2026, 11, 1), closed=False, rate_plans=("Large", "Small"))
    assert "What was used on Large earlier in this cycle is compared with it, too." in shown(reader_client)


def test_before_a_cycle_is_known_there_is_a_chart_and_no_pace(target, config, source, reader_client):
    use_daily(config, 900, 280, 300, 310)
    allow(config, source, 500)
    page = shown(reader_client)
    assert sentence(page) == "62 % of 500 MB. No pace: the carrier has not told yet when a billing cycle began."
    assert "“Get usage” below asks the carrier when the cycle began." in page
    assert 'data-from="2026-11-16" data-to="2026-11-18"' in page
    assert "data-allowance" not in page


def test_the_cycle_of_one_sim_is_that_of_all_sims_of_the_account(target, config, reader_client):
    services.store_usage(config, UsageRecord("0002", date(2026, 8, 10), closed=True), NOON)
    use_daily(config, 1, 2, 3)
    page = shown(reader_client)
    assert "Cycle from 2026-11-10 to 2026-12-09." in page
    assert sentence(page) == "3.00 MB on day 9 of 30."


def test_an_older_cycle_does_not_change_when_cycles_begin(config):
    for start in (date(2026, 11, 5), date(2026, 8, 10)):
        cycle(config, start)
    assert BillingCycle.objects.get().cycle_start == date(2026, 11, 5)
    cycle(config, date(2026, 11, 12))
    assert BillingCycle.objects.get().cycle_start == date(2026, 11, 12)


@pytest.mark.parametrize(
    ("told", "begins"),
    [
        (("2026-10-31", "2026-11-30"), "2026-10-31"),
        (("2026-11-30", "2026-10-31"), "2026-10-31"),
        (("2026-10-31", "2026-11-30", "2026-12-31"), "2026-12-31"),
        (("2026-11-30", "2026-12-31"), "2026-12-31"),
        (("2027-01-31", "2027-02-28", "2027-03-31"), "2027-03-31"),
        (("2026-10-31", "2026-11-15"), "2026-11-15"),
    ],
)
def test_a_short_month_does_not_change_when_cycles_begin(config, told, begins):
    for start in told:
        cycle(config, date.fromisoformat(start))
    assert BillingCycle.objects.get().cycle_start == date.fromisoformat(begins)


def test_a_cycle_that_began_in_the_middle_of_a_day(target, config, source, reader_client):
    """At UTC+8 the cycle of the 15th begins on the 14th at 16:00 UTC."""
    cycle(config, date(2026, 11, 15), closed=False)
    allow(config, source, 30)
    for at, amount in (("13T20:00", 29), ("14T09:00", 30), ("14T20:00", 1), ("16T09:00", 2), ("17T09:00", 3)):
        use(config, amount, datetime.fromisoformat(f"2026-11-{at}").replace(tzinfo=UTC))
    assert UsageDay.objects.get(day=date(2026, 11, 14)).ended_data_bytes == 30 * MB
    page = shown(reader_client)
    assert [row[1] for row in rows(page)] == ["1.00", "2.00", "3.00"]
    assert sentence(page) == "10 % of 30 MB on day 3 of 30, on pace."


def test_days_beside_the_cycle_by_their_time_zone_are_drawn_too(target, config, source, reader_client):
    cycle(config, date(2026, 11, 15), closed=False)
    allow(config, source, 30)
    for at, amount in (("13T20:00", 29), ("14T20:00", 1), ("16T09:00", 2), ("17T09:00", 3)):
        use(config, amount, datetime.fromisoformat(f"2026-11-{at}").replace(tzinfo=UTC))
    page = shown(reader_client)
    assert 'data-from="2026-11-14" data-to="2026-12-14"' in page
    assert 'data-even-from="2026-11-15" data-even-days="30"' in page
    assert [row[3] for row in rows(page)] == ["unknown", "2.00", "3.00"]


def test_an_even_use_begins_when_the_sim_was_activated(cycle_known, config, source, reader_client):
    activated = datetime(2026, 11, 15, 8, tzinfo=UTC)
    for back, amount in ((3, 10), (2, 100), (1, 100), (0, 150)):
        use(config, amount, NOON - timedelta(days=back), activated_at=activated)
    allow(config, source, 320)
    page = shown(reader_client)
    assert sentence(page) == (
        "46 % of 320 MB on day 18 of 30, above pace. Pace counts from day 15, when the SIM was activated."
    )
    assert [row[3] for row in rows(page)] == ["20.00", "40.00", "60.00", "80.00"]
    assert 'data-even-from="2026-11-15" data-even-days="16"' in page


def test_a_cycle_in_which_nothing_was_seen_yet(target, config, reader_client, time_machine):
    cycle(config, date(2026, 10, 20), closed=False)
    use_daily(config, 1, 2, 3)
    time_machine.move_to("2026-11-20T13:00:00Z")
    page = shown(reader_client)
    assert "No usage was seen yet in the cycle that began on 2026-11-20." in page
    assert "3.00 MB last told; it may be of the cycle before this one" in _text(page)
    assert "since the billing cycle began" not in page
    assert "data-chart" not in page


def test_a_carrier_that_never_told_of_usage_has_no_such_part(target, config, reader_client):
    assert "Data in this cycle" not in shown(reader_client)


def test_past_cycles_are_drawn_beside_it_and_the_running_one_is_not(cycle_known, config, reader_client):
    cycle(config, date(2026, 10, 1), 5 * MB, closed=True)
    page = shown(reader_client)
    assert 'data-chart="bars"' not in page
    cycle(config, date(2026, 9, 1), None, closed=True)
    use_daily(config, 1)
    page = shown(reader_client)
    assert 'data-chart="bars" data-rows="sim-data-meterco-past"' in page
    assert re.findall(r'<tr data-at="(2026-[019]+-01)" data-bytes="(\d*)"', page) == [
        ("2026-10-01", str(5 * MB)), ("2026-09-01", ""),
    ]  # fmt: skip
    assert [row[0] for row in rows(page, "past")] == ["2026-11-01 running", "2026-10-01", "2026-09-01"]


def test_a_cycle_that_was_fetched_while_it_ran_does_not_run_for_ever(cycle_known, config, reader_client, time_machine):
    cycle(config, date(2026, 10, 1), 5 * MB, closed=True)
    use_daily(config, 1)
    assert [row[0] for row in rows(shown(reader_client), "past")] == ["2026-11-01 running", "2026-10-01"]
    time_machine.move_to("2026-12-01T13:00:00Z")
    page = shown(reader_client)
    assert [row[0] for row in rows(page, "past")] == ["2026-11-01 was running when fetched", "2026-10-01"]
    assert re.findall(r'<tr data-at="([^"]+)"', page) == ["2026-10-01"]


def test_an_open_panel_is_told_of_a_new_allowance_and_of_a_new_cycle(cycle_known, config, source, reader_client):
    use_daily(config, 1, 2, 3)
    address = asks_again(shown(reader_client))
    assert again(reader_client, address).status_code == 204
    allow(config, source, 500)
    page = again(reader_client, address).content.decode()
    assert "of 500 MB" in page
    services.store_usage(config, UsageRecord("0002", date(2026, 11, 15)), timezone.now())
    assert again(reader_client, asks_again(page)).status_code == 200


def test_it_costs_one_query_however_long_the_history(
    cycle_known, config, source, reader_client, django_assert_num_queries
):
    use_daily(config, *range(42), *range(18))
    allow(config, source, 500)
    sim = usage_panel.with_allowance(Sim.objects.select_related("config")).get(subject="0001")
    with django_assert_num_queries(1):
        found = usage_panel.of(sim, [])
    assert (found.allowance, found.cycle.start, len(found.days)) == (500 * MB, date(2026, 11, 1), 18)
