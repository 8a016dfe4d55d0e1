"""Writes: keeping a table until it is confirmed, saying what its columns are, and making the job that does it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import transaction
from django.utils import timezone

from devices.importing import checking
from devices.importing.columns import recognised
from devices.importing.jobs import TOGETHER, kind_name, too_many_together
from devices.importing.judging import ADD, SAME, UPDATE, Judged
from devices.importing.reading import headings_of
from devices.importing.works import WORKS
from devices.models import DeviceImport, DeviceImportProblem
from iotdash.audit.services import Source, record
from iotdash.lib.spreadsheets import FileRefused
from iotdash.organizations.models import Organization
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Draft, Outcome, steering
from iotdash.runtime.models import Job, JobItem

FORGOTTEN_AFTER = timedelta(days=1)
# What is known of the rows of a large table is kept on disk until they are written.
_IN_MEMORY = 1_000_000


class ImportRefused(Exception):
    """It cannot be confirmed now; the message says why and what to do."""


def keep(
    source: Source, organization: Organization, what: str, file_name: str, raw: bytes, *, update: bool
) -> DeviceImport:
    """Keeps a table, its columns guessed by their headings, and makes the dry run. Raises FileRefused."""
    headings = headings_of(raw)
    found = DeviceImport.objects.create(
        organization=organization,
        what=what,
        file_name="".join(each for each in file_name if each.isprintable())[-200:],
        content=raw,
        headings=[heading[:200] for heading in headings],
        columns=recognised(headings, WORKS[what].columns(organization)),
        update_existing=update,
        created_by=source.actor,
    )
    checking.check(found)
    return found


def change(found: DeviceImport, columns: Sequence[str], *, update: bool) -> None:
    """Says anew what the columns hold, and makes the dry run again. Nothing happens once it is confirmed."""
    waiting = DeviceImport.objects.filter(pk=found.pk, confirmed_at=None)
    if waiting.update(columns=list(columns), update_existing=update):
        found.refresh_from_db()
        checking.check(found)


def confirm(source: Source, found: DeviceImport, seen: str, *, together: bool) -> Job:
    """A job that is on its way. `seen` is the dry run that was looked at. Raises ImportRefused."""
    if str(found.check_id) != seen:
        raise ImportRefused("The columns were changed meanwhile. Look at the rows again before you confirm.")
    with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as spool:
        # Judged before anything is written, so that nobody else has to wait for it.
        _write_all(spool, found, together=together)
        spool.seek(0)
        with transaction.atomic():
            return _made(source, found, seen, _drafts(spool), together=together)


def forget_old() -> None:
    """Due-finder: tables that nobody confirmed for a day, and what was wrong with others: the job tells that, too."""
    before = timezone.now() - FORGOTTEN_AFTER
    DeviceImport.objects.filter(confirmed_at=None, created_at__lte=before).delete()
    DeviceImportProblem.objects.filter(device_import__confirmed_at__lte=before).delete()


def _write_all(spool: IO[str], found: DeviceImport, *, together: bool) -> None:
    counts: Counter[str] = Counter()
    try:
        for judged in checking.judged_rows(found):
            if together and judged.problems:
                raise ImportRefused(
                    f"Row {judged.given.row} has problems. Correct the file, or import row by row what can be."
                )
            counts[SAME if judged.problems else judged.change] += 1
            spool.write(f"{json.dumps(_line(judged))}\n")
    except FileRefused as refusal:
        raise ImportRefused(str(refusal)) from None
    if not counts[ADD] + counts[UPDATE]:
        raise ImportRefused("There is nothing to import: every row has problems, or is as it is already.")
    if together and (words := too_many_together(found.what, counts[UPDATE])):
        raise ImportRefused(words)


def _line(judged: Judged) -> dict:
    given, reason = judged.given, ""
    if judged.problems:
        reason = " ".join(each.words for each in judged.problems)
    elif judged.change == SAME:
        reason = "Nothing differs."
    wanted = {} if reason else {**judged.wanted, "row": given.row, "name": given.name}
    return {"subject": given.subject, "target": judged.target, "given": wanted, "row": given.row, "reason": reason}


def _drafts(spool: IO[str]) -> Iterator[Draft]:
    for line in spool:
        row = json.loads(line)
        left_out = Outcome(JobItem.State.LEFT_OUT, f"Row {row['row']}: {row['reason']}") if row["reason"] else None
        yield Draft(row["subject"], row["target"], given=row["given"], outcome=left_out)


def _made(source: Source, found: DeviceImport, seen: str, drafts: Iterator[Draft], *, together: bool) -> Job:
    waiting = DeviceImport.objects.filter(pk=found.pk, confirmed_at=None, check_id=seen)
    if not waiting.update(confirmed_at=timezone.now(), content=b""):
        raise ImportRefused("This file was confirmed, changed or forgotten meanwhile.")
    title = f"Import {found.get_what_display().lower()}: {found.file_name or 'file'}"
    job = jobs.rehearse(source, kind_name(found.what), title, drafts, parameters={TOGETHER: together})
    steering.confirm(job, source)
    DeviceImport.objects.filter(pk=found.pk).update(job_id=job.public_id)
    mode = "all or nothing" if together else "row by row"
    record(source, f"{found.get_what_display().lower()} imported", "import", found.file_name, rows=job.total, mode=mode)
    return job
