"""Who may open and do what: every page of the extensions, every role, the stranger, another organization."""

from http import HTTPStatus

import pytest

from tests.extensions import meterco

pytestmark = pytest.mark.slow

GET, POST = "get", "post"
EVERYBODY = ("owner", "operator", "developer", "analyst", "reader")
PAGES = [
    (GET, "extensions/", EVERYBODY),
    (GET, "extensions/operations/", EVERYBODY),
    (GET, "extensions/icons/meterco.svg", EVERYBODY),
    (GET, "extensions/{config}/", EVERYBODY),
    (GET, "devices/pump/p1/configuration/", EVERYBODY),
    (GET, "devices/pump/p1/extensions/meterco/", EVERYBODY),
    (POST, "devices/pump/p1/configuration/", ("owner", "operator", "developer")),
    (POST, "devices/pump/p1/configuration/check/", ("owner", "operator", "developer")),
    (POST, "devices/pump/p1/extensions/meterco/operations/terminal/", EVERYBODY),
    (POST, "devices/pump/p1/extensions/meterco/operations/sms/", ("owner", "operator")),
    (GET, "extensions/add/", ("owner",)),
    (GET, "extensions/add/meterco/", ("owner",)),
    (POST, "extensions/add/meterco/", ("owner",)),
    (GET, "extensions/add/meterco/endpoint/", ("owner",)),
    (POST, "extensions/{config}/check/", ("owner",)),
    (POST, "extensions/{config}/actions/synchronise/", ("owner", "operator")),
    (GET, "extensions/{config}/credentials/", ("owner",)),
    (POST, "extensions/{config}/credentials/", ("owner",)),
    (GET, "extensions/{config}/rename/", ("owner",)),
    (GET, "extensions/{config}/diagnostics/", ("owner",)),
    (GET, "extensions/{config}/diagnostics/1/", ("owner",)),
    (POST, "extensions/{config}/diagnostics/bundle/", ("owner",)),
    (GET, "extensions/{config}/default/", ("owner",)),
    (POST, "extensions/{config}/default/", ("owner",)),
    (POST, "extensions/{config}/pause/", ("owner",)),
    (POST, "extensions/{config}/resume/", ("owner",)),
    (GET, "extensions/{config}/remove/", ("owner",)),
    (POST, "extensions/{config}/remove/", ("owner",)),
]


@pytest.mark.parametrize(("method", "path", "allowed"), PAGES)
def test_who_may(cast, client_of, target, config, method, path, allowed):
    path = path.format(config=config.pk)
    for name, person in cast.items():
        answer = getattr(client_of(person), method)(f"/abc123/{path}")
        forbidden = HTTPStatus.NOT_FOUND if name in ("stranger", "other_owner") else HTTPStatus.FORBIDDEN
        assert (answer.status_code == forbidden) is (name not in allowed), (name, answer.status_code)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        assert meterco.SETTINGS["key"].encode() not in answer.content


@pytest.mark.parametrize(("method", "path", "allowed"), PAGES)
def test_nobody_without_signing_in(client, target, config, method, path, allowed):
    answer = getattr(client, method)(f"/abc123/{path.format(config=config.pk)}")
    assert answer.status_code == HTTPStatus.FOUND
    assert "login" in answer.url
