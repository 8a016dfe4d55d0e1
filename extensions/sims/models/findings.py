"""What is found when SIMs and devices are compared: IMEIs that changed, numbers on two devices, and SIMs that belong to
a device by what is known of both."""

from django.db import models
from django.utils import timezone

from devices.fields import ExactTextField
from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.models.sims import Sim
from iotdash.organizations.models import Organization


class ImeiChange(models.Model):
    """A SIM was seen in another piece of equipment than before. Kept for a year."""

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="imei_changes", db_index=False)
    sim = models.ForeignKey(Sim, on_delete=models.CASCADE, related_name="imei_changes")
    before = ExactTextField("IMEI before", max_length=20)
    after = ExactTextField("IMEI since", max_length=20)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "IMEI change"
        indexes = [
            models.Index(fields=["config", "seen_at", "id"], name="imei_change_by_time"),
            models.Index(fields=["seen_at"], name="imei_change_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.sim_id} on {self.seen_at:%Y-%m-%d}"


class Reconciliation(models.Model):
    """When SIMs and devices of an organization were last compared, and when they are next.

    `number` is that of the newest pass that is through. `seconds` is how long it took: the next one waits the longer.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="reconciliation")
    number = models.PositiveBigIntegerField(default=0)
    compared_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0)
    next_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="reconciliation_due")]

    def __str__(self) -> str:
        return f"reconciliation of {self.organization}"


class LinkProposal(models.Model):
    """A SIM in no device, and a device of which something says that it has this SIM.

    `number` is what stands in the device, in `place`; it is the SIM's `matched`. One that is ambiguous is named and not
    offered. One that was refused stays, so that it is not offered again. `key` is the device key of the SIM's carrier:
    a device has one SIM of each. `seen_in` is the number of the pass that last saw it.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        AMBIGUOUS = "ambiguous", "Ambiguous"
        REFUSED = "refused", "Refused"

    class Matched(models.TextChoices):
        IDENTIFIER = "identifier", "Identifier"
        ICCID = "iccid", "ICCID"
        IMEI = "imei", "IMEI"

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="link_proposals", db_index=False
    )
    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="link_proposals", db_index=False)
    sim = models.ForeignKey(Sim, on_delete=models.CASCADE, related_name="link_proposals", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="link_proposals")
    key = models.CharField("device key", max_length=40)
    subject = ExactTextField("identifier", max_length=40)
    matched = models.CharField(max_length=10, choices=Matched.choices)
    place = models.CharField("found in", max_length=120)
    number = models.CharField("number found", max_length=60)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    refused_by = models.CharField(max_length=254, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    seen_in = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sim", "device"], name="proposed_once")]
        indexes = [
            models.Index(fields=["config", "state", "subject", "id"], name="proposal_by_state"),
            models.Index(fields=["organization", "seen_in"], name="proposal_by_pass"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.device_id}"


class SharedIdentifier(models.Model):
    """A number by which more than one device is known, and one of these devices.

    `number` is the same for all of them; `told` is what this device's configuration says, or the ICCID of its SIM.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="shared_identifiers", db_index=False
    )
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="shared_identifiers")
    key = models.CharField("device key", max_length=40)
    number = ExactTextField(max_length=100)
    told = models.CharField("as configured", max_length=100)
    seen_in = models.PositiveBigIntegerField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number", "device", "key"], name="shared_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "number", "id"], name="shared_by_number"),
            models.Index(fields=["organization", "seen_in"], name="shared_by_pass"),
        ]

    def __str__(self) -> str:
        return f"{self.number} on {self.device_id}"

    @property
    def extension(self) -> str:
        """Its name; the key where it is not installed any more."""
        manifest = registry.by_device_key(self.key)
        return manifest.name if manifest else self.key
