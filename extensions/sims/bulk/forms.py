"""What to do with the selected SIMs: the operation, and what it needs."""

from collections.abc import Sequence

from django import forms
from django.core.validators import MaxLengthValidator

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import plans
from extensions.sims.bulk import asking
from extensions.sims.bulk.asking import PLAN, SMS, STATE, TITLES, Request

_PARAMETERS = {STATE: "status", PLAN: "ratePlan", SMS: "message"}
_MISSING = {STATE: "Choose the new state.", PLAN: "Name the new rate plan.", SMS: "Write the message."}


class BulkForm(forms.Form):
    what = forms.ChoiceField(label="What to do", widget=forms.RadioSelect)
    status = forms.ChoiceField(label="New state", required=False)
    ratePlan = forms.CharField(label="New rate plan", required=False, max_length=120)
    message = forms.CharField(
        label="Message",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The same text to every SIM. Each message is charged.",
    )

    def __init__(self, *args, configs: Sequence[ExtensionConfig], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [(what, TITLES[what]) for what in asking.offered(configs)]
        states = asking.states(configs)
        self.fields["status"].choices = [("", "Choose"), *((state, state) for state in states)]
        self.fields["message"].validators.append(MaxLengthValidator(_longest(configs)))
        self.plan_names = sorted({name for config in configs for name in plans.choices(config, plans.listed(config))})
        if self.plan_names:
            self.fields["ratePlan"].widget.attrs["list"] = "bulk-plans"

    def clean(self) -> dict:
        what = self.cleaned_data.get("what", "")
        name = _PARAMETERS.get(what)
        if name and not self.errors.get(name) and not self.cleaned_data.get(name):
            self.add_error(name, _MISSING[what])
        return self.cleaned_data

    @property
    def request(self) -> Request:
        what = self.cleaned_data["what"]
        name = _PARAMETERS.get(what)
        return Request(what, {name: self.cleaned_data[name]} if name else {})


def _longest(configs: Sequence[ExtensionConfig]) -> int:
    """What the carrier with the longest messages takes; the rehearsal leaves out those that take less."""
    providers = (registry.manifest(config.slug).provider for config in configs)
    return max((provider.sms_limit({}) for provider in providers), default=0)
