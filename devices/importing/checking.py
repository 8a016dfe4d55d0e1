"""The dry run: what would become of each row, and everything that is wrong, by row and column."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from devices.import_models import LONGEST_VALUE, LONGEST_WORDS
from devices.importing import cells
from devices.importing.columns import ImportColumn, by_name, in_words, missing
from devices.importing.judging import Given, Judge, Judged, Work
from devices.importing.reading import given_rows
from devices.importing.works import work_of
from devices.models import DeviceImport, DeviceImportProblem
from iotdash.lib import batches
from iotdash.lib.spreadsheets import NUMBER, FileRefused

# Nobody reads more; the numbers say how many there are.
MOST_PROBLEMS = 50_000
_AT_ONCE = 500
ROWS, FAILING, PROBLEMS = "rows", "failing", "problems"


def judged_rows(found: DeviceImport) -> Iterator[Judged]:
    """Raises FileRefused."""
    organization, work = found.organization, work_of(found)
    columns = by_name(work.columns(organization))
    judge = work.judge(organization, update=found.update_existing)
    # A batch is let go before the next one is read.
    rows = given_rows(bytes(found.content), found.columns)
    return chain.from_iterable(map(partial(_judged, judge, columns), batches.of(rows, _AT_ONCE)))


def _judged(judge: Judge, columns: Mapping[str, ImportColumn], batch: Sequence[Given]) -> list[Judged]:
    wrong = {given.row: cells.problems_of(given, columns) for given in batch}
    good = {each.given.row: each for each in judge.judge([given for given in batch if not wrong[given.row]])}
    return [good.get(given.row) or Judged(given, problems=wrong[given.row]) for given in batch]


def check(found: DeviceImport) -> None:
    """Keeps what the dry run finds, in the place of what an earlier one found. Nothing else is changed."""
    check_id = uuid.uuid4()
    result = _Result(found, check_id)
    lacking = missing(found.columns, result.columns)
    if not lacking:
        try:
            result.keep(judged_rows(found))
        except FileRefused as refusal:
            result.refused = str(refusal)
    waiting = DeviceImport.objects.filter(pk=found.pk, confirmed_at=None)
    waiting.update(check_id=check_id, found=result.as_json() | {"missing": in_words(lacking)})
    found.problems.exclude(check_id=check_id).delete()
    # Without its content, which is as large as it was.
    found.refresh_from_db(fields=["check_id", "found", "confirmed_at"])


class _Result:
    def __init__(self, found: DeviceImport, check_id: uuid.UUID) -> None:
        self.found, self.check_id, self.refused = found, check_id, ""
        work: Work = work_of(found)
        self.columns = work.columns(found.organization)
        self.by_name: Mapping[str, ImportColumn] = by_name(self.columns)
        self.positions = {name: index for index, name in enumerate(found.columns, 1) if name}
        self.counts: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()

    def keep(self, rows: Iterable[Judged]) -> None:
        kept: list[DeviceImportProblem] = []
        for judged in rows:
            self._count(judged)
            kept += self._problems(judged)
            if len(kept) >= 500:
                DeviceImportProblem.objects.bulk_create(kept)
                kept = []
        DeviceImportProblem.objects.bulk_create(kept)

    def as_json(self) -> dict[str, Any]:
        return {**self.counts, "refused": self.refused, "notes": [] if self.refused else self._notes()}

    def _count(self, judged: Judged) -> None:
        self.counts[ROWS] += 1
        self.counts[FAILING if judged.problems else judged.change] += 1
        for name, mark in judged.given.marks.items():
            if mark == NUMBER and self.by_name[name].exact:
                self.numbers[name] += 1

    def _problems(self, judged: Judged) -> list[DeviceImportProblem]:
        self.counts[PROBLEMS] += len(judged.problems)
        room = max(MOST_PROBLEMS - self.counts[PROBLEMS] + len(judged.problems), 0)
        told = [self._problem(judged.given, each.column, each.words) for each in judged.problems]
        return sorted(told, key=lambda problem: problem.column)[:room]

    def _problem(self, given: Given, name: str, words: str) -> DeviceImportProblem:
        position = self.positions.get(name, 0)
        heading = self.found.headings[position - 1] if position else self._label(name)
        value = given.values.get(name, "")
        return DeviceImportProblem(
            device_import=self.found,
            check_id=self.check_id,
            row=given.row,
            column=position,
            heading=heading[:LONGEST_VALUE],
            value=value[:LONGEST_VALUE],
            words=words[:LONGEST_WORDS],
        )

    def _label(self, name: str) -> str:
        """Of something that no column of the file holds."""
        column = self.by_name.get(name)
        return column.label if column else ""

    def _notes(self) -> list[str]:
        return [
            f"{count:,} cells of {self.by_name[name].label} are numbers, not text. "
            "If they began or ended with zeros, those are lost: format the column as text, and fill it anew."
            for name, count in self.numbers.items()
        ]
