"""Paths of the API, which take a slash at their end or not."""

from typing import Any

from django.urls import URLPattern, path


def both(route: str, view: type[Any], name: str) -> list[URLPattern]:
    """The path as it is described, and with a slash."""
    described = path(route, view.as_view(), name=name)
    return [described, path(f"{route}/", view.as_view())] if route else [described]
