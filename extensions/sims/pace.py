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
    `allowance` is None where nobody typed one.
    """

    used: int
    seen: int
    day: int | None = None
    days: int | None = None
    allowance: int | None = None

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
        if self.used * self.days > self.allowance * self.day:
            return Verdict.ABOVE
        return Verdict.BELOW if self.used * self.days < self.allowance * (self.day - 1) else Verdict.ON

    @property
    def tone(self) -> str:
        tones = {Verdict.OVER: "danger", Verdict.USED_UP: "danger", Verdict.ABOVE: "warning", None: "neutral"}
        return tones.get(self.verdict, "success")

    @property
    def sentence(self) -> str:
        """ "62 % of 500 MB on day 18 of 30, above pace." and what keeps it from saying more."""
        on = f" on day {self.day} of {self.days}" if self.day else ""
        verdict = f", {self.verdict}" if self.verdict and self.allowance else ""
        return " ".join(filter(None, (f"{self._amount}{on}{verdict}.", self._why_no_pace)))

    @property
    def _amount(self) -> str:
        if self.allowance:
            return f"{_percent(self.used, self.allowance)} of {typed_megabytes(self.allowance)} MB"
        used = f"{megabytes(self.used)} MB"
        return f"{used} of a plan that includes none" if self.allowance == 0 else used

    @property
    def _why_no_pace(self) -> str:
        if self.verdict or not self.allowance:
            return ""
        if self.day is None:
            return "No pace: the carrier has not told yet when a billing cycle began."
        days = "1 day" if self.seen == 1 else f"{self.seen} days"
        return f"Too little history for a pace: usage was seen on {days} of this cycle, {ENOUGH_DAYS} are needed."


def of(cycle: Cycle | None, samples: Sequence[UsageDay], allowance: int | None) -> Pace | None:
    """The pace of a cycle whose samples these are, oldest first; None where data was never told."""
    told = [sample for sample in samples if sample.data_bytes is not None]
    if not told:
        return None
    newest = told[-1]
    number = cycle.number_of(newest.day) if cycle else None
    return Pace(newest.data_bytes, len(told), number, cycle.days if cycle else None, allowance)


def _percent(used: int, allowance: int) -> str:
    """Rounded down: 100 % is all of it."""
    whole = 100 * used // allowance
    return "Under 1 %" if used and not whole else f"{whole:,} %"
