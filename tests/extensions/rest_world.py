"""The made-up carrier's operations by the REST API."""

import importlib
import json

import pytest
from django.urls import clear_url_caches

OPERATIONS = "device/types/pump/devices/p1/exts/meterco/ops"


@pytest.fixture
def api(settings, organization, provider):
    """Paths of the API, with the made-up carrier's; nobody waits."""
    from tests.extensions import meterco_urls

    importlib.reload(meterco_urls)
    settings.ROOT_URLCONF, settings.IOTDASH_REST_WAIT_SECONDS = "tests.extensions.meterco_urls", 0
    settings.IOTDASH_REST_PER_SECOND = 0
    clear_url_caches()
    return lambda path: f"/{organization.public_id}/api/v0002/{path}"


@pytest.fixture
def settles(monkeypatch, settings, work):
    """The lane works while somebody waits."""
    settings.IOTDASH_REST_WAIT_SECONDS = 5
    monkeypatch.setattr("extensions.core.rest.waiting.time.sleep", lambda seconds: work())


def send(client, method, path, body, **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)
