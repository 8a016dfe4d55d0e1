"""How fast an allowance is used, and the sentence that says so. Nothing here reads rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from extensions.sims.billing import Cycle
from extensions.sims.models import UsageDay
from extensions.sims.units import megabytes, typed_megabytes

# Usage seen on fewer days of a cycle than this says nothing of its pace: one large transfer would be a trend.
ENOUGH_DAYS = 3


class Verdict(StrEnum):
    """In words as they end the sentence."""

    ABOVE = "above pace"
    ON = "on pace"
    BELOW = "below pace"
    USED_UP = "allowance used up"
    OVER = "over the allowance"


@dataclass(frozen=True)
class Pace:
    """Data used in a cycle, in bytes. `seen` is on how many days of the cycle figures were seen.

    `day` is the number of the day of the newest figure among the cycle's `days`; None where no cycle is known.
    `allowance` is None where nobody typed one. `idle` days were over when the SIM was activated: an even use begins
    after them.
    """

    used: int
    seen: int
    day: int | None = None
    days: int | None = None
    allowance: int | None = None
    idle: int = 0

    @property
    def verdict(self) -> Verdict | None:
        """None where there is nothing to compare with, or too little history.

        An even pace has used between the shares that are due at the beginning and at the end of the day.
        """
        if not self.allowance:
            return Verdict.OVER if self.allowance == 0 and self.used else None
        if self.used >= self.allowance:
            return Verdict.USED_UP if self.used == self.allowance else Verdict.OVER
        if self.day is None or self.seen < ENOUGH_DAYS:
            return None
        day, days = max(self.day - self.idle, 1), self.days - self.idle
        if self.used * days > self.allowance * day:
            return Verdict.ABOVE
        return Verdict.BELOW if self.used * days < self.allowance * (day - 1) else Verdict.ON

    @property
    def tone(self) -> str:
        tones = {Verdict.OVER: "danger", Verdict.USED_UP: "danger", Verdict.ABOVE: "warning", None: "neutral"}
        return tones.get(self.verdict, "success")

    @property
    def sentence(self) -> str:
        """ "62 % of 500 MB on day 18 of 30, above pace.", from when pace counts, what keeps it from saying more."""
        on = f" on day {self.day} of {self.days}" if self.day else ""
        verdict = f", {self.verdict}" if self.verdict and self.allowance else ""
        return " ".join(filter(None, (f"{self._amount}{on}{verdict}.", self._since, self._why_no_pace)))

    @property
    def _amount(self) -> str:
        if self.allowance:
            return f"{_percent(self.used, self.allowance)} of {typed_megabytes(self.allowance)} MB"
        used = f"{megabytes(self.used)} MB"
        return f"{used} of a plan that includes none" if self.allowance == 0 else used

    @property
    def _since(self) -> str:
        compared = self.idle and self.verdict in (Verdict.ABOVE, Verdict.ON, Verdict.BELOW)
        return f"Pace counts from day {self.idle + 1}, when the SIM was activated." if compared else ""

    @property
    def _why_no_pace(self) -> str:
        if self.verdict or not self.allowance:
            return ""
        if self.day is None:
            return "No pace: the carrier has not told yet when a billing cycle began."
        days = "1 day" if self.seen == 1 else f"{self.seen} days"
        return f"Too little history for a pace: usage was seen on {days} of this cycle, {ENOUGH_DAYS} are needed."


def of(
    cycle: Cycle | None, samples: Sequence[UsageDay], allowance: int | None, active: Cycle | None = None
) -> Pace | None:
    """The pace of a cycle whose samples these are, oldest first; None where data was never told.

    `active` is the part of the cycle in which the SIM could be used, None for all of it.
    """
    told = [sample for sample in samples if sample.data_bytes is not None]
    if not told:
        return None
    newest = told[-1]
    number = cycle.number_of(newest.day) if cycle else None
    idle = cycle.days - active.days if cycle and active else 0
    return Pace(newest.data_bytes, len(told), number, cycle.days if cycle else None, allowance, idle)


def _percent(used: int, allowance: int) -> str:
    """Rounded down: 100 % is all of it."""
    whole = 100 * used // allowance
    return "Under 1 %" if used and not whole else f"{whole:,} %"
