"""An expiry date is shown as it was chosen, though it is kept as the moment after that day."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from iotdash.organizations.days import end_of
from iotdash.organizations.templatetags.memberships import expiry


@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "America/New_York", "Pacific/Auckland"])
def test_the_day_that_was_chosen(zone):
    with timezone.override(ZoneInfo(zone)):
        assert ">13 Mar 2027<" in expiry(end_of(dt.date(2027, 3, 13)))


def test_an_end_within_a_day_is_a_moment():
    assert ">13 Mar 2027, 12:30<" in expiry(dt.datetime(2027, 3, 13, 12, 30, tzinfo=dt.UTC))


def test_elsewhere_the_same_end_falls_within_a_day():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert ">14 Mar 2027, 09:00<" in expiry(dt.datetime(2027, 3, 14, tzinfo=dt.UTC))
