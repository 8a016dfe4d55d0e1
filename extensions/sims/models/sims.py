"""What carriers said of SIMs, and when. Null is unknown, never zero."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from devices.fields import ExactTextField
from devices.models import Device
from extensions.core.models import ExtensionConfig
from iotdash.organizations.models import Organization

# Before anything was asked.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING, _KNOWN = Q(missing_since__isnull=False), Q(missing_since=None)
# A SIM that is gone is asked about once more, in case that was a mistake.
ASKED_ABOUT = _KNOWN | Q(rotated_at__lt=F("missing_since"))
_ALL_ASKED_OF = (
    *("state", "rate_plan", "ctd_data_bytes", "fetched_at", "device", "missing_since"),
    *("subject", "imsi", "msisdn", "imei", "iccid"),
)
_IN_ROTATION = ("config", "rotated_at", "id")


def _listed(name: str, *fields: str, condition: Q | None = None) -> models.Index:
    """For the list of SIMs: in the order of these fields, then of identifiers."""
    return models.Index(fields=["config", *fields, "subject", "id"], condition=condition, name=name)


class Sim(models.Model):
    """A SIM of a carrier's account, as last fetched. Data in bytes, voice in seconds, SMS in messages.

    A carrier tells of a SIM in parts, each with its age: state and plan (`fetched_at`), details (`details_at`), usage
    (`usage_at`); None before the first. `missing_since` is set while the carrier does not know the SIM. `listed_in` is
    the number of the last pass through the account's SIMs that had it. `refresh_due`: it was listed as changed, or new,
    and its details are yet to come. `rotated_at` is when its usage was last asked for, whatever came of it.

    `equipment` is what names a piece of equipment in the IMEI that was last told, also where none is told now.
    `unused_days`: for so long before its usage was last told, every look found nothing more used than the one before.
    """

    # Both begin several of the indexes below.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sims", db_index=False)
    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="sims", db_index=False)
    subject = ExactTextField("identifier", max_length=40)
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
    imsi = ExactTextField("IMSI", max_length=20, null=True, blank=True)
    msisdn = ExactTextField("MSISDN", max_length=20, null=True, blank=True)
    imei = ExactTextField("IMEI", max_length=20, null=True, blank=True)
    communication_plan = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    carrier_account = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001
    carrier_device_id = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001
    state_changed_at = models.DateTimeField(null=True, blank=True)
    state_refreshed_at = models.DateTimeField(null=True, blank=True)
    requested_state = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001
    state_requested_at = models.DateTimeField(null=True, blank=True)
    iccid = ExactTextField("ICCID", max_length=20, null=True, blank=True)
    location_status = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001
    located_at = models.DateTimeField(null=True, blank=True)
    location_accuracy = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    fetched_at = models.DateTimeField(null=True, blank=True)
    details_at = models.DateTimeField(null=True, blank=True)
    usage_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    listed_in = models.PositiveBigIntegerField(null=True, editable=False)
    refresh_due = models.BooleanField(default=False, editable=False)
    rotated_at = models.DateTimeField(default=NEVER, editable=False)
    equipment = ExactTextField(max_length=20, null=True, blank=True, editable=False)
    unused_days = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = "SIM"
        constraints = [models.UniqueConstraint(fields=["config", "subject"], name="sim_once_per_configuration")]
        indexes = [
            models.Index(fields=["organization", "state", "device"], name="sim_by_state"),
            models.Index(fields=["organization", "device"], condition=_MISSING, name="sim_unknown"),
            models.Index(fields=["organization", "fetched_at", "device"], condition=_KNOWN, name="sim_by_freshness"),
            _listed("sim_listed_by_state", "state"),
            _listed("sim_by_plan", "rate_plan"),
            _listed("sim_by_usage", "ctd_data_bytes"),
            _listed("sim_by_age", "fetched_at"),
            _listed("sim_without_usage", condition=Q(ctd_data_bytes=None)),
            _listed("sim_not_fetched", condition=Q(fetched_at=None)),
            _listed("sim_linked", condition=Q(device__isnull=False)),
            _listed("sim_unlinked", condition=Q(device=None)),
            # Read instead of rows: to count what filters and a search find together, and all SIMs by state and plan.
            models.Index(fields=["config", *_ALL_ASKED_OF], name="sim_by_all_asked"),
            *(
                models.Index(fields=["config", name], name=f"sim_has_{name}", condition=Q(**{f"{name}__isnull": False}))
                for name in ("imsi", "msisdn", "imei", "iccid")
            ),
            # For support staff, who search over all organizations; the operator class answers prefixes in any language.
            models.Index(fields=["subject"], name="sim_anywhere", opclasses=["varchar_pattern_ops"]),
            *(
                models.Index(fields=[name], name=f"sim_by_{name}", condition=models.Q(**{f"{name}__isnull": False}))
                for name in ("imsi", "msisdn", "imei")
            ),
            # Without those that are gone: they would lie in front, as the ones asked about longest ago.
            models.Index(fields=_IN_ROTATION, condition=ASKED_ABOUT, name="sim_by_rotation"),
            models.Index(fields=_IN_ROTATION, condition=ASKED_ABOUT & Q(device__isnull=False), name="sim_of_device"),
            models.Index(fields=_IN_ROTATION, condition=Q(refresh_due=True), name="sim_to_refresh"),
            models.Index(fields=["config"], condition=Q(missing_since__isnull=False), name="sim_missing"),
            _listed("sim_spare", condition=_KNOWN & Q(device=None)),
            _listed("sim_lost", condition=_MISSING & Q(device__isnull=False)),
            models.Index(
                fields=["config", "state", "unused_days", "subject", "id"],
                condition=_KNOWN & Q(unused_days__isnull=False),
                name="sim_by_unused_days",
            ),
            models.Index(
                fields=["config", "equipment"], condition=Q(equipment__isnull=False), name="sim_has_equipment"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


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


class Synchronisation(models.Model):
    """How far the SIMs of one configuration are known, and when the carrier is asked next.

    Every page that is stored makes a `step`, in the transaction that stores its SIMs. `cursor` is the carrier's place
    in the list under way, which has all SIMs (`Running.INVENTORY`) or those changed since `since`. An inventory that
    SIMs moved about in is gone through again: `first_pass` is the number of its first pass, `pass_number` that of this
    one, `listed` and `repeated` count what this one listed. `as_of` is the carrier's clock at the start of the list; it
    becomes the `watermark` when the list is through.
    """

    class Running(models.TextChoices):
        NOTHING = "", "Nothing"
        INVENTORY = "inventory", "Inventory"
        CHANGES = "changes", "Changes"

    config = models.OneToOneField(ExtensionConfig, on_delete=models.CASCADE, related_name="synchronisation")
    settings_digest = models.CharField(max_length=64, editable=False, help_text="With which settings the list began.")
    step = models.PositiveBigIntegerField(default=0)
    running = models.CharField(max_length=10, choices=Running.choices, blank=True)
    cursor = models.JSONField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    first_pass = models.PositiveBigIntegerField(default=0)
    pass_number = models.PositiveBigIntegerField(default=0)
    listed = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)

    watermark = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now)
    inventory_wanted = models.BooleanField(default=True)
    synchronised_at = models.DateTimeField(null=True, blank=True)
    inventory_at = models.DateTimeField(null=True, blank=True)
    complete = models.BooleanField(default=True, help_text="Whether the last inventory certainly had every SIM.")

    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=80, blank=True)
    words = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"synchronisation of {self.config}"


class ReportedSim(models.Model):
    """A carrier reported on a SIM by itself: it, or its messages, are to be read again. The row goes when they were.

    The SIM may have no row of its own: nothing is known of it before it is read. `reported_at` is that of the newest
    report; one that comes while the SIM is being read changes it, and then the SIM is read once more. `since` is the
    time of the first report.

    Messages are looked through a few at a time: `cursor` is the carrier's place in a pass that began at `started_at`.
    """

    class What(models.TextChoices):
        SIM = "sim", "SIM"
        MESSAGES = "messages", "Messages"

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="reported_sims")
    subject = models.CharField("identifier", max_length=40)
    what = models.CharField(max_length=8, choices=What.choices, default=What.SIM)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = "reported SIM"
        constraints = [models.UniqueConstraint(fields=["config", "subject", "what"], name="reported_once")]
        indexes = [models.Index(fields=["config", "due_at", "id"], name="reported_sim_due")]

    def __str__(self) -> str:
        return self.subject


class ReceivedSms(models.Model):
    """A message that a SIM sent, as the carrier told when it was asked. `reference` is the carrier's own id."""

    config = models.ForeignKey(ExtensionConfig, on_delete=models.CASCADE, related_name="received_sms")
    subject = models.CharField("identifier", max_length=40)
    reference = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = "received SMS"
        verbose_name_plural = "received SMS"
        constraints = [models.UniqueConstraint(fields=["config", "reference"], name="received_once")]
        indexes = [
            models.Index(fields=["config", "subject", "received_at", "id"], name="received_sms_of_sim"),
            models.Index(fields=["config", "received_at", "id"], name="received_sms_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} from {self.subject}"
