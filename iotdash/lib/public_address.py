"""Addresses of our pages as they stand in mail and at services."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def public_address(view: str, **kwargs: Any) -> str:
    """The whole address of a page, below PUBLIC_URL: a request's Host header is what somebody else says."""
    return settings.PUBLIC_URL.rstrip("/") + reverse(view, kwargs=kwargs)
