"""Query parameters that clients write in several ways."""

from rest_framework.request import Request

from iotdash.lib.rest import problems

_TRUTH = {"true": True, "false": False}


def flag(request: Request, name: str) -> bool:
    """As `truth`; absent or empty is false."""
    text = request.query_params.get(name, "")
    return bool(text) and truth(text, name)


def truth(text: str, name: str) -> bool:
    """`true`, `True`, `false`, `False`. Raises RestError with the name of the parameter."""
    if text.lower() not in _TRUTH:
        raise problems.bad_value(f"{name}: true or false is needed.", name)
    return _TRUTH[text.lower()]
