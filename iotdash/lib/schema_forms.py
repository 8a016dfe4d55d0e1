"""JSON Schema (draft 2020-12) object -> Django form. Flat objects.

Understood: `writeOnly: true` or `format: password` (a secret), `enum`, `oneOf: [{const, title}]` (a choice
with labels), `title`, `description`, `default`, `x-address` (the field says where secrets are sent),
`x-multiline`, `x-placeholder`, `x-pattern-words`. A secret is never rendered; left empty it is kept, unless
an address changed.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst

from iotdash.lib.json_documents import Finding, find_problems

Schema = Mapping[str, Any]


def secret_names(schema: Schema) -> list[str]:
    """Fields with `writeOnly: true` or `format: password`."""
    return [name for name, rule in _properties(schema) if _is_secret(rule)]


def address_names(schema: Schema) -> list[str]:
    """Fields with `x-address: true`."""
    return [name for name, rule in _properties(schema) if rule.get("x-address")]


def without_secrets(schema: Schema, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What of the settings may be shown."""
    secret = set(secret_names(schema))
    return {name: value for name, value in settings.items() if name not in secret}


def secrets_to_retype(schema: Schema, stored: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Stored secrets that must be typed again because an address changed; empty if none did."""
    defaults = {name: rule.get("default") for name, rule in _properties(schema)}
    same = all(stored.get(name, defaults[name]) == new.get(name, defaults[name]) for name in address_names(schema))
    return [] if same else [name for name in secret_names(schema) if stored.get(name)]


class SchemaForm(forms.Form):
    """`form.settings` (after is_valid) is the whole settings dict, kept secrets included."""

    schema: Schema
    stored: Mapping[str, Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        shown = without_secrets(self.schema, self.stored or {})
        kwargs["initial"] = {**shown, **without_secrets(self.schema, kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.settings: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = {name: value for name, value in cleaned.items() if value not in (None, "")}
        stored = self.stored or {}
        retype = set(secrets_to_retype(self.schema, stored, typed)) if self._addresses_valid() else set()
        kept = {name: stored[name] for name in secret_names(self.schema) if stored.get(name)}
        self.settings = {**{name: kept[name] for name in kept if name not in retype}, **typed}
        self._refuse_kept(retype - typed.keys())
        self._check_by_schema()
        return cleaned

    def _addresses_valid(self) -> bool:
        return not any(name in self.errors for name in address_names(self.schema))

    def _refuse_kept(self, names: set[str]) -> None:
        labels = [str(self.fields[name].label) for name in address_names(self.schema)]
        for name in sorted(names):
            self.add_error(name, f"Type this again, because “{' or '.join(labels)}” changed.")

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


class _SecretTextarea(forms.Textarea):
    """For keys of several lines; like a password input it never renders its value."""

    def format_value(self, value: Any) -> None:
        return None


def missing_words(label: str, *, chosen: bool = False) -> str:
    """What to do about a required field that was left empty: "Type the user name."."""
    # An abbreviation at the start keeps its capitals.
    words = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return f"{'Choose' if chosen else 'Type'} the {words}."


def form_class(schema: Schema, *, stored: Mapping[str, Any] | None = None) -> type[SchemaForm]:
    """A form for `schema`; `stored` are the settings being edited (None: a new set-up)."""
    required = set(schema.get("required", ()))
    fields = {
        name: _field(name, rule, required=name in required, stored=bool((stored or {}).get(name)))
        for name, rule in _properties(schema)
    }
    return type("SettingsForm", (SchemaForm,), {**fields, "schema": schema, "stored": stored})


def _field(name: str, rule: Schema, *, required: bool, stored: bool) -> forms.Field:
    label = rule.get("title") or capfirst(name.replace("_", " "))
    common = {
        "label": label,
        "help_text": rule.get("description", ""),
        "required": required,
        "error_messages": {"required": missing_words(label, chosen=bool(_choices(rule)))},
    }
    if _is_secret(rule):
        return _secret_field(rule, common, stored=stored)
    common["initial"] = rule.get("default")
    choices = _choices(rule)
    if choices:
        return _choice_field(choices, common)
    if rule.get("type") == "boolean":
        return forms.BooleanField(**{**common, "required": False})
    if rule.get("type") in ("integer", "number"):
        return _number_field(rule, common)
    return _text_field(rule, common)


def _secret_field(rule: Schema, common: dict[str, Any], *, stored: bool) -> forms.Field:
    hint = "Stored. Leave empty to keep it." if stored else rule.get("x-placeholder", "")
    attrs = {"autocomplete": "new-password", "placeholder": hint}
    common["required"] = common["required"] and not stored
    widget = _SecretTextarea(attrs) if rule.get("x-multiline") else forms.PasswordInput(attrs)
    return forms.CharField(**common, widget=widget, max_length=rule.get("maxLength"), strip=False)


def _text_field(rule: Schema, common: dict[str, Any]) -> forms.Field:
    attrs = {"placeholder": rule["x-placeholder"]} if "x-placeholder" in rule else {}
    widget = forms.Textarea(attrs={**attrs, "rows": 6}) if rule.get("x-multiline") else forms.TextInput(attrs)
    return forms.CharField(**common, widget=widget, max_length=rule.get("maxLength"))


def _number_field(rule: Schema, common: dict[str, Any]) -> forms.Field:
    kind = forms.IntegerField if rule["type"] == "integer" else forms.FloatField
    return kind(**common, min_value=rule.get("minimum"), max_value=rule.get("maximum"))


def _choice_field(choices: list[tuple[Any, str]], common: dict[str, Any]) -> forms.Field:
    values = {str(value): value for value, _ in choices}
    empty = (
        []
        if common["required"] and common["initial"] is not None
        else [("", "Choose…" if common["required"] else "Not set")]
    )
    return forms.TypedChoiceField(
        **common,
        choices=[*empty, *((str(value), label) for value, label in choices)],
        coerce=values.__getitem__,
        empty_value="",
    )


def _choices(rule: Schema) -> list[tuple[Any, str]]:
    if "enum" in rule:
        return [(value, str(value)) for value in rule["enum"]]
    branches = [branch for branch in rule.get("oneOf", ()) if "const" in branch]
    return [(branch["const"], branch.get("title", str(branch["const"]))) for branch in branches]


def _is_secret(rule: Schema) -> bool:
    return bool(rule.get("writeOnly")) or rule.get("format") == "password"


def _properties(schema: Schema) -> list[tuple[str, Schema]]:
    return list(schema.get("properties", {}).items())
