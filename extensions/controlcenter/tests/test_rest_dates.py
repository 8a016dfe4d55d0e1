from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.controlcenter.dates import cycle_end, cycle_start, instant, request_day, request_instant

START, END = "2017-02-26T16:00:00.000Z", "2017-03-26T15:59:59.000Z"
moments = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
fractions = st.integers(0, 999).map(lambda milliseconds: timedelta(milliseconds=milliseconds))
offsets = st.integers(-24, 28).map(lambda halves: timezone(timedelta(minutes=30 * halves)))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def reply_style(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}{moment:%z}"


def iso_style(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def test_both_formats_of_replies_are_read():
    expected = datetime(2017, 2, 17, 15, 42, 57, 743000, tzinfo=UTC)

    assert instant("2017-02-17 15:42:57.743+0000") == expected
    assert instant("2017-02-17T15:42:57.743Z") == expected
    assert instant("2017-02-17 23:42:57.743+0800") == expected


@given(moments, fractions, offsets)
def test_instants_survive_both_formats(second, fraction, zone):
    moment = second + fraction

    assert instant(reply_style(moment.astimezone(zone))) == moment
    assert instant(iso_style(moment)) == moment


@given(moments, fractions, offsets)
def test_requested_instants_are_read_back_to_the_second(second, fraction, zone):
    assert instant(request_instant((second + fraction).astimezone(zone))) == second


@pytest.mark.parametrize(
    "nothing", [None, "", "null", 1487346177743, "2017-02-17 15:42:57", "soon", True, "0001-01-01T00:00Z"]
)
def test_what_is_no_instant_with_a_zone_is_unknown(nothing):
    assert instant(nothing) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_parsers(text):
    instant(text)
    cycle_start(text)
    cycle_end(text, start=START, start_day=date(2017, 2, 27))


def test_a_requested_instant_is_in_utc():
    moment = datetime(2017, 2, 17, 23, 42, 57, 999999, tzinfo=timezone(timedelta(hours=8)))

    assert request_instant(moment) == "2017-02-17T15:42:57Z"


def test_a_requested_day_carries_the_zone_of_the_account():
    day = date(2016, 11, 10)

    assert request_day(day, None) == "2016-11-10Z"
    assert request_day(day, timezone(timedelta(hours=8))) == "2016-11-10+08:00"
    assert request_day(day, ZoneInfo("America/St_Johns")) == "2016-11-10-03:30"
    assert request_day(date(2016, 7, 1), ZoneInfo("Europe/Amsterdam")) == "2016-07-01+02:00"


def test_a_cycle_starts_on_the_local_day_not_on_the_day_of_the_instant():
    assert cycle_start(START) == date(2017, 2, 27)


def local_midnight(day: date, zone: timezone) -> str:
    return iso_style(datetime.combine(day, time.min, zone))


@given(days, offsets)
def test_the_account_zone_gives_the_local_day_of_any_offset(day, zone):
    assert cycle_start(local_midnight(day, zone), zone=zone) == day


@given(days, offsets)
def test_without_a_zone_the_requested_day_settles_it(day, zone):
    assert cycle_start(local_midnight(day, zone), asked=day) == day


@given(days, offsets.filter(lambda zone: timedelta(hours=-11) < zone.utcoffset(None) <= timedelta(hours=13)))
def test_alone_the_instant_gives_the_local_day_of_nearly_every_offset(day, zone):
    assert cycle_start(local_midnight(day, zone)) == day


@pytest.mark.parametrize("minutes", [345, 525, 765])
def test_quarter_hour_offsets_are_known(minutes):
    day = date(2017, 2, 27)

    assert cycle_start(local_midnight(day, timezone(timedelta(minutes=minutes)))) == day


def test_an_instant_that_is_midnight_nowhere_keeps_its_own_day():
    assert cycle_start("2017-02-26T16:07:33.000Z") == date(2017, 2, 26)


def test_midnight_as_written_is_believed():
    assert cycle_start("2017-02-27 00:00:00.000-1100") == date(2017, 2, 27)
    assert cycle_start("2017-02-27T00:00:00.000Z") == date(2017, 2, 27)


@pytest.mark.parametrize("written", ["2017-02-27", "2017-02-27Z", "2017-02-27+08:00"])
def test_a_cycle_date_without_time_is_that_day(written):
    assert cycle_start(written) == date(2017, 2, 27)
    assert cycle_end(written, start=START, start_day=date(2017, 2, 27)) == date(2017, 2, 27)


def test_an_account_kept_at_standard_time_starts_on_the_right_day_in_summer():
    assert cycle_start("2017-06-30T23:00:00.000Z", zone=ZoneInfo("Europe/Amsterdam")) == date(2017, 7, 1)
    assert cycle_start("2017-07-01T05:00:00.000Z", zone=ZoneInfo("America/New_York")) == date(2017, 7, 1)


def test_a_zone_that_cannot_be_the_accounts_does_not_move_the_day():
    assert cycle_start(START, zone=ZoneInfo("America/New_York")) == date(2017, 2, 27)


def test_a_requested_day_that_does_not_fit_the_answer_is_not_taken_over():
    assert cycle_start(START, asked=date(2017, 1, 27)) == date(2017, 2, 27)


def test_a_cycle_ends_on_its_last_local_day():
    assert cycle_end(END, start=START, start_day=date(2017, 2, 27)) == date(2017, 3, 26)


@given(days, st.integers(1, 45), offsets)
def test_the_last_day_is_right_at_any_offset(day, length, zone):
    end = datetime.combine(day + timedelta(days=length), time.min, zone) - timedelta(seconds=1)

    last = cycle_end(iso_style(end), start=local_midnight(day, zone), start_day=day)

    assert last == day + timedelta(days=length - 1)


def test_the_last_day_is_right_across_a_change_of_the_clocks():
    spring, autumn = "2017-03-14T23:00:00.000Z", "2017-10-14T22:00:00.000Z"

    assert cycle_end("2017-04-14T21:59:59Z", start=spring, start_day=date(2017, 3, 15)) == date(2017, 4, 14)
    assert cycle_end("2017-11-14T22:59:59Z", start=autumn, start_day=date(2017, 10, 15)) == date(2017, 11, 14)


def test_an_end_given_as_the_next_midnight_is_the_same_last_day():
    assert cycle_end("2017-03-26T16:00:00.000Z", start=START, start_day=date(2017, 2, 27)) == date(2017, 3, 26)


def test_an_unknown_end_stays_unknown():
    assert cycle_end(None, start=START, start_day=date(2017, 2, 27)) is None
