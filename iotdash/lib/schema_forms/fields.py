"""One property of a schema -> one form field."""

from typing import Any

from django import forms
from django.utils.text import capfirst

from iotdash.lib.schema_forms.names import is_secret
from iotdash.lib.schema_forms.variants import Schema


class SecretTextarea(forms.Textarea):
    """For keys of several lines; like a password input it never renders its value."""

    def format_value(self, value: Any) -> None:
        return None


def missing_words(label: str, *, chosen: bool = False) -> str:
    """What to do about a required field that was left empty: "Type the user name."."""
    return f"{'Choose' if chosen else 'Type'} the {_within(label)}."


def removal_field(label: str) -> forms.BooleanField:
    """A box for removing the stored secret of the field with this label."""
    return forms.BooleanField(label=f"Remove the stored {_within(label)}", required=False)


def _within(label: str) -> str:
    """As in the middle of a sentence: an abbreviation at the start keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def field(name: str, rule: Schema, *, required: bool, kept: str = "", radio: bool = False) -> forms.Field:
    """`kept` says of a stored secret where it came from; `radio` shows a choice as buttons."""
    label = rule.get("title") or capfirst(name.replace("_", " "))
    common = {
        "label": label,
        "help_text": rule.get("description", ""),
        "required": required,
        "error_messages": {"required": missing_words(label, chosen=bool(choices_of(rule)))},
    }
    if is_secret(rule):
        return _secret_field(rule, common, kept=kept)
    common["initial"] = rule.get("default")
    choices = choices_of(rule)
    if choices:
        return _choice_field(choices, common, radio=radio)
    if rule.get("type") == "boolean":
        return forms.BooleanField(**{**common, "required": False})
    if rule.get("type") in ("integer", "number"):
        return _number_field(rule, common)
    return _text_field(rule, common)


def _secret_field(rule: Schema, common: dict[str, Any], *, kept: str) -> forms.Field:
    hint = f"{kept} Leave empty to keep it." if kept else rule.get("x-placeholder", "")
    attrs = {"autocomplete": "new-password", "placeholder": hint}
    common["required"] = common["required"] and not kept
    widget = SecretTextarea(attrs) if rule.get("x-multiline") else forms.PasswordInput(attrs)
    return forms.CharField(**common, widget=widget, max_length=rule.get("maxLength"), strip=False)


def _text_field(rule: Schema, common: dict[str, Any]) -> forms.Field:
    attrs = {"placeholder": rule["x-placeholder"]} if "x-placeholder" in rule else {}
    widget = forms.Textarea(attrs={**attrs, "rows": 6}) if rule.get("x-multiline") else forms.TextInput(attrs)
    if rule.get("format") == "date":
        widget.input_type = "date"
    return forms.CharField(**common, widget=widget, max_length=rule.get("maxLength"))


def _number_field(rule: Schema, common: dict[str, Any]) -> forms.Field:
    kind, noun = (forms.IntegerField, "whole number") if rule["type"] == "integer" else (forms.FloatField, "number")
    least, most = rule.get("minimum"), rule.get("maximum")
    if least is not None and most is not None:
        words = f"Type a {noun} from {least} to {most}."
        common["error_messages"] |= {"invalid": words, "min_value": words, "max_value": words}
    return kind(**common, min_value=least, max_value=most)


def _choice_field(choices: list[tuple[Any, str]], common: dict[str, Any], *, radio: bool) -> forms.Field:
    values = {str(value): value for value, _ in choices}
    always_chosen = radio or common["initial"] is not None
    empty = [] if always_chosen else [("", "Choose…" if common["required"] else "Not set")]
    made = forms.TypedChoiceField(
        **common,
        choices=[*empty, *((str(value), label) for value, label in choices)],
        coerce=values.__getitem__,
        empty_value="",
        **({"widget": forms.RadioSelect} if radio else {}),
    )
    # For the template: nobody can leave it out, so it is not called optional.
    made.always_chosen = always_chosen
    return made


def title_of(rule: Schema, value: Any) -> Any:
    """What people read for a value: its title if it is one of several with titles, else the value itself."""
    return next((title for const, title in choices_of(rule) if const == value), value)


def choices_of(rule: Schema) -> list[tuple[Any, str]]:
    """(value, title) of a field with a fixed set of values; empty for any other."""
    if "enum" in rule:
        return [(value, str(value)) for value in rule["enum"]]
    branches = [branch for branch in rule.get("oneOf", ()) if "const" in branch]
    return [(branch["const"], branch.get("title", str(branch["const"]))) for branch in branches]
