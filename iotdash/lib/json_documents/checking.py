"""Errors of jsonschema (draft 2020-12) in plain words, each at its place."""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from iotdash.lib.json_documents.documents import Document, Path, Problem, parse

_TYPES = {
    "string": "text in double quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object in braces",
    "array": "a list in brackets",
    "null": "null",
}
_FORMATS = {
    "date": "a date such as 2026-01-31",
    "date-time": "a time such as 2026-01-31T12:00:00Z",
    "email": "an email address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uri": "an address such as https://example.org/",
    "uuid": "a UUID",
}


class Finding(NamedTuple):
    """A problem without position. `at_key`: the key is to blame; `missing`: the key that is not there."""

    path: Path
    message: str
    expected: str
    at_key: bool = False
    missing: str = ""


def check(text: str, schema: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with `text`, sorted by position; empty if it is valid. Never raises on any text."""
    return check_document(parse(text), schema)


def check_document(document: Document, schema: Mapping[str, Any]) -> list[Problem]:
    """Like `check`, for a document that is already parsed."""
    problems = list(document.problems)
    if isinstance(document.value, dict):
        found = find_problems(document.value, schema)
        problems += [document.problem(f.path, f.message, f.expected, at_key=f.at_key) for f in found]
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def find_problems(value: Any, schema: Mapping[str, Any]) -> list[Finding]:
    """Findings of a value without positions; the set-up forms use them too."""
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    errors = [error for error in validator.iter_errors(value) if not _said_by_min_length(error)]
    return [finding for error in errors for finding in words_for(error)]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A question to put behind a message, beginning with a space; empty if nothing is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""


def names_in_words(known: Sequence[str]) -> str:
    """Which keys there may be, for `Problem.expected`."""
    return ", ".join(f'"{name}"' for name in known) or "no keys"


def words_for(error: ValidationError) -> Iterator[Finding]:
    """One error of jsonschema as findings (one per unknown or missing key)."""
    path = tuple(error.absolute_path)
    several = _SEVERAL.get(error.validator)
    if several:
        yield from several(error, path)
        return
    say = _WORDS.get(error.validator)
    message, expected = say(error) if say else (f"{_shown(error.instance)} does not fit.", "")
    yield Finding(path, message, expected)


def _unknown_keys(error: ValidationError, path: Path) -> Iterator[Finding]:
    known = list(error.schema.get("properties", ()))
    for key in error.instance:
        # jsonschema names the keys only in its message.
        if key not in known and repr(key) in error.message:
            message = f'the key "{key}" is not known here.{did_you_mean(key, known)}'
            yield Finding((*path, key), message, names_in_words(known), at_key=True)


def _missing_keys(error: ValidationError, path: Path) -> Iterator[Finding]:
    # jsonschema makes one error per missing key and names it only in its message.
    key = next((name for name in error.validator_value if error.message.startswith(repr(name))), None)
    yield Finding(path, f'the key "{key}" is missing.', f'"{key}"', at_key=True, missing=str(key))


def _missing_beside(error: ValidationError, path: Path) -> Iterator[Finding]:
    wanted = {key for keys in error.validator_value.values() for key in keys}
    key = next((name for name in wanted if error.message.startswith(repr(name))), None)
    because = next(name for name, keys in error.validator_value.items() if key in keys and name in error.instance)
    message = f'the key "{key}" is missing, which "{because}" needs.'
    yield Finding(path, message, f'"{key}"', at_key=True, missing=str(key))


def _alternatives(error: ValidationError, path: Path) -> Iterator[Finding]:
    consts = [branch["const"] for branch in error.validator_value if "const" in branch]
    if consts and len(consts) == len(error.validator_value):
        yield Finding(path, *_one_of(error.instance, consts))
    elif error.context:
        yield from _nearest_branch(error.context)
    else:
        message = f"{_shown(error.instance)} fits more than one of the allowed forms."
        yield Finding(path, message, "exactly one form")


def _nearest_branch(errors: list[ValidationError]) -> Iterator[Finding]:
    """What is wrong by the branch that was meant: one whose constants fit, with the fewest errors."""
    branches: dict[Any, list[ValidationError]] = {}
    for error in errors:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    meant = [found for found in branches.values() if not any(each.validator == "const" for each in found)]
    if meant:
        for error in min(meant, key=len):
            yield from words_for(error)
        return
    wrong = [error for error in errors if error.validator == "const"]
    same = [error for error in wrong if error.absolute_path == wrong[0].absolute_path]
    words = _one_of(wrong[0].instance, [error.validator_value for error in same])
    yield Finding(tuple(wrong[0].absolute_path), *words)


def _enum(error: ValidationError) -> tuple[str, str]:
    return _one_of(error.instance, error.validator_value)


def _one_of(instance: Any, allowed: list[Any]) -> tuple[str, str]:
    hint = did_you_mean(str(instance), [str(value) for value in allowed])
    return f"{_shown(instance)} is not one of the allowed values.{hint}", ", ".join(map(_shown, allowed))


def _type(error: ValidationError) -> tuple[str, str]:
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    expected = " or ".join(_TYPES.get(name, name) for name in names)
    quoted = " Put it in double quotes." if "string" in names and _is_whole_number(error.instance) else ""
    return f"{_shown(error.instance)} is not {expected}.{quoted}", expected


def _pattern(error: ValidationError) -> tuple[str, str]:
    words = error.schema.get("x-pattern-words") or f"text of the form {error.validator_value}"
    return f"{_shown(error.instance)} is not {words}.", words


def _format(error: ValidationError) -> tuple[str, str]:
    words = _FORMATS.get(error.validator_value, f"of the form “{error.validator_value}”")
    return f"{_shown(error.instance)} is not {words}.", words


def _bound(words: str) -> Callable[[ValidationError], tuple[str, str]]:
    def say(error: ValidationError) -> tuple[str, str]:
        expected = words.format(error.validator_value)
        return f"{_shown(error.instance)} does not fit: {expected} expected.", expected

    return say


def _min_length(error: ValidationError) -> tuple[str, str]:
    if not error.instance:
        return "this must not be empty.", "some text"
    expected = f"at least {error.validator_value} characters"
    return f"{_shown(error.instance)} is too short.", expected


def _said_by_min_length(error: ValidationError) -> bool:
    """An empty text is told once, as empty."""
    return error.instance == "" and error.validator in ("pattern", "format") and "minLength" in error.schema


def _is_whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        # Never the content: it may hold a secret beside what is wrong.
        return "this object" if isinstance(value, dict) else "this list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}…"


_SEVERAL = {
    "additionalProperties": _unknown_keys,
    "unevaluatedProperties": _unknown_keys,
    "required": _missing_keys,
    "dependentRequired": _missing_beside,
    "oneOf": _alternatives,
    "anyOf": _alternatives,
}
_WORDS: dict[str, Callable[[ValidationError], tuple[str, str]]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda error: _one_of(error.instance, [error.validator_value]),
    "pattern": _pattern,
    "format": _format,
    "minLength": _min_length,
    "maxLength": _bound("at most {} characters"),
    "minimum": _bound("{} or more"),
    "maximum": _bound("{} or less"),
    "exclusiveMinimum": _bound("more than {}"),
    "exclusiveMaximum": _bound("less than {}"),
    "multipleOf": _bound("a multiple of {}"),
    "minItems": _bound("at least {} entries"),
    "maxItems": _bound("at most {} entries"),
    "minProperties": _bound("at least {} keys"),
    "maxProperties": _bound("at most {} keys"),
    "uniqueItems": lambda error: ("an entry appears twice.", "each entry once"),
}
