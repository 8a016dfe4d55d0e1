"""A made-up carrier with a fleet that changes: lists it in pages by change, as REST does, or by name, as SOAP does.

It keeps the rules of a list with page numbers, not those of any client: oldest change first, pages counted anew at each
call, so that SIMs move between pages while somebody reads.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from extensions.sims.contract import EVERY_PART, Page, Part, SimRecord
from iotdash.lib.outbound import CallRecord
from tests.extensions.meterco import Scripted

CALL = CallRecord("GET", "https://meterco.test/", 200, None, 0.1, sent=True)
LISTED = frozenset({Part.STATE})


@dataclass
class Chip:
    record: SimRecord
    changed_at: datetime
    place: int


class FleetCarrier(Scripted):
    """`before_call` runs before each call is answered, and may change the fleet or raise.

    Its clock is `ahead` of ours.
    """

    supports = Scripted.supports | {"inventory"}

    def __init__(self, *, by_name: bool = False, page_size: int = 50, ahead: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.by_name, self.page_size, self.ahead = by_name, page_size, ahead
        self.fleet: dict[str, Chip] = {}
        self.asked: Counter = Counter()
        self.before_call: Callable[[], None] = lambda: None
        self._changes = 0

    # What happens in the world

    def now(self) -> datetime:
        return timezone.now() + self.ahead

    def add(self, *subjects: str, **values) -> None:
        for subject in subjects:
            known = {"state": "Activated", "rate_plan": "Small", "imei": f"i{subject}", "ctd_sms": 1, **values}
            self._put(SimRecord(subject, **known))

    def change(self, subject: str, **values) -> None:
        self._put(replace(self.fleet[subject].record, **values))

    def use(self, subject: str, **figures: int) -> None:
        """Usage is no change."""
        self.fleet[subject].record = replace(self.fleet[subject].record, **figures)

    def remove(self, subject: str) -> None:
        del self.fleet[subject]

    def _put(self, record: SimRecord) -> None:
        self._changes += 1
        self.fleet[record.subject] = Chip(record, self.now(), self._changes)

    # What it answers

    def _called(self, what: str, context) -> None:
        context.http._before()
        context.http._after(CALL)
        self.asked[what] += 1
        self.before_call()

    def inventory(self, context, since: datetime | None, cursor) -> Page:
        self._called("inventory", context)
        listed = [chip for chip in self._by_change() if since is None or chip.changed_at > since]
        if self.by_name:
            return Page(named=[chip.record.subject for chip in listed], as_of=self.now())
        number = cursor["page"] if cursor else 0
        page = listed[number * self.page_size : (number + 1) * self.page_size]
        more = len(listed) > (number + 1) * self.page_size
        records = [poor(chip.record) for chip in page]
        return Page(records, next={"page": number + 1} if more else None, as_of=self.now())

    def refresh(self, context, subjects: Sequence[str], parts) -> Mapping[str, SimRecord]:
        self._called("refresh", context)
        assert 0 < len(subjects) <= self.refresh_batch({})
        known = {subject: self.fleet[subject].record for subject in subjects if subject in self.fleet}
        return known if Part.DETAILS in parts else {name: _without_details(known[name]) for name in known}

    def refresh_batch(self, settings) -> int:
        return self.page_size if self.by_name else 1

    def _by_change(self) -> list[Chip]:
        return sorted(self.fleet.values(), key=lambda chip: chip.place)


def poor(record: SimRecord) -> SimRecord:
    return SimRecord(record.subject, state=record.state, rate_plan=record.rate_plan, parts=LISTED)


def _without_details(record: SimRecord) -> SimRecord:
    return replace(record, imei=None, parts=EVERY_PART - {Part.DETAILS})
