"""Query parameters that clients write in several ways."""

from rest_framework.request import Request

from iotdash.lib.rest import problems


def flag(request: Request, name: str) -> bool:
    """`true`, `True`, `false`, `False`; absent is false. Raises RestError."""
    text = request.query_params.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise problems.bad_value(f"{name}: true or false is needed.", name)
    return text == "true"
