"""What a rule can look for: registered in `AppConfig.ready()` by whoever knows the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django import forms
from django.db.models import QuerySet

from iotdash.organizations.models import Alert, AlertRule, Organization


class CannotTell(Exception):
    """The condition has no answer for this rule at present; the message says why and what to do."""


@dataclass(frozen=True)
class Finding:
    """What is true of one subject: `subject` names it among those of the condition, for as long as it exists.

    `mark` names an occurrence, of which is told once however long it stays true; `baseline` is what was there before.
    """

    subject: str
    title: str
    words: str
    link: str
    mark: str = ""
    baseline: str = ""


@dataclass(frozen=True)
class News:
    """`place` is kept with the rule once the findings are; `more`: the same question would find others now."""

    findings: Sequence[Finding] = ()
    place: Mapping[str, Any] = field(default_factory=dict)
    more: bool = False


class Scoping(Protocol):
    """Of which subjects a rule is, where it need not be all."""

    scopes: Sequence[AlertRule.Scope]
    filter_help: str
    device_help: str

    def clean(self, organization: Organization, scope: str, value: str) -> str:
        """The value as it is kept. Raises ValidationError."""
        ...

    def shown(self, rule: AlertRule) -> tuple[str, str]:
        """In words, and a page that shows them."""
        ...

    def typed(self, organization: Organization, scope: str, value: str) -> str:
        """A kept value as it is typed."""
        ...


class Condition(Protocol):
    """One thing to look for. It asks set-wise and by indexes: a rule over 100,000 subjects costs what it finds."""

    name: str
    label: str
    subjects: str
    help_text: str
    # Whether an alert stays until somebody has seen to it, because nothing ends by itself.
    by_hand: bool
    scoping: Scoping | None

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        """What a rule says beside that: the cleaned values are its `parameters`, so they are JSON."""
        ...

    def words(self, parameters: Mapping[str, Any]) -> str:
        """What is looked for, as the beginning of a sentence without its full stop."""
        ...

    def news(self, rule: AlertRule, most: int) -> News:
        """What is true, of subjects without an open alert or as a newer occurrence. Raises CannotTell."""
        ...

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        """Of these open alerts those that are not true any more, by primary key, with why. Raises CannotTell."""
        ...


_conditions: dict[str, Condition] = {}


def register(condition: Condition) -> None:
    """Called from AppConfig.ready()."""
    _conditions[condition.name] = condition


def registered() -> list[Condition]:
    return sorted(_conditions.values(), key=lambda each: (each.subjects, each.label))


def find(name: str) -> Condition | None:
    """None for one whose app is not installed any more."""
    return _conditions.get(name)


@dataclass(frozen=True)
class InWords:
    """What a rule looks for; of which subjects, and a page that shows them, "" where it has no choice."""

    words: str
    scope: str = ""
    scope_url: str = ""


def in_words(rule: AlertRule) -> InWords:
    condition = find(rule.condition)
    if condition is None:
        return InWords(f"{rule.condition}: not installed")
    shown = condition.scoping.shown(rule) if condition.scoping else ()
    return InWords(condition.words(rule.parameters), *shown)


def open_subjects(rule: AlertRule) -> QuerySet:
    """A query of the subjects of which the rule has told and that are not over."""
    return Alert.objects.filter(rule=rule, resolved_at=None).values("subject")
