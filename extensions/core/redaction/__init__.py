"""Redaction by allow-list: what leaves here may be stored, shown and sent to support. It imports no rows."""

from extensions.core.redaction.bodies import Body
from extensions.core.redaction.redactor import Redactor

__all__ = ["Body", "Redactor"]
