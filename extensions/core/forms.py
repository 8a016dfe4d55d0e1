"""Forms made from what extensions declare."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from extensions.core.contract import Manifest, OperationSpec, Pasted, PasteRefused
from extensions.core.guard import guarded_paste
from extensions.core.models import ExtensionConfig
from iotdash.lib.lists import ListState
from iotdash.lib.schema_forms import SchemaForm, SecretTextarea, form_class, missing_words


class ConfigurationNameForm(forms.Form):
    """The name of an extension configuration. Prefixed, so that it meets no field of an extension."""

    prefix = "configuration"
    name = forms.CharField(
        label="Configuration name",
        max_length=80,
        error_messages={"required": missing_words("Configuration name")},
        help_text="How this account is called here. Devices can name it when there are several.",
    )


def settings_form(
    manifest: Manifest, stored: Mapping[str, Any] | None, origins: Mapping[str, str] | None = None
) -> type[SchemaForm]:
    """The set-up form of an extension; `stored` are the settings being edited or the draft (None: a new set-up).

    `origins` as for `form_class`.
    """
    base = form_class(manifest.settings_schema, stored=stored, origins=origins)

    class SettingsForm(base):
        def clean(self) -> dict[str, Any]:
            cleaned = super().clean()
            for name, words in manifest.settings_problems(self.settings):
                if self._left_empty(name):
                    continue
                # The provider knows better than the schema what is wrong with a field.
                self.errors.pop(name, None)
                self.add_error(name if name in self.fields else None, words)
            return cleaned

        def _left_empty(self, name: str) -> bool:
            """Whether a field is refused already for being empty: there is nothing in it that could be wrong."""
            return name in self.errors and name in self.fields and not self.data.get(self.add_prefix(name))

    return SettingsForm


class PasteForm(forms.Form):
    """The box for pasted credentials. What was pasted is never rendered again.

    `found` (after is_valid) is what the text holds. `earlier` is what an earlier one held: one of it can be chosen.
    """

    prefix = "paste"
    text = forms.CharField(
        widget=SecretTextarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        required=False,
        strip=False,
        max_length=100_000,
    )
    choice = forms.TypedChoiceField(
        label="Several were found. Which one?",
        widget=forms.RadioSelect,
        coerce=int,
        error_messages={"required": "Choose one of those that were found."},
    )

    def __init__(self, manifest: Manifest, data: Any = None, earlier: Sequence[Pasted] = ()) -> None:
        super().__init__(data)
        self.manifest, self.found = manifest, list(earlier)
        self.fields["text"].label, self.fields["text"].help_text = manifest.paste.label, manifest.paste.hint
        self.fields["choice"].choices = [(number, pasted.name[:80]) for number, pasted in enumerate(earlier)]
        if not earlier:
            del self.fields["choice"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text, choice = cleaned.get("text", ""), cleaned.get("choice")
        if text.strip():
            # Another paste is as good as a choice.
            self.errors.pop("choice", None)
            self._read(text)
        elif choice is not None:
            self.found = [self.found[choice]]
        elif not self.errors:
            self.add_error("text", "Paste the credentials here first.")
        return cleaned

    def _read(self, text: str) -> None:
        self.found = []
        try:
            with guarded_paste(self.manifest):
                self.found = _writable(self.manifest.paste.read(text))
        except PasteRefused as refusal:
            self.add_error("text", str(refusal))
        else:
            if not self.found:
                self.add_error("text", "There are no credentials in this text.")


def _writable(found: Sequence[Pasted]) -> list[Pasted]:
    """Raises PasteRefused: JSON can name half a letter, which fits in no page and on no wire."""
    try:
        for each in found:
            " ".join([each.name, *map(str, each.settings.values())]).encode()
    except UnicodeEncodeError:
        raise PasteRefused("There are letters in this that cannot be written. Type the fields instead.") from None
    return list(found)


class _OperationForm(SchemaForm):
    """`parameters` (after is_valid) go to the service; `key` is the one-time key that it was sent with."""

    spec: OperationSpec
    within = ""
    key: uuid.UUID | None = None

    def __init__(self, data: Any = None) -> None:
        names = filter(None, ("id", self.within, self.spec.id, "%s"))
        super().__init__(data, auto_id="_".join(names), initial={"form_key": uuid.uuid4()})
        # A read that is sent twice is asked once anyway.
        self.fields["form_key"] = forms.UUIDField(widget=forms.HiddenInput, required=not self.spec.reads)

    @property
    def parameters(self) -> dict[str, Any]:
        return self.settings

    def clean(self) -> dict[str, Any]:
        # The key is the form's own, no parameter of the operation.
        self.key = self.cleaned_data.pop("form_key", None)
        return super().clean()


def operation_form(spec: OperationSpec, data: Any = None, *, within: str = "") -> _OperationForm:
    """A form for one operation; its one-time key is the hidden field `form_key`.

    Element ids carry the operation's, and the device key `within` where panels of several extensions are on one page.
    """
    attributes = {"spec": spec, "within": within}
    return type("OperationForm", (_OperationForm, form_class(spec.parameters)), attributes)(data)


class DeviceConfigurationForm(forms.Form):
    """The JSON of a device. `version` is the one that the person started from."""

    document = forms.CharField(
        label="Device configuration", widget=forms.Textarea, required=False, strip=False, max_length=100_000
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class OperationFilterForm(forms.Form):
    """The filters of the operations page, showing what the URL says."""

    state = forms.ChoiceField(required=False)
    operation = forms.ChoiceField(required=False)
    configuration = forms.ChoiceField(required=False)
    by = forms.CharField(label="Asked by", required=False)

    def __init__(self, state: ListState) -> None:
        names = ("state", "operation", "configuration", "by")
        super().__init__(initial={name: state.value(name) for name in names}, auto_id="filter-%s")
        for each in state.definition.filters:
            if each.choices is not None:
                self.fields[each.name].choices = [("", "Any"), *each.choices]


def configuration_choices(configs: list[ExtensionConfig]) -> tuple[tuple[str, str], ...]:
    """(id, name) pairs for a choice of configurations."""
    return tuple((str(config.pk), config.name) for config in configs)
