import secrets
import string

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from iotdash.organizations.roles import Role

# Six-character words that are paths of the product already.
RESERVED_IDS = frozenset({"static", "readyz"})
MOST_INVITATION_HOURS = 30 * 24
_ALPHABET = string.ascii_lowercase + string.digits


def new_public_id() -> str:
    while True:
        candidate = "".join(secrets.choice(_ALPHABET) for _ in range(6))
        if candidate not in RESERVED_IDS:
            return candidate


def validate_not_reserved(value: str) -> None:
    if value in RESERVED_IDS:
        raise ValidationError("%(value)s is taken by the product itself.", params={"value": value})


class Organization(models.Model):
    """The tenant. `public_id` is the six-character id in every address, as on the original platform."""

    public_id = models.CharField(
        "ID",
        max_length=6,
        unique=True,
        default=new_public_id,
        validators=[
            RegexValidator(r"\A[a-z0-9]{6}\Z", "An organization id is six characters a-z and 0-9."),
            validate_not_reserved,
        ],
    )
    name = models.CharField(max_length=100)
    invitation_hours = models.PositiveSmallIntegerField(
        "invitations are valid for",
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_INVITATION_HOURS)],
        help_text="Hours from sending until the link no longer works.",
    )
    second_factor_required = models.BooleanField(
        "require two-step sign-in",
        default=False,
        help_text="Members without a second factor cannot open anything here.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet):
    def active(self) -> "MembershipQuerySet":
        """Of people who may come in: not blocked, not expired, and able to sign in."""
        now = timezone.now()
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(unexpired, blocked_at=None, user__is_active=True)


class Membership(models.Model):
    """A person in an organization, with one role. It counts until `expires_at`, and while nobody blocked it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.READER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.CharField(max_length=254, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.organization}"

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def blocked(self) -> bool:
        return self.blocked_at is not None

    @property
    def state(self) -> str:
        """As people are shown it: closed (the person cannot sign in), blocked, expired or active."""
        if not self.user.is_active:
            return "closed"
        return "blocked" if self.blocked else "expired" if self.expired else "active"
