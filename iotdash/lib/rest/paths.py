"""Paths of the API, which take a slash at their end or not."""

from typing import Any

from django.urls import URLPattern, path


def both(route: str, view: type[Any], name: str, *, described: bool = True) -> list[URLPattern]:
    """The path with a slash and without; only the latter is described."""
    plain = view.as_view() if described else view.as_view(schema=None)
    found = [path(route, plain, name=name)]
    return [*found, path(f"{route}/", view.as_view(schema=None))] if route else found
