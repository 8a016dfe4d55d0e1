"""Lanes: the single queue through which all calls to one external account pass, across organizations.

A runner holds the lane's lease, does the next piece of due work, and takes a slot for each HTTP call. Work comes from
sources, the most urgent purpose first. Rows are the truth: the Celery message only says "look at this lane", and the
sweep sends it again if it was lost.
"""

from extensions.core.lanes.accounts import carry_over, of_account, throwaway
from extensions.core.lanes.breaker import note_failure, note_success, try_now
from extensions.core.lanes.keeping import tidy_counts
from extensions.core.lanes.messages import wake, wake_due
from extensions.core.lanes.running import receive, run
from extensions.core.lanes.turn import LEASE_SECONDS, LaneLost, Turn
from extensions.core.lanes.work import JOBS_SHARE, Work, WorkSource, register_source
from extensions.core.models import Purpose

__all__ = [
    "JOBS_SHARE",
    "LEASE_SECONDS",
    "LaneLost",
    "Purpose",
    "Turn",
    "Work",
    "WorkSource",
    "carry_over",
    "note_failure",
    "note_success",
    "of_account",
    "receive",
    "register_source",
    "run",
    "throwaway",
    "tidy_counts",
    "try_now",
    "wake",
    "wake_due",
]
