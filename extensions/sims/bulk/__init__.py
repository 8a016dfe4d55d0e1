"""One operation for many SIMs: they are selected in the list, the rehearsal says what would become of each, and a job
does it (`extensions.core.jobs`).
"""

from devices.bulk.actions import BulkAction
from iotdash.organizations.roles import OPERATE

OF_DEVICES = BulkAction(
    "Operate their SIMs",
    "Change state or rate plan, send SMS or refresh, with a rehearsal before anything is sent.",
    "sims:bulk",
    OPERATE,
)
