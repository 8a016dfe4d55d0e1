"""The rows as they are, for support staff: to look at, and to ask things of by actions that the pages have too."""

from extensions.core.admin import configurations, exchanges, inbound, lanes, operations  # noqa: F401  registers them
