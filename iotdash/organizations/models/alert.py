"""What an organization wants to be told of, and what there was to tell."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from iotdash.organizations.models.organization import Membership, Organization

_OPEN = Q(resolved_at=None)


class AlertRule(models.Model):
    """What is looked for, in what, and who is told by mail.

    `parameters` and `scope_value` are the condition's own. `place` is how far it has looked through what only ever
    grows; what happened before `began_at` is not told. `evaluation` counts what was written for the rule: of two
    evaluators that read the same, one writes. `version` counts its changes. It is looked at again at `next_at`;
    `sentence` says why it cannot tell all.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        MUTED = "muted", "Muted"
        PAUSED = "paused", "Paused"

    class Scope(models.TextChoices):
        ALL = "all", "All"
        FILTER = "filter", "Those that match a filter"
        DEVICE = "device", "Those of one device"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=100)
    condition = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    scope = models.CharField(max_length=6, choices=Scope.choices, default=Scope.ALL)
    scope_value = models.TextField(blank=True)
    recipients = models.ManyToManyField(Membership, related_name="alert_rules", blank=True)
    remind_hours = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: told once.")
    state = models.CharField(max_length=6, choices=State.choices, default=State.ACTIVE)

    began_at = models.DateTimeField(default=timezone.now, editable=False, help_text="When set, or last resumed.")
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=254, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    evaluation = models.PositiveBigIntegerField(default=0, editable=False)
    place = models.JSONField(default=dict, editable=False)
    next_at = models.DateTimeField(default=timezone.now)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    sentence = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="alert_rule_name")]
        indexes = [models.Index(fields=["next_at"], condition=~Q(state="paused"), name="alert_rule_due")]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """Something that a rule found of one subject, from when it was raised until it was resolved.

    `mark` names the occurrence that it tells of, where such things are noted: each is told of once. `baseline` is what
    was there before the first of them; once it is there again, the alert is over.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    rule = models.ForeignKey(AlertRule, on_delete=models.SET_NULL, null=True, related_name="alerts", db_index=False)
    rule_name = models.CharField("rule", max_length=100)
    condition = models.CharField(max_length=40)
    subject = models.CharField(max_length=100, help_text="What it is about, as its condition names it.")
    title = models.CharField(max_length=200)
    words = models.CharField(max_length=500)
    link = models.CharField(max_length=500, blank=True)
    mark = models.CharField(max_length=60, blank=True)
    baseline = models.CharField(max_length=200, blank=True)
    raised_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    reminders = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=500, blank=True)
    resolved_by = models.CharField(max_length=254, blank=True, help_text="Empty: it was over by itself.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject"], condition=_OPEN, name="one_open_alert_per_subject")
        ]
        indexes = [
            models.Index(fields=["organization", "raised_at", "id"], condition=_OPEN, name="alert_open"),
            models.Index(fields=["organization", "resolved_at", "id"], condition=~_OPEN, name="alert_resolved"),
            models.Index(fields=["rule", "subject", "mark"], name="alert_of_subject"),
            models.Index(fields=["resolved_at"], condition=~_OPEN, name="alert_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.title}"


class AlertEvent(models.Model):
    """Something that happened to an alert. Those that nobody was told of yet are told of together."""

    class What(models.TextChoices):
        RAISED = "raised", "Raised"
        CHANGED = "changed", "Changed"
        REMINDED = "reminded", "Reminded"
        RESOLVED = "resolved", "Resolved"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    rule = models.ForeignKey(AlertRule, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=254, blank=True)
    told = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["rule", "id"], condition=Q(told=False), name="alert_event_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"


class AlertNotice(models.Model):
    """What is told in one mail to each recipient. `lines`: the first of each kind; `counts`: how many there were."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="notices")
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)
    lines = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["at"], name="alert_notice_by_time")]

    def __str__(self) -> str:
        return f"{self.rule} on {self.at:%Y-%m-%d %H:%M}"
