"""Pages for requests that cannot be answered."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError, ProgrammingError
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisDown

from iotdash import health
from iotdash.errors import bad_request
from iotdash.organizations.members import queries


def test_not_found_keeps_the_way_back(owner_client):
    response = owner_client.get("/abc123/nothing-here/")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_what_only_takes_a_form_says_so_to_who_opens_it(owner_client):
    response = owner_client.get("/abc123/sims/bulk/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "Nothing was changed." in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_a_failure_of_ours_has_a_page_that_needs_nothing(owner_client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(queries, "members", fail)
    owner_client.raise_request_exception = False
    response = owner_client.get("/abc123/members/")
    assert response.status_code == 500
    assert "We made a mistake" in response.content.decode()
    assert "a secret of the server" not in response.content.decode()


@pytest.mark.parametrize(
    ("probe", "error", "status"),
    [
        ("database", OperationalError("server closed the connection"), 503),
        ("cache_store", RedisDown("Connection refused"), 503),
        ("", ProgrammingError('column "nothing" does not exist'), 500),
    ],
)
def test_what_is_away_is_said_and_not_taken_for_a_mistake_of_ours(
    owner_client, monkeypatch, caplog, settings, probe, error, status
):
    settings.REDIS_URL = "redis://10.0.0.7"

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(queries, "members", fail)
    if probe:
        monkeypatch.setattr(health, probe, lambda: "It does not answer.")
    owner_client.raise_request_exception = False
    response = owner_client.get("/abc123/members/?q=a")
    assert response.status_code == status
    assert ('href="">Try again' in response.content.decode()) == (status == 503)
    assert "q=a" not in response.content.decode(), "the address may be that of a secret link"
    assert ("It does not answer." in response.content.decode()) == (status == 503)
    assert response.get("Retry-After") == ("10" if status == 503 else None)
    # A server of another test may still answer its pages.
    lines = [each for each in caplog.records if each.name == "django.request"]
    [line] = [each for each in lines if each.getMessage().endswith(": /abc123/members/")]
    assert bool(line.exc_info) == (status == 500), "an outage fills no log with tracebacks"


@pytest.mark.django_db
def test_words_of_a_suspicious_request_are_not_shown(client):
    request = RequestFactory().get("/")
    response = bad_request(request, SuspiciousOperation("Invalid HTTP_HOST header"))
    assert response.status_code == 400
    assert "HTTP_HOST" not in response.content.decode()
