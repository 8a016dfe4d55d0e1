"""A row of any model, also of one that nobody has thought of yet: secrets and numbers in it are recognizable."""

import datetime as dt
import re
import uuid
from itertools import count
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.architecture.house import ROOT

SECRET = "planted5ecret"
# Only the last four digits of a number may be shown.
NUMBER = "90017"
SECRET_NAMES = re.compile(r"secret|draft|digest|password|memo|^data$|session|private|credential")
NUMBER_NAMES = re.compile(r"^(imsi|msisdn|imei)$")
FRAMEWORK = ("auth.Group", "admin.LogEntry", "mfa.Authenticator", "usersessions.UserSession")
_numbers = count(1)


def shown_models() -> list[type[models.Model]]:
    """Every model of ours, and those of libraries that say something about people here."""
    own = [each for config in apps.get_app_configs() if _ours(Path(config.path)) for each in config.get_models()]
    return own + [apps.get_model(name) for name in FRAMEWORK]


def _ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and ".venv" not in path.parts


def is_secret(field: models.Field) -> bool:
    return bool(SECRET_NAMES.search(field.name)) and isinstance(
        field, models.CharField | models.TextField | models.JSONField
    )


def make(model: type[models.Model], **given: Any) -> models.Model:
    """A saved row. What it must point at is made too, unless it is given."""
    number = next(_numbers)
    wanted = [field for field in model._meta.concrete_fields if field.name not in given and _needs_value(field)]
    values = {field.name: _value(field, number) for field in wanted}
    return model._default_manager.create(**values, **given)


def _needs_value(field: models.Field) -> bool:
    if is_secret(field) or NUMBER_NAMES.search(field.name):
        return True
    if isinstance(field, models.AutoField) or field.has_default() or getattr(field, "auto_now", False):
        return False
    return not field.null or field.unique


def _value(field: models.Field, number: int) -> Any:
    if field.is_relation:
        return make(field.related_model)
    if NUMBER_NAMES.search(field.name):
        return f"{NUMBER}{number:010d}"
    if is_secret(field):
        text = f"{SECRET}-{number}"
        return {"used_mask": 0, "secret": text} if isinstance(field, models.JSONField) else text
    return _by_kind(field, number)


def _by_kind(field: models.Field, number: int) -> Any:
    if field.flatchoices:
        return field.flatchoices[0][0]
    kinds = {
        models.BooleanField: False,
        models.DateTimeField: timezone.now(),
        models.DateField: dt.date(2026, 1, 1) + dt.timedelta(days=number % 300),
        models.JSONField: {},
        models.UUIDField: uuid.uuid4(),
        models.GenericIPAddressField: "192.0.2.7",
        models.EmailField: f"made{number}@example.com",
        models.CharField: f"m{number:05d}",
        models.TextField: f"m{number:05d}",
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), number)
