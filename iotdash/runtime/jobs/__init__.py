"""Work on many things at once: a row for the job and one for each of its items.

Whoever can do a kind of work registers it (`kinds`), and makes a job by rehearsing it (`making`): the items are written
with what would become of each. Once confirmed, `running` takes it forward a slice at a time, in any worker; `steering`
is what people do about it. Any process may be killed at any moment: what an item is about to do is written in the same
transaction as what it did, or carries a key that a second attempt finds again.
"""

from iotdash.runtime.jobs.kinds import (
    Begun,
    DoneInBegin,
    Kind,
    NotNow,
    Outcome,
    kind_of,
    register_kind,
    register_permission,
)
from iotdash.runtime.jobs.making import MOST_ITEMS, TOLD, Draft, Told, TooMany, rehearse

__all__ = [
    "MOST_ITEMS",
    "TOLD",
    "Begun",
    "DoneInBegin",
    "Draft",
    "Kind",
    "NotNow",
    "Outcome",
    "Told",
    "TooMany",
    "kind_of",
    "register_kind",
    "register_permission",
    "rehearse",
]
