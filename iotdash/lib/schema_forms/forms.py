"""The form of a schema."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.text import capfirst

from iotdash.lib.json_documents import Finding, find_problems
from iotdash.lib.schema_forms.fields import field, removal_field
from iotdash.lib.schema_forms.names import (
    address_names,
    carried_over,
    changed_addresses,
    rules_of,
    secret_names,
    secrets_to_retype,
    without_secrets,
)
from iotdash.lib.schema_forms.variants import Schema, discriminator, variant_in, variant_schema


class SchemaForm(forms.Form):
    """`form.settings` (after is_valid) is the whole settings dict, kept secrets included.

    Of a schema with variants it has the fields of one: that which the data name, else `initial`, else `stored`. From
    settings that are stored for another variant it starts with what both show: with no secret.
    A stored secret that is not required can be removed by a box beside it.
    `chooser` is the name of the field that chooses, `variant` its value; "" and None without variants.
    """

    whole_schema: Schema
    stored: Mapping[str, Any] | None = None
    origins: Mapping[str, str] = MappingProxyType({})

    def __init__(self, *args: Any, initial: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser = discriminator(self.whole_schema)
        self.variant = self._variant(initial or {})
        chosen = {self.chooser: self.variant} if self.chooser else {}
        self.schema = variant_schema(self.whole_schema, chosen)
        self.stored = self._stored_for(chosen)
        self.initial = without_secrets(self.schema, {**self.stored, **(initial or {}), **chosen})
        for name, rule in rules_of(self.schema).items():
            self.fields[name] = self._field(name, rule)
            if self._removable(name):
                self.fields[_removal(name)] = removal_field(self.fields[name].label)
        self.settings: dict[str, Any] = {}

    def _variant(self, initial: Mapping[str, Any]) -> str | None:
        typed = {self.chooser: self.data.get(self.add_prefix(self.chooser))}
        return variant_in(self.whole_schema, typed, initial, self.stored or {})

    def _stored_for(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        stored = self.stored or {}
        if all(stored.get(name) == value for name, value in chosen.items()):
            return dict(stored)
        common = without_secrets(self.whole_schema, stored)
        return {name: value for name, value in common.items() if name in self.whole_schema["properties"]}

    def _field(self, name: str, rule: Schema) -> forms.Field:
        kept = self.origins.get(name, "Stored.") if self.stored.get(name) else ""
        required = name in self.schema.get("required", ())
        return field(name, rule, required=required, kept=kept, radio=name == self.chooser)

    def _removable(self, name: str) -> bool:
        """A stored secret that may be done without. Left empty it is kept, so there is another way to say that."""
        return name in self._held() and name not in self.schema.get("required", ())

    @property
    def shown(self) -> dict[str, Any]:
        """What the fields show: no secret, nothing empty, and of the schema's types as far as it fits them."""
        values = {name: self[name].value() for name in without_secrets(self.schema, rules_of(self.schema))}
        return {name: self._typed(name, value) for name, value in values.items() if value not in (None, "")}

    def _typed(self, name: str, value: Any) -> Any:
        try:
            return self.fields[name].clean(value)
        except forms.ValidationError:
            return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.stored = {name: value for name, value in self.stored.items() if not cleaned.get(_removal(name))}
        typed = self.typed
        if any(name in self.errors for name in address_names(self.schema)):
            # Whether secrets may be kept is not known yet; nothing is said of them meanwhile.
            self.settings = {**{name: self.stored[name] for name in self._held()}, **typed}
        else:
            self.settings = carried_over(self.schema, self.stored, typed)
            self._refuse_kept(typed)
        self._check_by_schema()
        return cleaned

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed without mistakes and is not empty; after is_valid."""
        rules = rules_of(self.schema)
        return {name: value for name, value in self.cleaned_data.items() if name in rules and value not in (None, "")}

    def _held(self) -> list[str]:
        return [name for name in secret_names(self.schema) if self.stored.get(name)]

    def _refuse_kept(self, typed: Mapping[str, Any]) -> None:
        changed = changed_addresses(self.schema, self.stored, typed)
        labels = " or ".join(str(self.fields[name].label) for name in changed)
        for name in secrets_to_retype(self.schema, self.stored, typed):
            if name not in typed:
                self.add_error(name, f"Type this again, because “{labels}” changed.")

    def _check_by_schema(self) -> None:
        """What the fields let through: formats, missing secrets, rules across fields."""
        secret = set(secret_names(self.schema))
        for finding in find_problems(self.settings, self.schema):
            name = next((part for part in (*finding.path[:1], finding.missing) if part in self.fields), None)
            if name not in self.errors:
                self.add_error(name, self._words(finding, secret=name in secret))

    def _words(self, finding: Finding, *, secret: bool) -> str:
        if finding.missing in self.fields:
            return self.fields[finding.missing].error_messages["required"]
        # The finding's own sentence quotes the value.
        return f"This is not valid; expected: {finding.expected}." if secret else capfirst(finding.message)


def _removal(name: str) -> str:
    """No name of a property: those are words."""
    return f"{name}-remove"


def form_class(
    schema: Schema, *, stored: Mapping[str, Any] | None = None, origins: Mapping[str, str] | None = None
) -> type[SchemaForm]:
    """A form for `schema`; `stored` are the settings being edited (None: a new set-up).

    `origins` says of stored secrets, by field and in a sentence, where they came from, if they are not simply stored.
    """
    return type("SettingsForm", (SchemaForm,), {"whole_schema": schema, "stored": stored, "origins": origins or {}})
