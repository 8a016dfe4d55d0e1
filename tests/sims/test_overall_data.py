"""The overall data of a SIM, field by field: what the platform's dashboard showed, each with its unit."""

import re
from datetime import UTC, date, datetime

import pytest

from extensions.sims.contract import SimRecord, UsageRecord
from extensions.sims.services import store_record, store_usage

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
KNOWN = SimRecord(
    "0001",
    state="Activation Ready",
    rate_plan="Small",
    ctd_data_bytes=12_944_691,
    ctd_sms=31,
    ctd_voice_seconds=61,
    overage_limit_reached=True,
    overage_limit_override="TEMPORARY_OVERRIDE",
    added_at=datetime(2016, 11, 15, 9, 27, tzinfo=UTC),
    modified_at=datetime(2017, 2, 17, 15, 42, tzinfo=UTC),
)
SHOWN = (
    ("Status", "Activation Ready"),
    ("Rate plan", "Small"),
    ("Month-to-date data", "12.35 MB since the billing cycle began"),
    ("Month-to-date SMS", "31 messages sent and received"),
    ("Month-to-date voice", "01:01 mm:ss"),
    ("Overage limit reached", "Yes"),
    ("Overage limit override", "This cycle"),
    ("Date added", "15 Nov 2016, 09:27"),
    ("Date modified", "17 Feb 2017, 15:42"),
)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.fixture
def rows(target, reader_client):
    """Term → what stands beside it."""

    def read() -> dict[str, str]:
        page = reader_client.get(PANEL).content.decode()
        pairs = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
        return {words(term): words(value) for term, value in pairs}

    return read


def test_every_field_is_shown_with_its_unit(rows, target):
    store_record(target.config, KNOWN, AT)
    shown = rows()
    assert [(term, shown.get(term)) for term, _ in SHOWN] == list(SHOWN)


def test_what_is_not_known_is_no_zero_and_has_no_unit(rows, target):
    store_record(target.config, SimRecord("0001", state="Activated"), AT)
    shown = rows()
    for term, _ in SHOWN[1:]:
        value = shown[term].partition("since")[0].partition("sent")[0]
        assert not re.search(r"\d|MB|mm:ss|messages", value), (term, value)


def test_usage_of_a_cycle_has_total_and_billable_figures(target, reader_client):
    store_usage(
        target.config,
        UsageRecord(
            "0001",
            date(2026, 9, 27),
            total_data_bytes=2 * 1_048_576,
            total_sms=9,
            total_voice_seconds=61,
            billable_available=True,
            billable_data_bytes=1_048_576,
            billable_sms=0,
        ),
        AT,
    )
    page = reader_client.get(PANEL).content.decode()
    row = words(page.split('id="sim-data-meterco-past"')[1].split("</tr>")[0])
    assert "2026-09-27 2.00 total billable: 1.00 9 total billable: 0 01:01 total billable: &ndash; unknown" in row
