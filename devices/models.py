"""Device types, devices, what they report of themselves, and the identifiers by which others know a device."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from devices.fields import ExactTextField, TextField, TypeNameField, validate_metadata
from devices.import_models import DeviceImport, DeviceImportProblem  # noqa: F401 - where Django looks for models
from devices.tags.models import NO_TAGS, Tag, TagSet  # noqa: F401  they are models of this app
from iotdash.organizations.models import Organization

ID_PATTERN = r"[A-Za-z0-9._-]{1,36}"
validate_id = RegexValidator(
    rf"\A{ID_PATTERN}\Z", "Use 1 to 36 characters: letters, digits, dot, underscore and hyphen."
)
INFO_FIELDS = (
    "serial_number",
    "manufacturer",
    "model",
    "device_class",
    "info_description",
    "fw_version",
    "hw_version",
    "descriptive_location",
)
LOCATION_FIELDS = ("latitude", "longitude", "elevation", "accuracy", "measured_at")


class DeviceInfo(models.Model):
    """The eight descriptive fields of the original platform, empty when unknown."""

    serial_number = ExactTextField(max_length=200, blank=True)
    manufacturer = ExactTextField(max_length=200, blank=True)
    model = ExactTextField(max_length=200, blank=True)
    device_class = TextField("device class", max_length=200, blank=True)
    info_description = TextField("description", max_length=500, blank=True)
    fw_version = ExactTextField("firmware version", max_length=200, blank=True)
    hw_version = TextField("hardware version", max_length=200, blank=True)
    descriptive_location = TextField(max_length=200, blank=True)

    class Meta:
        abstract = True


class DeviceType(DeviceInfo):
    """A kind of device. Its device info and metadata are copied into a device when that is added."""

    class ClassId(models.TextChoices):
        DEVICE = "Device", "Device"
        GATEWAY = "Gateway", "Gateway"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="device_types")
    type_id = ExactTextField("type ID", max_length=36, validators=[validate_id])
    class_id = models.CharField("class", max_length=7, choices=ClassId.choices, default=ClassId.DEVICE)
    description = TextField(max_length=500, blank=True)
    metadata = models.JSONField(default=dict, blank=True, validators=[validate_metadata])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "type_id"], name="type_id_in_organization")]

    def __str__(self) -> str:
        return self.type_id


def _index(name: str, field: str) -> models.Index:
    """For lists sorted by a field, and for those in the order of IDs that are filtered by it."""
    return models.Index(fields=["organization", field, "device_id", "id"], name=name)


def _index_of(condition: models.Q, name: str) -> models.Index:
    return models.Index(fields=["organization", "device_id", "id"], name=name, condition=condition)


_BY_FIELD = {
    "device_by_registration": "registered_at",
    "device_by_update": "updated_at",
    "device_by_serial": "serial_number",
    "device_by_manufacturer": "manufacturer",
    "device_by_model": "model",
    "device_by_firmware": "fw_version",
    "device_by_type": "type_name",
    "device_by_configured": "configured",
    "device_by_tags": "tag_set",
}
_PARTIAL = {
    "device_located": models.Q(latitude__isnull=False),
    "device_unlocated": models.Q(latitude__isnull=True),
    "device_alerting": models.Q(alert_enabled=True),
}


class Device(DeviceInfo):
    """A registered device. `token_digest` is a keyed digest of its token, which is shown once.

    `configured` says whether an app above keeps a configuration for it; that app sets it. `tag_set` is the primary key
    of its TagSet, NO_TAGS for none. `alert_at` is when
    `alert_enabled` was last changed, `reported_at` when the last log entry or error code came.
    """

    class RegisteredKind(models.TextChoices):
        PERSON = "person", "Person"
        APP = "app", "Program"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="devices")
    device_type = models.ForeignKey(DeviceType, on_delete=models.PROTECT, related_name="devices")
    device_id = ExactTextField("device ID", max_length=36, validators=[validate_id])
    type_name = TypeNameField(max_length=36, default="", editable=False)
    configured = models.BooleanField(default=False, editable=False)
    tag_set = models.BigIntegerField(default=NO_TAGS, editable=False)
    metadata = models.JSONField(default=dict, blank=True, validators=[validate_metadata])
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    token_issued_at = models.DateTimeField(null=True, blank=True, editable=False)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    registered_by = models.CharField(max_length=254, editable=False)
    registered_kind = models.CharField(
        "registered by a", max_length=6, choices=RegisteredKind.choices, default=RegisteredKind.PERSON, editable=False
    )
    alert_enabled = models.BooleanField("alert", default=False)
    alert_at = models.DateTimeField("alert changed", default=timezone.now, editable=False)
    reported_at = models.DateTimeField("last diagnostic report", null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    latitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])
    elevation = models.FloatField("elevation (m)", null=True, blank=True)
    accuracy = models.FloatField("accuracy (m)", null=True, blank=True, validators=[MinValueValidator(0)])
    measured_at = models.DateTimeField(null=True, blank=True)
    located_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device_type", "device_id"], name="device_id_in_type"),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="latitude_with_longitude",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "device_id", "id"], name="device_by_id"),
            *(_index(name, field) for name, field in _BY_FIELD.items()),
            *(_index_of(condition, name) for name, condition in _PARTIAL.items()),
            # For support staff, who search over all organizations.
            models.Index(fields=["device_id"], name="device_anywhere_by_id"),
            models.Index(fields=["serial_number"], name="device_anywhere_by_serial"),
        ]

    def __str__(self) -> str:
        return self.device_id

    @property
    def path(self) -> str:
        """`pump/p1`: how the activity log names a device; needs device_type loaded."""
        return f"{self.device_type.type_id}/{self.device_id}"

    @property
    def client_id(self) -> str:
        """`d:abc123:pump:p1`, with `g` for a gateway; needs device_type and organization loaded."""
        letter = "g" if self.device_type.class_id == DeviceType.ClassId.GATEWAY else "d"
        return f"{letter}:{self.organization.public_id}:{self.device_type.type_id}:{self.device_id}"


class Severity(models.IntegerChoices):
    INFORMATION = 0, "Information"
    WARNING = 1, "Warning"
    ERROR = 2, "Error"


class Diagnostic(models.Model):
    """What a device, or somebody for it, reported of itself.

    `happened_at` is the reporter's word; what is old is told by `received_at`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="%(class)ss")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="%(class)ss")
    happened_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["device", "-happened_at", "-id"], name="%(class)s_newest"),
            models.Index(fields=["received_at"], name="%(class)s_by_age"),
        ]


class DiagnosticLog(Diagnostic):
    """`attachment` is what the API calls data: text, base64 by convention. `size`: bytes that count to the limit."""

    public_id = models.UUIDField("ID", default=uuid.uuid4, unique=True, editable=False)
    message = models.TextField()
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.INFORMATION)
    attachment = models.TextField("data", blank=True)
    size = models.PositiveIntegerField("bytes", default=0, editable=False)

    class Meta(Diagnostic.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.get_severity_display()}: {self.message[:80]}"


class DiagnosticErrorCode(Diagnostic):
    error_code = models.BigIntegerField()

    class Meta(Diagnostic.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"error code {self.error_code}"


class EventCache(models.Model):
    """Whether the last events of devices are kept, and for how many days. Without a row: as it is by default."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="event_cache")
    enabled = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField(default=7, validators=[MinValueValidator(1), MaxValueValidator(45)])

    def __str__(self) -> str:
        return f"last events for {self.days} days" if self.enabled else "no last events"


class DeviceIdentifier(models.Model):
    """A name that an outside service has for a device, for instance its SIM's number.

    `key` says whose name it is (a device key and a field, joined by a dot). Unique: one SIM is in one device.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="device_identifiers")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="identifiers")
    key = ExactTextField(max_length=80)
    value = ExactTextField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key", "value"], name="identifier_on_one_device"),
            models.UniqueConstraint(fields=["device", "key"], name="one_identifier_of_a_key_per_device"),
        ]
        indexes = [
            models.Index(fields=["organization", "value"], name="identifier_by_value"),
            models.Index(fields=["value"], name="identifier_anywhere"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"
