"""JSON typed by people: parse it with positions, check it by a schema, answer in words.

`check(text, schema)` reads the schema's own keyword `x-pattern-words` ("19 or 20 digits") beside `pattern`.
"""

from iotdash.lib.json_documents.checking import (
    Finding,
    check,
    check_document,
    did_you_mean,
    find_problems,
    names_in_words,
)
from iotdash.lib.json_documents.documents import MAX_LENGTH, Document, Path, Problem, parse

__all__ = [
    "MAX_LENGTH",
    "Document",
    "Finding",
    "Path",
    "Problem",
    "check",
    "check_document",
    "did_you_mean",
    "find_problems",
    "names_in_words",
    "parse",
]
