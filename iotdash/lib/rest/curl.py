"""A request as a line for curl, to be copied: what stands before the API's address, and what follows it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from iotdash.lib.rest import samples
from iotdash.lib.rest.operations import IDEMPOTENCY

# The variables of the shell in which the reader put ID and token of an API key.
SIGNED_IN = 'curl --user "$KEY:$TOKEN"'
_KNOWN = dict.fromkeys(("type_id", "typeId"), "pump") | dict.fromkeys(("device_id", "deviceId"), "pump-001")
_KNOWN |= {"start": "2026-03-01", "end": "2026-03-31"}
_NEXT = " \\\n  "


def line(path: str, method: str, operation: Mapping[str, Any]) -> tuple[str, str]:
    """Of an operation of the OpenAPI description. An id that only the reader knows stands in capitals."""
    parameters = operation.get("parameters", ())
    asked = "" if method == "get" else f" --request {method.upper()}"
    query = "&".join(f"{each['name']}={_value(each)}" for each in parameters if each["in"] == "query" and _needed(each))
    address = _filled(path, parameters) + (f"?{query}" if query else "")
    return f"{SIGNED_IN}{asked}{_NEXT}'", _NEXT.join([f"{address}'", *_options(operation, parameters)])


def _needed(parameter: Mapping[str, Any]) -> bool:
    return parameter.get("required", False)


def _filled(path: str, parameters: Any) -> str:
    for each in parameters:
        path = path.replace(f"{{{each['name']}}}", str(_value(each)))
    return path


def _value(parameter: Mapping[str, Any]) -> Any:
    name, schema = parameter["name"], parameter["schema"]
    if name in _KNOWN:
        return _KNOWN[name]
    known = "examples" in schema or schema.get("format") == "date"
    return samples.of(schema) if known else name.upper()


def _options(operation: Mapping[str, Any], parameters: Any) -> Iterator[str]:
    if any(each["name"] == IDEMPOTENCY.name for each in parameters):
        # Not made anew by the line: who sends it again means the same.
        yield f"--header '{IDEMPOTENCY.name}: MY-OWN-TEXT'"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield "--header 'Content-Type: application/json'"
        # An apostrophe would end the text for the shell.
        text = json.dumps(samples.of(content["schema"])).replace("'", "\\u0027")
        yield f"--data '{text}'"
