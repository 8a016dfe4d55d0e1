"""Browsers at the API: a session needs a CSRF token with what changes something, and other sites' pages get nowhere."""

import json
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from devices.models import DeviceType

ROOT = "/abc123/api/v0002/"
BODY = json.dumps({"id": "pump"})


@pytest.fixture
def browser(developer, organization) -> Client:
    """Signed in, on a page of the product."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(developer)
    client.get("/abc123/keys/")
    return client


@pytest.fixture
def send(browser) -> Callable[..., HttpResponse]:
    """Adds a device type, as a page's script would."""

    def post(path: str = f"{ROOT}device/types", kind: str = "application/json", **headers: str) -> HttpResponse:
        return browser.post(path, BODY, content_type=kind, headers=headers)

    return post


@pytest.fixture
def token(browser) -> str:
    return browser.cookies["csrftoken"].value


def test_a_session_changes_something_with_its_token_only(send, token):
    assert send().status_code == send(x_csrftoken="x" * 64).status_code == 403
    assert not DeviceType.objects.exists()
    assert send(x_csrftoken=token).status_code == 201


def test_by_the_organizations_host_too(send, token):
    host = {"path": "/api/v0002/device/types", "host": "abc123.localhost"}
    assert send(**host).status_code == 403
    assert send(**host, x_csrftoken=token, origin="http://other1.localhost").status_code == 403
    assert send(**host, x_csrftoken=token, origin="http://abc123.localhost").status_code == 201


def test_a_form_is_no_json_also_with_a_token(browser, token):
    path, form = f"{ROOT}device/types", {"csrfmiddlewaretoken": token, "id": "pump"}
    assert browser.post(path, form).status_code == 415
    assert browser.post(path, f"csrfmiddlewaretoken={token}", "application/x-www-form-urlencoded").status_code == 415
    assert browser.post(path, BODY, "text/plain", headers={"x-csrftoken": token}).status_code == 415


def test_other_sites_are_let_in_by_no_header(browser):
    asked = {"origin": "https://other.test", "access-control-request-method": "POST"}
    answers = [
        browser.get(ROOT, headers=asked),
        browser.options(ROOT, headers=asked),
        Client().get(ROOT, headers=asked),
    ]
    assert [each.status_code for each in answers] == [200, 405, 401]
    assert not [name for each in answers for name in each.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("origin", ["https://other.test", "null", "http://[broken"])
def test_a_key_that_a_browser_keeps_is_of_no_use_to_other_sites(program_of, developer, origin):
    client = program_of(developer)
    posted = client.post("/api/v0002/device/types", BODY, "application/json", headers={"origin": origin})
    assert (posted.status_code, posted.json()["exception"]["id"]) == (403, "IOTD0403E")
    assert client.get("/api/v0002/", headers={"origin": origin}).status_code == 200
    own = client.post("/api/v0002/device/types", BODY, "application/json", headers={"origin": "http://testserver"})
    assert own.status_code == 201
