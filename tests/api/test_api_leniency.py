"""What clients of the original platform may get wrong: section 1.6 of the specification."""

import pytest
from django.test import Client

from iotdash import api as paths
from iotdash.lib.rest import schemas
from iotdash.lib.rest.bodies import without_nulls
from tests.api.answers import error
from tests.api.conftest import program

pytestmark = pytest.mark.django_db
ROUTES = {str(each.pattern) for each in paths.urlpatterns}
# Paths of any length, which have their own tests.
NO_TWIN = {"", "clientconnectionstates/<path:client_id>", r"[\s\S]*"}


def test_every_path_takes_a_slash_at_its_end():
    plain = {route for route in ROUTES if not route.endswith("/")} - NO_TWIN
    assert len(plain) > 20
    assert {f"{route}/" for route in plain} <= ROUTES


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "options", "delete"])
def test_the_root_takes_a_slash_or_not(api, organization, key_of, developer, method):
    for client, root in ((api.client, api.root), (program(key_of(developer)), "/api/v0002")):
        one, other = (getattr(client, method)(path) for path in (root, f"{root}/"))
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.status_code in (200, 405)


def test_what_is_not_there_allows_nothing(api):
    assert "Allow" not in api.get("/no/such").headers
    assert "Allow" not in Client().get(f"{api.root}/no/such").headers


@pytest.mark.parametrize("name", ["NewDeviceType", "NewDevice", "DevicesToAdd", "Location", "NewLogEntry"])
def test_null_is_absent_for_every_field_that_may_be(name):
    schema = schemas.get(name)
    row = schema.get("items", schema)
    optional = dict.fromkeys(set(row["properties"]) - set(row.get("required", ())))
    assert optional
    sent = [optional] if "items" in schema else optional
    assert without_nulls(sent, schema) == ([{}] if "items" in schema else {})


def test_a_query_that_repeats_a_parameter_counts_the_last(api, pump):
    assert api.client.get(f"{api.root}/bulk/devices?typeId=none&typeId=pump&_limit=0&_limit=5").status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_what_a_path_does_not_offer(api, p1, method):
    offered = {
        "/device/types": ("get", "post"),
        "/device/types/pump": ("get", "put", "delete"),
        "/device/types/pump/devices/p1/location": ("get", "put"),
        "/bulk/devices": ("get",),
        "/bulk/devices/add": ("post",),
        "/config/lec": ("get", "put"),
    }
    for path, methods in offered.items():
        if method not in methods:
            answer = getattr(api.client, method)(api.root + path)
            assert error(answer) == (405, "IOTD0405E")
            assert {each.strip().lower() for each in answer["Allow"].split(",")} - {"head"} == set(methods)


def test_a_key_that_appears_twice_is_refused_as_in_the_editor(api, p1):
    twice = b'{"metadata": {"site": "north", "site": "south"}}'
    answer = api.put("/device/types/pump/devices/p1", twice)
    assert error(answer) == (400, "CUDRS0006E")
    assert answer.json()["message"].endswith('The key "site" appears twice in one object.')
    assert api.get("/device/types/pump/devices/p1").json()["metadata"] == {"site": "north"}
