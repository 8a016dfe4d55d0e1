"""Imports as jobs: row by row, or all rows in one transaction.

What a row does is written in the transaction that also writes what became of it, so that a kill at any moment leaves
neither a row half done nor one that would be done twice.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from devices.importing.judging import Wanted
from devices.importing.works import WORKS
from devices.models import DeviceImport
from iotdash.lib import batches
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import IMPORT_DEVICES
from iotdash.runtime.jobs import DoneInBegin, Outcome, register_kind
from iotdash.runtime.jobs.sources import source_of
from iotdash.runtime.models import Job, JobItem

State = JobItem.State
TOGETHER = "together"
# Rows of one transaction: while it lasts, nobody else writes where SQLite is the database.
AT_ONCE = {DeviceImport.What.DEVICES: 100, DeviceImport.What.CONFIGURATION: 20}
# So many that exist take some five seconds, as do all the new ones that are read of a file.
TOGETHER_AT_MOST = {DeviceImport.What.DEVICES: 4_000, DeviceImport.What.CONFIGURATION: 500}
_CHUNK = 500
_ADDED, _UPDATED = "Added.", "Updated."


def kind_name(what: str) -> str:
    return f"import of {what}"


def too_many_together(what: str, changed: int) -> str:
    """Why so many that exist are not changed all or nothing, or "". New ones there may be as many as are read."""
    most = TOGETHER_AT_MOST[what]
    if changed <= most:
        return ""
    of = "devices that exist" if what == DeviceImport.What.DEVICES else "devices"
    return (
        f"All or nothing takes {most:,} {of} at most, because nobody else can save anything while it lasts. "
        "Import row by row, or split the file."
    )


def register() -> None:
    """Called from AppConfig.ready()."""
    for what in DeviceImport.What:
        register_kind(ImportJobs(what))


class _NotAll(Exception):
    """Some rows of an import that does all or nothing cannot be done: item → why."""

    def __init__(self, failed: Mapping[int, str]) -> None:
        super().__init__()
        self.failed = failed


class ImportJobs(DoneInBegin):
    action = IMPORT_DEVICES

    def __init__(self, what: DeviceImport.What) -> None:
        self.what, self.name = what, kind_name(what)

    def room(self, job: Job, group: str) -> int:
        return AT_ONCE[self.what]

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        organization = Organization.objects.filter(public_id=job.organization).first()
        if organization is None:
            return {item.pk: Outcome(State.FAILED, "The organization was deleted.") for item in items}
        if job.parameters[TOGETHER]:
            return self._all_or_nothing(job, organization, items)
        failed = self._do(job, organization, items)
        return {item.pk: _outcome(item, failed.get(item.pk, "")) for item in items}

    def address(self, job: Job, item: JobItem) -> str:
        if item.state != State.DONE:
            return ""
        return reverse("devices:device", args=[job.organization, *item.given["name"]])

    def _do(self, job: Job, organization: Organization, items: Sequence[JobItem]) -> Mapping[int, str]:
        wanted = [Wanted(item.pk, tuple(item.given["name"]), item.given) for item in items]
        return WORKS[self.what].do(organization, wanted, source_of(job))

    def _all_or_nothing(self, job: Job, organization: Organization, items: Sequence[JobItem]) -> dict[int, Outcome]:
        try:
            with transaction.atomic():
                for chunk in batches.of_rows(job.items.filter(state=State.WAITING), _CHUNK, by="position"):
                    if failed := self._do(job, organization, chunk):
                        raise _NotAll(failed)
        except _NotAll as error:
            return _nothing(job, items, error.failed)
        others = _others(job, items)
        _settle(others.filter(target=None), Outcome(State.DONE, _ADDED))
        _settle(others, Outcome(State.DONE, _UPDATED))
        return {item.pk: _outcome(item, "") for item in items}


def _others(job: Job, items: Sequence[JobItem]) -> QuerySet[JobItem]:
    """Those that wait beside the ones that the runner writes itself."""
    return job.items.filter(state=State.WAITING).exclude(pk__in=[item.pk for item in items])


def _nothing(job: Job, items: Sequence[JobItem], failed: Mapping[int, str]) -> dict[int, Outcome]:
    """Nothing was imported: because of these."""
    because = {item.pk: _outcome(item, failed[item.pk]) for item in job.items.filter(pk__in=failed)}
    first = min(item.given["row"] for item in job.items.filter(pk__in=failed))
    undone = Outcome(State.CANCELLED, f"Nothing was imported, because of row {first}.")
    for item_id, outcome in because.items():
        _settle(_others(job, items).filter(pk=item_id), outcome)
    _settle(_others(job, items), undone)
    return {item.pk: because.get(item.pk, undone) for item in items}


def _settle(rows: QuerySet[JobItem], outcome: Outcome) -> None:
    rows.update(state=outcome.state, sentence=outcome.sentence[:500], settled_at=timezone.now())


def _outcome(item: JobItem, why_not: str) -> Outcome:
    if why_not:
        return Outcome(State.FAILED, f"Row {item.given['row']}: {why_not}")
    return Outcome(State.DONE, _UPDATED if item.target else _ADDED)
