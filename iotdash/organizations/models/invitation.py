import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from iotdash.organizations.models.organization import Organization
from iotdash.organizations.roles import Role
from iotdash.runtime.models import OutboxMail


class InvitationQuerySet(models.QuerySet):
    def pending(self) -> "InvitationQuerySet":
        """Neither accepted nor revoked; the link may have expired."""
        return self.filter(status=Invitation.Status.PENDING)

    def open(self) -> "InvitationQuerySet":
        """Pending with a link that still works."""
        return self.pending().filter(token_expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An address that was asked to join, with the role it would get.

    The link carries the id and `token_version`, signed; it is kept nowhere. It works while the row is pending, the
    version is this one, and `token_expires_at` lies ahead. Whether it expired is told by the time alone.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        ACCEPTED = "accepted", "Accepted"
        REVOKED = "revoked", "Revoked"

    EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("email address", help_text="As it was typed.")
    email_normalized = models.EmailField("email address, normalised")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.READER)
    member_expires_at = models.DateTimeField(null=True, blank=True, help_text="When the membership will end.")
    invited_by = models.CharField(max_length=254)
    inviter_name = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    token_version = models.PositiveIntegerField(default=1)
    token_expires_at = models.DateTimeField()
    send_count = models.PositiveSmallIntegerField(default=0, help_text="How often mail was asked for.")
    last_asked_at = models.DateTimeField(default=timezone.now, help_text="When mail was last asked for.")
    mail = models.ForeignKey(
        OutboxMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations", editable=False
    )

    copied_at = models.DateTimeField(null=True, blank=True, help_text="When a member last copied the link by hand.")
    copied_by = models.CharField(max_length=254, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_by_hand = models.BooleanField(default=False, help_text="By a link that was copied by hand, not mailed.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=254, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email_normalized"],
                condition=Q(status="pending"),
                name="one_pending_invitation",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="invitation_by_time"),
            models.Index(fields=["organization", "status", "token_expires_at"], name="invitation_open"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization_id}: {self.state}"

    @property
    def expired(self) -> bool:
        return self.status == self.Status.PENDING and self.token_expires_at <= timezone.now()

    @property
    def over(self) -> bool:
        """Whether the membership that it offers would have ended already."""
        return self.member_expires_at is not None and self.member_expires_at <= timezone.now()

    @property
    def state(self) -> str:
        """As people are shown it: pending, expired, accepted or revoked."""
        return self.EXPIRED if self.expired else self.status
