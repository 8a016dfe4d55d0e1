"""What is wrong with a cell whatever it is for: formulas, a spreadsheet's errors, and numbers that it shortened."""

import re
from collections.abc import Mapping

from devices.importing.columns import ImportColumn
from devices.importing.judging import Given, Problem
from iotdash.lib.spreadsheets import ERROR, FORMULA, NUMBER

_EXPONENT = re.compile(r"'?[0-9]+([.,][0-9]+)?E\+?[0-9]{2}", re.IGNORECASE)
_AS_TEXT = "Format the column as text, and copy the values into it anew."
AS_NUMBER = f"The cell is a number, and numbers lose leading zeros and last digits. {_AS_TEXT}"
_FORMULA = "This is a formula, and formulas are not evaluated. Copy the column and paste its values only."


def problems_of(given: Given, columns: Mapping[str, ImportColumn]) -> list[Problem]:
    found = ((name, _words(given, columns[name])) for name in {**given.values, **given.marks})
    return [Problem(name, words) for name, words in found if words]


def with_hint(given: Given, problem: Problem, columns: Mapping[str, ImportColumn]) -> Problem:
    """Says where a text may be wrong because the spreadsheet took it for a number."""
    column = columns.get(problem.column)
    if column is None or not column.exact or given.marks.get(problem.column) != NUMBER:
        return problem
    return Problem(problem.column, f"{problem.words} {AS_NUMBER}")


def _words(given: Given, column: ImportColumn) -> str:
    mark, text = given.marks.get(column.name), given.values.get(column.name, "")
    if mark == FORMULA:
        return _FORMULA
    if mark == ERROR:
        return f"The spreadsheet shows the error {text} here."
    if column.exact and _EXPONENT.fullmatch(text) and (mark == NUMBER or "+" in text):
        return f"“{text}” is how a spreadsheet shows a long number: its last digits are lost. {_AS_TEXT}"
    return ""
