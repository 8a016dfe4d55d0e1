"""Calls that a service counts by the month or so."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Quota:
    """How many calls an account may make from one moment to another; `basis` says where the number is from."""

    allowed: int
    begins: datetime
    ends: datetime
    basis: str
