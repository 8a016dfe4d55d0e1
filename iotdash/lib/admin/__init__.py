"""What all lists of the support pages have in common: fast at 100,000 rows, read-only unless they say otherwise."""

from iotdash.lib.admin.bases import NotDone, ReadOnlyAdmin, SupportAdmin
from iotdash.lib.admin.showing import link, list_of

__all__ = ["NotDone", "ReadOnlyAdmin", "SupportAdmin", "link", "list_of"]
