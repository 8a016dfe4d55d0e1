from django.db import models
from django.db.models import Q
from django.utils import timezone

SLOW_CALL_SECONDS = 3


class Purpose(models.TextChoices):
    """What a call is made for, the most urgent first: a lane does what is due in this order."""

    PEOPLE = "people", "Asked for by people"
    CONFIRMATION = "confirmation", "Confirming what was asked for"
    JOBS = "jobs", "Jobs"
    BACKGROUND = "background", "Background"
    SYNC = "sync", "Synchronisation"
    USAGE = "usage", "Usage"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Purpose).index(self)

    @property
    def for_people(self) -> bool:
        return self in (Purpose.PEOPLE, Purpose.CONFIRMATION)

    @property
    def asked_for(self) -> bool:
        """Whether a person or a program asked for it, now or by a job."""
        return self.for_people or self is Purpose.JOBS

    @property
    def limited(self) -> bool:
        """Whether it only gets the budget's share of the account's rate, also when nobody else wants the rest."""
        return self is Purpose.USAGE


class Lane(models.Model):
    """The single queue through which all calls to one external account pass, whatever organizations use it.

    `key` is a keyed digest of the account, or a throw-away name for credentials that nothing has proved yet.
    """

    class Block(models.TextChoices):
        NONE = "", "Open"
        THROTTLED = "throttled", "Throttled"
        QUOTA_SPENT = "quota spent", "Quota spent"
        UNREACHABLE = "unreachable", "Unreachable"

    UNPROVED = "unproved "

    key = models.CharField(max_length=80, unique=True)
    per_second = models.FloatField(default=1)
    budget = models.FloatField(default=0.5, help_text="Share of the rate that limited purposes get.")
    last_call_at = models.DateTimeField(default=timezone.now)
    last_call_seconds = models.FloatField(default=0, help_text="How long the newest call took.")
    last_purpose = models.CharField(
        max_length=16, blank=True, help_text="What the newest call was made for; empty if nothing of it was sent."
    )
    last_config_id = models.BigIntegerField(default=0, help_text="Which configuration the newest call was made for.")
    jobs_in_a_row = models.PositiveIntegerField(default=0, help_text="Calls for jobs since the last less urgent one.")
    recent_calls = models.JSONField(default=list, help_text="Unix times of the newest calls, when each was answered.")
    limited_calls = models.JSONField(
        default=list, help_text="[Unix second, calls] of limited purposes, of the last minute."
    )
    block = models.CharField(max_length=12, choices=Block.choices, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Calls that failed since the last that did not.")
    message_due_at = models.DateTimeField(null=True, blank=True, help_text="When the message on its way is due.")
    message_sent_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent, or sent again.")
    people_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when people's work waits here that no runner has taken up."
    )

    class Meta:
        indexes = [
            models.Index(fields=["message_due_at"], name="lane_message", condition=Q(message_due_at__isnull=False)),
            models.Index(fields=["people_since"], name="lane_people", condition=Q(people_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"lane {self.key[:12]}"

    @property
    def shut(self) -> bool:
        """Whether no call is made now, because of what the last ones said."""
        return self.blocked_until is not None and self.blocked_until > timezone.now()

    @property
    def doubtful(self) -> bool:
        """Whether its next call may hold a thread for long: the last one failed, or took long, or none is proved."""
        return self.failures > 0 or self.slow or self.key.startswith(self.UNPROVED)

    @property
    def slow(self) -> bool:
        """Whether the newest call held its thread for long."""
        return self.last_call_seconds > SLOW_CALL_SECONDS

    @property
    def limited_per_minute(self) -> int:
        """How many calls limited purposes get in any minute; never none, or they would wait for ever."""
        return max(1, int(60 * self.per_second * self.budget))


class CallCount(models.Model):
    """How many calls a lane made in a minute (or, later, in an hour) for one purpose, on behalf of one configuration.

    `config_id` is no foreign key: counts outlive a configuration; 0 stands for settings that were not saved yet.
    `failed` counts those after which the account or the way to it was in doubt; `throttled` those of them that the
    provider refused for their pace.
    """

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="call_counts")
    begins = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=60)
    purpose = models.CharField(max_length=16)
    config_id = models.BigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    throttled = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lane", "begins", "purpose", "config_id", "seconds"], name="one_count_of_a_minute"
            )
        ]
        indexes = [models.Index(fields=["seconds", "begins"], name="call_count_by_age")]

    def __str__(self) -> str:
        return f"{self.calls} calls for {self.purpose} from {self.begins:%Y-%m-%d %H:%M}"
