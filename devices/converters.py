"""Path converter of device ids and type ids."""

from devices.models import ID_PATTERN


class IdConverter:
    """`<registry_id:device_id>`. "." and ".." travel as "~." and "~..", because browsers resolve them."""

    regex = rf"~\.{{1,2}}|{ID_PATTERN}"

    def to_python(self, value: str) -> str:
        return value.removeprefix("~")

    def to_url(self, value: str) -> str:
        return f"~{value}" if value in {".", ".."} else value


class PlainIdConverter:
    """`<plain_id:device_id>` of the API, whose clients write an ID as it is."""

    regex = ID_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
