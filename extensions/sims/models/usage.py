"""What SIMs used, by cycle and by day, and what their plans include. Null is unknown, never zero."""

from django.db import models
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.models.sims import Sim


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


class BillingCycle(models.Model):
    """When the cycles of a configuration's account begin: the newest start that its carrier told, of whichever SIM.

    Where a short month cut that down (28 February, of the 31st) it is the one before.
    """

    config = models.OneToOneField(ExtensionConfig, on_delete=models.CASCADE, related_name="billing_cycle")
    cycle_start = models.DateField()
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"cycles of {self.config} from {self.cycle_start}"


class UsageDay(models.Model):
    """Cycle-to-date figures of one SIM as last seen on one day in UTC. Data in bytes, voice in seconds.

    The day is that of UTC, not of the carrier's billing, so that SIMs of all carriers can be drawn over one axis.
    Figures that are lower than before mean that a billing cycle began: `ended_…` then hold the last figures of the
    cycle that ended on this day, None if none was seen on it.
    """

    FIGURES = ("data_bytes", "sms", "voice_seconds")

    sim = models.ForeignKey(Sim, on_delete=models.CASCADE, related_name="usage_days")
    day = models.DateField()
    data_bytes = models.BigIntegerField(null=True)
    sms = models.BigIntegerField(null=True)
    voice_seconds = models.BigIntegerField(null=True)
    ended_data_bytes = models.BigIntegerField(null=True)
    ended_sms = models.BigIntegerField(null=True)
    ended_voice_seconds = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sim", "day"], name="usage_once_a_day")]
        indexes = [models.Index(fields=["day"], name="usage_by_day")]

    def __str__(self) -> str:
        return f"{self.sim_id} on {self.day}"

    @property
    def figures(self) -> dict[str, int | None]:
        return {name: getattr(self, name) for name in self.FIGURES}

    @property
    def ended(self) -> bool:
        """Whether a cycle was seen to end on this day."""
        return any(getattr(self, f"ended_{name}") is not None for name in self.FIGURES)


class PlanAllowance(models.Model):
    """How much data a rate plan includes in a cycle, as somebody typed it: carriers do not tell. In bytes."""

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="allowances")
    rate_plan = models.CharField(max_length=120)
    data_bytes = models.BigIntegerField("included data (bytes)")
    changed_by = models.CharField(max_length=254)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["config", "rate_plan"], name="allowance_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.rate_plan} of {self.config}"
