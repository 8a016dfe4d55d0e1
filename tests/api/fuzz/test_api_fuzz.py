"""Requests made from the API's own description, as each role, and what they are answered with.

A few of each operation in `make test`; `make fuzz` sends at least 20,000. Whatever a request changes is taken back.
"""

import base64
import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from iotdash.audit.services import Source
from iotdash.lib.rest.describing import description
from iotdash.organizations.keys import services
from iotdash.organizations.roles import Role
from tests.api.fuzz.report import answered
from tests.api.fuzz.world import MARK, World, kept_by, make_world

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

CASES = int(os.environ.get("FUZZ_CASES", "0"))
SCHEMA = schemathesis.openapi.from_dict(description())
OPERATIONS = [each.ok() for each in SCHEMA.get_all_operations()]
# Cases of each operation; each is sent as each role, and once of what is another's, so that all together are as many
# as were asked for.
EACH = max(3, -(-CASES // (len(OPERATIONS) * (len(Role) + 1))))
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def application():
    """In this process, and in the test's own transaction: so connections stay open between requests."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield get_wsgi_application()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def world(organization, settings) -> World:
    settings.IOTDASH_REST_PER_SECOND, settings.IOTDASH_REST_WAIT_SECONDS = 0, 0
    settings.ALLOWED_HOSTS = ["*"]
    return make_world(organization)


@pytest.fixture
def headers(organization, world) -> list[dict[str, str]]:
    """Of a key with each role, in an organization that has something of everything."""
    source = Source("tests", organization.public_id)
    made = [services.make(source, world.administrator, "fuzz", role) for role in Role]
    pairs = [f"{each.key.public_id}:{each.token}" for each in made]
    return [{"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"} for pair in pairs]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_every_answer_is_declared(operation, application, headers, world):
    generated = st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )

    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=generated, named=st.sampled_from([world.own, world.own, world.gateway, {}]))
    def answer(case, named) -> None:
        # Random IDs name nothing: most of them are replaced by those of what is there.
        _name(case, named)
        for each in headers:
            _judge(case, _sent(case, application, each, world))
        # And once more, as an administrator, of what is there in the other organization.
        _name(case, world.foreign)
        _judge(case, _sent(case, application, headers[-1], world))

    answer()


def _name(case, named: dict[str, str]) -> None:
    """Replaces all that names something: in path, query, body, and the rows of a body that is a list."""
    rows = case.body if isinstance(case.body, list) else [case.body]
    # A device ID without its type is of a device to add.
    devices = [row for row in rows if isinstance(row, dict) and {"typeId", "deviceId"} <= row.keys()]
    for part in (case.path_parameters, case.query, *devices):
        part |= {name: named[name] for name in part.keys() & named.keys()}


def _sent(case, application, headers, world):
    with transaction.atomic():
        response = case.call(app=application, headers=headers)
        if case.method != "GET" and response.status_code < 400:
            assert kept_by(world.other) == world.kept_there
        transaction.set_rollback(True)
    answered[response.status_code] += 1
    return response


def _judge(case, response) -> None:
    # 503 is the answer where a service was never asked: it says so, and when to ask again.
    unavailable = response.status_code == 503
    case.validate_response(response, checks=CHECKS if unavailable else [not_a_server_error, *CHECKS])
    assert not unavailable or "retry-after" in response.headers
    assert MARK not in response.text
    assert MARK not in str(response.headers)
