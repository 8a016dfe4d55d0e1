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
    response_schema_conformance,
    status_code_conformance,
)

from iotdash.audit.services import Source
from iotdash.lib.rest.describing import description
from iotdash.organizations.keys import services
from iotdash.organizations.roles import Role
from tests.api.fuzz.conftest import answered
from tests.api.fuzz.world import MARK, make_world
from tests.cast import MembershipFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

CASES = int(os.environ.get("FUZZ_CASES", "0"))
SCHEMA = schemathesis.openapi.from_dict(description())
OPERATIONS = [each.ok() for each in SCHEMA.get_all_operations()]
# At least so many of each operation for each role, so that all together are as many as were asked for.
EACH = max(4, -(-CASES // (len(OPERATIONS) * len(Role))))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def application():
    """In this process, and in the test's own transaction: so connections stay open between requests."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield get_wsgi_application()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture(params=list(Role), ids=str)
def authorization(request, organization, settings) -> str:
    """The header of a key with the role, in an organization that has something of everything."""
    settings.IOTDASH_REST_PER_SECOND, settings.IOTDASH_REST_WAIT_SECONDS = 0, 0
    settings.ALLOWED_HOSTS = ["*"]
    make_world(organization)
    maker = MembershipFactory(organization=organization, role=Role.ADMINISTRATOR)
    made = services.make(Source("tests", organization.public_id), maker, "fuzz", request.param)
    pair = f"{made.key.public_id}:{made.token}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_every_answer_is_declared(operation, application, authorization):
    generated = st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )

    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=generated)
    def answer(case) -> None:
        with transaction.atomic():
            response = case.call(app=application, headers={"Authorization": authorization})
            transaction.set_rollback(True)
        answered[response.status_code] += 1
        # 503 is the answer where a service was never asked: it says so, and when to ask again.
        if response.status_code != 503:
            case.validate_response(response, checks=[not_a_server_error, *CHECKS])
        else:
            case.validate_response(response, checks=CHECKS)
        assert MARK not in response.text

    answer()
