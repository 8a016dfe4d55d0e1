"""What carriers said of SIMs, and when. Null is unknown, never zero."""

from django.db import models

from devices.models import Device
from extensions.core.models import ExtensionConfig
from iotdash.organizations.models import Organization


class Sim(models.Model):
    """A SIM of a carrier's account, as last fetched. Data in bytes, voice in seconds, SMS in messages.

    `fetched_at` is when the record came, None before the first; `missing_since` is set while the carrier does not
    know the SIM.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sims")
    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="sims")
    subject = models.CharField("identifier", max_length=40)
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="sims")

    state = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 - null is unknown
    rate_plan = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - null is unknown
    ctd_data_bytes = models.BigIntegerField("cycle-to-date data (bytes)", null=True, blank=True)
    ctd_sms = models.BigIntegerField("cycle-to-date SMS", null=True, blank=True)
    ctd_voice_seconds = models.BigIntegerField("cycle-to-date voice (s)", null=True, blank=True)
    overage_limit_reached = models.BooleanField(null=True, blank=True)
    overage_limit_override = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001
    added_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    imsi = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001
    msisdn = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001
    imei = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001
    communication_plan = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    carrier_account = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001
    carrier_device_id = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001

    fetched_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "SIM"
        constraints = [models.UniqueConstraint(fields=["config", "subject"], name="sim_once_per_configuration")]
        indexes = [
            models.Index(fields=["organization", "state", "id"], name="sim_by_state"),
            models.Index(fields=["config", "rate_plan"], name="sim_by_plan"),
            # For support staff, who search over all organizations; the operator class answers prefixes in any language.
            models.Index(fields=["subject"], name="sim_anywhere", opclasses=["varchar_pattern_ops"]),
            *(
                models.Index(fields=[name], name=f"sim_by_{name}", condition=models.Q(**{f"{name}__isnull": False}))
                for name in ("imsi", "msisdn", "imei")
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class UsageCycle(models.Model):
    """Usage of one SIM in one billing cycle, named by the operator's local start date."""

    sim = models.ForeignKey(Sim, on_delete=models.CASCADE, related_name="cycles")
    cycle_start = models.DateField()
    cycle_end = models.DateField(null=True, blank=True)
    total_data_bytes = models.BigIntegerField(null=True, blank=True)
    total_sms = models.BigIntegerField(null=True, blank=True)
    total_voice_seconds = models.BigIntegerField(null=True, blank=True)
    billable_available = models.BooleanField(default=False)
    billable_data_bytes = models.BigIntegerField(null=True, blank=True)
    billable_sms = models.BigIntegerField(null=True, blank=True)
    billable_voice_seconds = models.BigIntegerField(null=True, blank=True)
    invoiced = models.BooleanField(null=True, blank=True)
    rate_plans = models.JSONField(default=list)
    closed = models.BooleanField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sim", "cycle_start"], name="cycle_once_per_sim")]

    def __str__(self) -> str:
        return f"{self.sim} from {self.cycle_start}"


class CarrierPlans(models.Model):
    """The rate plans that a carrier lists for an account, or why it lists none."""

    config = models.OneToOneField(ExtensionConfig, on_delete=models.CASCADE, related_name="carrier_plans")
    names = models.JSONField(default=list)
    why_not = models.CharField(max_length=300, blank=True)
    listed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "carrier plans"

    def __str__(self) -> str:
        return f"plans of {self.config}"
