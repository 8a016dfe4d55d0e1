"""Path converter of device ids and type ids."""

from devices.models import ID_PATTERN


def in_path(value: str) -> str:
    """A type ID or device ID as it stands in an address."""
    return f"~{value}" if value in {".", ".."} else value


class IdConverter:
    """`<registry_id:device_id>`: "~." stands for ".", "~.." for "..", which browsers and HTTP libraries resolve."""

    regex = rf"(?:~\.{{1,2}}|{ID_PATTERN})"

    def to_python(self, value: str) -> str:
        return value.removeprefix("~")

    def to_url(self, value: str) -> str:
        return in_path(value)
