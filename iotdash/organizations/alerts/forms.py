"""The form of an alert rule: what its condition wants to know, of which subjects, and who is told."""

from collections.abc import Mapping
from typing import Any

from django import forms

from iotdash.organizations.alerts.conditions import Condition
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.models import AlertRule, Membership, Organization

Scope = AlertRule.Scope
REMINDERS = (
    ("", "Never"),
    ("1", "Every hour"),
    ("4", "Every 4 hours"),
    ("24", "Every day"),
    ("168", "Every week"),
)


class _Members(forms.ModelMultipleChoiceField):
    def label_from_instance(self, membership: Membership) -> str:
        user = membership.user
        return f"{user.name} ({user.email})" if user.name else user.email

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            # A number that no key of the database is as long as.
            raise forms.ValidationError("Choose among the members that are listed.") from None


class RuleForm(forms.Form):
    """`rule` is the one that is changed, if any. The fields of its scope are there where there is a choice.

    What the condition asks for is named `with-…`, so that no condition can take the place of a field of ours.
    """

    name = forms.CharField(max_length=100, help_text="It stands on alerts and in mail.")

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        condition: Condition,
        rule: AlertRule | None = None,
        given: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.organization, self.condition, self.scoping = organization, condition, condition.scoping
        initial = self._of(rule) if rule else {"name": condition.label, "scope": Scope.ALL, **(given or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.own = condition.fields(organization)
        for name, field in self.own.items():
            self.fields[f"with-{name}"] = field
        if self.scoping:
            self._add_scope()
        self._add_telling()

    def clean(self) -> dict[str, Any]:
        scope = self.cleaned_data.get("scope", Scope.ALL)
        self.cleaned_data["scope_value"] = ""
        if scope != Scope.ALL:
            try:
                typed = self.cleaned_data.get(scope, "")
                self.cleaned_data["scope_value"] = self.scoping.clean(self.organization, scope, typed)
            except forms.ValidationError as error:
                self.add_error(scope, error)
        return self.cleaned_data

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(
            name=said["name"],
            parameters={name: said[f"with-{name}"] for name in self.own},
            scope=said.get("scope", Scope.ALL),
            scope_value=said["scope_value"],
            recipients=list(said["recipients"]),
            remind_hours=int(said["remind"]) if said["remind"] else None,
        )

    def _add_scope(self) -> None:
        what = self.condition.subjects
        choices = [(scope, self._scope_label(scope)) for scope in self.scoping.scopes]
        self.fields["scope"] = forms.ChoiceField(label="Of which", choices=choices, widget=forms.RadioSelect)
        self.fields["filter"] = forms.CharField(
            label=f"Filter of the list of {what}", required=False, help_text=self.scoping.filter_help, max_length=2000
        )
        self.fields["device"] = forms.CharField(
            label="Device", required=False, help_text=self.scoping.device_help, max_length=200
        )

    def _scope_label(self, scope: AlertRule.Scope) -> str:
        return f"All {self.condition.subjects}" if scope == Scope.ALL else scope.label

    def _add_telling(self) -> None:
        members = self.organization.memberships.active().select_related("user").order_by("user__email")
        self.fields["recipients"] = _Members(
            label="Also by mail to",
            queryset=members,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Alerts are on the dashboard for every member. Mail goes through the organization's own service.",
        )
        self.fields["remind"] = forms.ChoiceField(
            label="Remind of open alerts by mail", choices=REMINDERS, required=False
        )

    def _of(self, rule: AlertRule) -> dict[str, Any]:
        said = {f"with-{name}": value for name, value in rule.parameters.items()}
        if self.scoping and rule.scope != Scope.ALL:
            said[rule.scope] = self.scoping.typed(self.organization, rule.scope, rule.scope_value)
        return said | {
            "name": rule.name,
            "scope": rule.scope,
            "recipients": list(rule.recipients.values_list("pk", flat=True)),
            "remind": str(rule.remind_hours or ""),
        }
