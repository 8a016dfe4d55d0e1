import datetime as dt
import secrets
import string

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from iotdash.accounts.mfa.proof import has_second_factor
from iotdash.organizations.models.organization import Membership, Organization
from iotdash.organizations.roles import Role

_ALPHABET = string.ascii_lowercase + string.digits


def new_key_id(organization: Organization) -> str:
    """`a-{org}-{10 characters}`, as on the original platform: its clients read the organization out of it."""
    return f"a-{organization.public_id}-{''.join(secrets.choice(_ALPHABET) for _ in range(10))}"


class ApiKey(models.Model):
    """How a program signs in: `public_id` as user name, the token as password.

    `token_digest` is a keyed digest of the token, which is shown once. The key counts while its maker's membership
    does. A maker who is removed and comes back is another membership: the key stays without one.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        STOPPED = "stopped", "Stopped"
        EXPIRED = "expired", "Expired"
        REVOKED = "revoked", "Revoked"

    public_id = models.CharField("ID", max_length=19, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, help_text="What uses it.")
    role = models.CharField(max_length=16, choices=Role.choices, help_text="At most; never above its maker's.")
    token_digest = models.CharField(max_length=64, editable=False)
    maker = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="api_keys")
    made_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    last_used_address = models.GenericIPAddressField("last used from", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name = "API key"
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="api_key_by_time"),
            models.Index(fields=["organization", "-last_used_at"], name="api_key_by_use"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def effective_role(self) -> Role:
        """The lower of its own and its maker's, now. Loads maker."""
        own = Role(self.role)
        if self.maker is None or Role(self.maker.role).reaches(own):
            return own
        return Role(self.maker.role)

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def state(self) -> str:
        """As people are shown it; stopped: its maker may not come in. Loads organization, maker and its user."""
        if self.revoked_at:
            return self.State.REVOKED
        if self.expired:
            return self.State.EXPIRED
        stopped = self.maker is None or self.maker.state != "active" or self.lacks_second_factor
        return self.State.STOPPED if stopped else self.State.ACTIVE

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the organization requires one, and the maker of the key has none. Loads organization and maker."""
        return self.organization.second_factor_required and not self.maker_has_second_factor

    @cached_property
    def maker_has_second_factor(self) -> bool:
        """Asked now, where `queries.with_second_factors` did not load it with the row."""
        return has_second_factor(self.maker.user)

    def used_since(self, moment: dt.datetime) -> bool:
        return self.last_used_at is not None and self.last_used_at > moment
