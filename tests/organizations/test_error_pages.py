"""Pages for requests that cannot be answered."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory

from iotdash.errors import bad_request
from iotdash.organizations import queries


def test_not_found_keeps_the_way_back(owner_client):
    response = owner_client.get("/abc123/nothing-here/")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_a_failure_of_ours_has_a_page_that_needs_nothing(owner_client, monkeypatch):
    def fail(*args):
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(queries, "members", fail)
    owner_client.raise_request_exception = False
    response = owner_client.get("/abc123/members/")
    assert response.status_code == 500
    assert "We made a mistake" in response.content.decode()
    assert "a secret of the server" not in response.content.decode()


@pytest.mark.django_db
def test_words_of_a_suspicious_request_are_not_shown(client):
    request = RequestFactory().get("/")
    response = bad_request(request, SuspiciousOperation("Invalid HTTP_HOST header"))
    assert response.status_code == 400
    assert "HTTP_HOST" not in response.content.decode()
