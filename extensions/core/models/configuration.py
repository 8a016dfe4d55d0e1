from django.db import models
from django.db.models import Q
from django.utils import timezone

from extensions.core.models.lane import Lane
from iotdash.organizations.models import Organization


class Health(models.TextChoices):
    NOT_CHECKED = "not checked", "Not checked yet"
    CONNECTED = "connected", "Connected"
    NEEDS_ATTENTION = "needs attention", "Needs attention"
    THROTTLED = "throttled", "Throttled"
    QUOTA_SPENT = "quota spent", "Quota spent"
    UNREACHABLE = "unreachable", "Unreachable"
    UNREADABLE = "unreadable", "Secrets unreadable"
    PAUSED = "paused", "Paused"


# In these nothing is asked, and nothing changes until a person does something.
STANDING_STILL = (Health.PAUSED, Health.UNREADABLE, Health.NEEDS_ATTENTION)


class ExtensionConfigQuerySet(models.QuerySet):
    def present(self) -> "ExtensionConfigQuerySet":
        return self.filter(removed_at=None)

    def callable(self) -> "ExtensionConfigQuerySet":
        """Those that work may be done for: neither removed, paused, nor waiting for credentials or their key."""
        return self.present().filter(paused_at=None, unreadable_at=None).exclude(health=Health.NEEDS_ATTENTION)


class ExtensionConfig(models.Model):
    """An organization's settings and credentials for one extension.

    `settings` holds what is not secret; `secrets` is one ciphertext of the rest. Rotation of keys writes it anew, so
    whether credentials are still the same is told by `credentials_version` alone. A removed configuration keeps its row
    for the history, without secrets.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="extension_configs")
    slug = models.CharField("extension", max_length=40)
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)
    secrets = models.TextField(blank=True, editable=False)
    credentials_version = models.PositiveIntegerField(default=1, editable=False)
    account_digest = models.CharField(max_length=64, editable=False)
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="configs", editable=False)
    proved_at = models.DateTimeField(null=True, editable=False, help_text="When a check proved these credentials.")
    proof = models.CharField(max_length=300, blank=True, editable=False)

    health = models.CharField(max_length=16, choices=Health.choices, default=Health.NOT_CHECKED)
    health_since = models.DateTimeField(default=timezone.now)
    health_reason = models.CharField(max_length=500, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)

    unreadable_at = models.DateTimeField(null=True, blank=True, help_text="Since when the secrets cannot be read.")
    unreadable_reason = models.CharField(max_length=300, blank=True)
    links_stale = models.BooleanField(default=False, editable=False, help_text="Devices are to be linked anew.")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=254, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ExtensionConfigQuerySet.as_manager()

    class Meta:
        verbose_name = "extension configuration"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "slug", "account_digest"],
                condition=Q(removed_at=None),
                name="same_account_once_per_organization",
            ),
            models.UniqueConstraint(
                fields=["organization", "slug", "name"],
                condition=Q(removed_at=None),
                name="configuration_name",
            ),
            models.UniqueConstraint(
                fields=["organization", "slug"],
                condition=Q(removed_at=None, is_default=True),
                name="one_default_configuration",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> Health:
        """What people are shown: paused by a person, and secrets without a key, hide what the service last said."""
        if self.paused_at:
            return Health.PAUSED
        return Health.UNREADABLE if self.unreadable_at else Health(self.health)

    @property
    def state_since(self):
        return self.paused_at or self.unreadable_at or self.health_since

    @property
    def next_attempt_at(self):
        """When the lane opens again; None when nothing keeps it shut."""
        until = self.lane.blocked_until
        return until if until and until > timezone.now() else None
