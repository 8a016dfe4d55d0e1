"""The API's OpenAPI description, made from its views by drf-spectacular."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from iotdash.lib.rest import schemas
from iotdash.lib.rest.answering import PREFIX

Endpoint = tuple[str, str, str, Any]
INTRODUCTION = (
    "The REST API v0002 of the Watson IoT Platform, and what iotdash adds to it. Sign in by HTTP Basic with an API key "
    "as user name and its token as password; the key tells the organization. Times are ISO 8601 in UTC; null means not "
    "given; a slash at the end of a path is optional."
)


class Description(AutoSchema):
    """`section` of a view is where it stands in the description."""

    def get_tags(self) -> list[str]:
        return [self.view.section]

    def get_description(self) -> str:
        # A view's docstring is for who reads the code.
        return ""


@cache
def description() -> dict[str, Any]:
    """The same for everybody and for ever: it depends on what is installed alone."""
    return SchemaGenerator().get_schema(request=None, public=True)


def only_described(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Not again those below an organization's own address."""
    return [each for each in endpoints if each[0].startswith(PREFIX)]


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Named schemas, ways to sign in, and paths as clients write them, below the server's address."""
    components = result.setdefault("components", {})
    components["schemas"] = schemas.everything()
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "basic", "description": "User name: the API key. Password: its token."},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }
    result["info"]["description"] = INTRODUCTION
    result["security"] = [{"key": []}, {"session": []}]
    result["servers"] = [{"url": PREFIX.rstrip("/")}]
    result["paths"] = {f"/{path.removeprefix(PREFIX)}": methods for path, methods in result["paths"].items()}
    return result
