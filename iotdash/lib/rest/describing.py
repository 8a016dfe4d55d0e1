"""Hooks by which drf-spectacular's description becomes ours."""

from typing import Any

from iotdash.lib.rest import schemas

Endpoint = tuple[str, str, str, Any]
PREFIX = "/api/v0002/"


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
    result["security"] = [{"key": []}, {"session": []}]
    result["servers"] = [{"url": "/api/v0002"}]
    result["paths"] = {f"/{path.removeprefix(PREFIX)}": methods for path, methods in result["paths"].items()}
    return result
