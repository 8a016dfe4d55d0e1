"""The SIM carrier Orange: it is only read."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from extensions.core.contract import Context, Proof, Quota
from extensions.orange import directory, records, settings
from extensions.sims.contract import Cursor, Pace, Page, Part, SimProvider, SimRecord

DAY = timedelta(days=1)


class Orange(SimProvider):
    """Stateless.

    A month costs about 30 calls for changes, and for each 100 SIMs 30 to read them all daily and 4 to list them weekly:
    about a tenth of the 1000 and 3 for each SIM that Orange allows.
    """

    supports = frozenset({"inventory", "sim"})
    tells = records.TOLD
    # The names that the REST API proposes for Orange; its device configuration writes the number's in lower case.
    overview = "sim"
    subject_name = "serialNumber"
    fact_names = MappingProxyType({"state": "activationStatus"})
    pace = Pace(changes=DAY, inventories=7 * DAY, refreshes=DAY)

    def check(self, context: Context) -> Proof:
        return directory.check(context)

    def record(self, context: Context, subject: str) -> SimRecord:
        return directory.record(context, subject)

    def inventory(self, context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
        return directory.page(context, since, cursor)

    def refresh(self, context: Context, subjects: Sequence[str], parts: frozenset[Part]) -> Mapping[str, SimRecord]:
        return directory.refresh(context, subjects)

    def refresh_batch(self, settings: Mapping[str, Any]) -> int:
        return directory.LARGEST_BATCH

    def quota(self, configured: Mapping[str, Any], sims: int, now: datetime) -> Quota:
        return settings.quota(configured, sims, now)
