"""What to do with the selected SIMs: the operation, and what it needs."""

from collections.abc import Sequence

from django import forms
from django.core.validators import MaxLengthValidator

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import plans
from extensions.sims.bulk import asking
from extensions.sims.bulk.asking import PLAN, SMS, STATE, TITLES, Request
from iotdash.organizations.jobs.forms import OneTimeForm

# The field that an operation needs beside its name.
NEEDED = {STATE: "status", PLAN: "ratePlan", SMS: "message"}


class BulkForm(OneTimeForm):
    # Each field is for one operation, and the browser does not know for which.
    use_required_attribute = False

    what = forms.ChoiceField(
        label="What to do", widget=forms.RadioSelect, error_messages={"required": "Choose what to do."}
    )
    status = forms.ChoiceField(label="New state", error_messages={"required": "Choose the new state."})
    ratePlan = forms.CharField(
        label="New rate plan", max_length=120, error_messages={"required": "Name the new rate plan."}
    )
    message = forms.CharField(
        label="Message",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The same text to every SIM. Each message is charged.",
        error_messages={"required": "Write the message."},
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
        if self.is_bound:
            self._require_what_is_needed()

    def _require_what_is_needed(self) -> None:
        for what, name in NEEDED.items():
            self.fields[name].required = self.data.get("what") == what

    @property
    def needed(self) -> list[forms.BoundField]:
        """Fields of which one is needed at most."""
        return [self[name] for name in NEEDED.values()]

    @property
    def request(self) -> Request:
        what = self.cleaned_data["what"]
        name = NEEDED.get(what)
        return Request(what, {name: self.cleaned_data[name]} if name else {})


def _longest(configs: Sequence[ExtensionConfig]) -> int:
    """What the carrier with the longest messages takes; the rehearsal leaves out those that take less."""
    providers = (registry.manifest(config.slug).provider for config in configs)
    return max((provider.sms_limit({}) for provider in providers), default=0)
