"""Path converter of the six-character organization id."""

from iotdash.organizations.models import RESERVED_IDS


class OrganizationIdConverter:
    """`<org:org>` matches a public id; words that are paths of the product are none."""

    regex = "[a-z0-9]{6}"

    def to_python(self, value: str) -> str:
        if value in RESERVED_IDS:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value
