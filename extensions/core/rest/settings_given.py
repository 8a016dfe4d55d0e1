"""Settings as programs send them: merged into the stored ones, and checked as the set-up form checks what is typed."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from extensions.core.contract import Manifest
from iotdash.lib.json_documents import Finding, find_problems
from iotdash.lib.rest import problems
from iotdash.lib.rest.problems import BAD_VALUE, MISSING, Problem
from iotdash.lib.schema_forms import (
    carried_over,
    changed_addresses,
    discriminator,
    rules_of,
    secret_names,
    secrets_to_retype,
    variant_schema,
    without_secrets,
)

Settings = Mapping[str, Any]


def merged(manifest: Manifest, stored: Settings, given: Settings) -> dict[str, Any]:
    """The whole settings. What is left out or null stays; "" takes a value away.

    Raises RestError: 400 with what is wrong, and where an address changes, unless all secrets are sent with it.
    """
    given = {name: value for name, value in given.items() if value is not None}
    removed = {name for name, value in given.items() if value == ""}
    before = _of_variant(manifest, stored, given)
    public = without_secrets(manifest.settings_schema, before)
    wanted = {name: value for name, value in {**public, **given}.items() if name not in removed}
    schema = variant_schema(manifest.settings_schema, wanted)
    _refuse_kept(schema, before, wanted, given)
    kept = {name: value for name, value in before.items() if name not in removed}
    settings = carried_over(schema, kept, wanted)
    if found := list(_violations(manifest, schema, settings)):
        raise problems.not_valid(found)
    return settings


def _of_variant(manifest: Manifest, stored: Settings, given: Settings) -> Settings:
    """What is stored for another variant stays only as far as both have it, and is no secret."""
    schema = manifest.settings_schema
    chooser = discriminator(schema)
    if not chooser or given.get(chooser, stored.get(chooser)) == stored.get(chooser):
        return stored
    return {name: value for name, value in without_secrets(schema, stored).items() if name in schema["properties"]}


def _refuse_kept(schema: Settings, stored: Settings, wanted: Settings, given: Settings) -> None:
    left_out = [name for name in secrets_to_retype(schema, stored, wanted) if name not in given]
    if left_out:
        changed = " and ".join(changed_addresses(schema, stored, wanted))
        words = f'"{changed}" changes, so all secrets must be sent again: {", ".join(secret_names(schema))}.'
        raise problems.not_valid([Problem(MISSING, words, [f"settings.{name}" for name in left_out])])


def _violations(manifest: Manifest, schema: Settings, settings: Settings) -> Iterator[Problem]:
    """The provider knows better than the schema what is wrong with a field of the right type."""
    read = _of_right_type(schema, settings)
    said = {name: words for name, words in manifest.settings_problems(read) if name in read or name not in settings}
    secret = set(secret_names(schema))
    for finding in find_problems(settings, schema):
        if finding.missing:
            # There is nothing in it that could be wrong.
            said.pop(finding.missing, None)
            yield Problem(MISSING, f"settings.{finding.missing} is missing.", [f"settings.{finding.missing}"])
        elif _name(finding) not in said:
            where = ".".join(map(str, ("settings", *finding.path)))
            yield Problem(BAD_VALUE, f"{where}: {_words(finding, secret)}", [where])
    for name, words in said.items():
        yield Problem(BAD_VALUE, f"settings.{name}: {words}", [f"settings.{name}"])


def _of_right_type(schema: Settings, settings: Settings) -> dict[str, Any]:
    """What a provider can read: it expects texts where a form has fields for text."""
    rules = rules_of(schema)
    return {name: value for name, value in settings.items() if name in rules and _is_of_type(rules[name], value)}


def _is_of_type(rule: Settings, value: Any) -> bool:
    return "type" not in rule or Draft202012Validator({"type": rule["type"]}).is_valid(value)


def _name(finding: Finding) -> str:
    return str(next(iter(finding.path), ""))


def _words(finding: Finding, secret: set[str]) -> str:
    """The finding's own sentence quotes the value."""
    return f"expected: {finding.expected}." if _name(finding) in secret else finding.message
