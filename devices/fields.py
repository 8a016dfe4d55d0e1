"""Model fields and validators of devices."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

METADATA_LIMIT = 65_536
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The null character as JSON writes it; a backslash before it would make it plain text.
_NULL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def validate_text(value: Any) -> None:
    """Refuses what PostgreSQL cannot store: the null character, and half of a surrogate pair."""
    if _UNSTORABLE.search(str(value)):
        raise ValidationError("This text has a character that cannot be stored.", code="character")


def validate_metadata(value: Any) -> None:
    """Metadata is one JSON object of finite numbers, at most 64 KB as text."""
    if not isinstance(value, dict):
        raise ValidationError("Metadata is one JSON object, in curly brackets.", code="object")
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except ValueError:
        raise ValidationError("Metadata has a number that is too large.", code="number") from None
    if _NULL_IN_JSON.search(text) or _UNSTORABLE.search(text):
        raise ValidationError("Metadata has a character that cannot be stored.", code="character")
    if len(text.encode()) > METADATA_LIMIT:
        raise ValidationError("Metadata is larger than 64 KB.", code="size")


def metadata_text(value: Any) -> str:
    """Metadata as people read and type it; "" for none."""
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""


class TextField(models.CharField):
    """A short text, "" when unknown. Refuses characters that PostgreSQL cannot store."""

    default_validators = [validate_text]


class ExactTextField(TextField):
    """Text that is sorted and compared by code points on every database.

    A prefix is then a range that an ordinary index answers, and a list has the same order on SQLite (which
    does so by itself) and on PostgreSQL, whose order otherwise depends on the language it was set up with.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class TypeNameField(ExactTextField):
    """A copy of the device type's ID, so that one index of devices is in its order. A type keeps its ID for good."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        setattr(model_instance, self.attname, model_instance.device_type.type_id)
        return model_instance.device_type.type_id
