"""Who may call the API, which organization is meant, and what errors look like."""

import gc
import io
import json

import pytest
from django.db import OperationalError
from django.http import QueryDict
from django.test import Client, RequestFactory
from rest_framework.response import Response

from iotdash.lib.rest import bodies, limits, paging, problems, schemas
from iotdash.lib.rest.problems import RestError
from tests.cast import OrganizationFactory

pytestmark = pytest.mark.django_db


def root_of(organization) -> str:
    return f"/{organization.public_id}/api/v0002/"


def test_a_member_reads_the_organization_by_the_session_of_the_pages(reader_client, organization):
    answer = reader_client.get(root_of(organization))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["id"] == organization.public_id
    assert answer.json()["created"].endswith("Z")


def responses_there_are() -> int:
    return sum(type(each) is Response for each in gc.get_objects())


def test_what_an_answer_is_made_of_goes_before_the_garbage_collector_comes(reader_client, organization):
    gc.disable()
    try:
        before = responses_there_are()
        reader_client.get(f"{root_of(organization)}bulk/devices")
        assert responses_there_are() == before
    finally:
        gc.enable()


def test_the_host_name_tells_the_organization(reader_client, organization, settings):
    settings.ALLOWED_HOSTS = [".iot.example.com"]
    settings.IOTDASH_REST_DOMAINS = ["iot.example.com"]
    answer = reader_client.get("/api/v0002/", headers={"host": f"{organization.public_id}.iot.example.com:8443"})
    assert answer.json()["name"] == organization.name
    other = OrganizationFactory()
    answer = reader_client.get(root_of(other), headers={"host": f"{organization.public_id}.iot.example.com"})
    assert answer.status_code == 404


def test_a_whole_host_name_ends_with_a_dot(reader_client, organization, other_organization):
    answer = reader_client.get("/api/v0002/", headers={"host": f"{organization.public_id}.localhost."})
    assert answer.json()["name"] == organization.name
    answer = reader_client.get(
        root_of(organization), headers={"host": f"{other_organization.public_id}.localhost.:8443"}
    )
    assert answer.status_code == 404


def test_a_person_names_the_organization(reader_client):
    answer = reader_client.get("/api/v0002/")
    assert answer.status_code == 400
    assert answer.json()["exception"]["id"] == "CUDRS0007E"


@pytest.mark.parametrize("path", ["", "no/such/thing", "device/types/%0A/devices/%C3%91"])
def test_who_is_not_signed_in_is_asked_for_a_key_everywhere(organization, path):
    answer = Client().get(root_of(organization) + path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert answer.json()["exception"] == {"id": "IOTD0401E", "properties": []}


def test_other_ways_to_sign_in_are_refused(organization):
    answer = Client().get(root_of(organization), headers={"authorization": "Bearer abc"})
    assert answer.status_code == 403
    answer = Client().get(root_of(organization), headers={"authorization": "Basic ///"})
    assert answer.status_code == 401


def test_strangers_cannot_tell_which_organizations_exist(stranger_client, organization):
    known = stranger_client.get(root_of(organization))
    unknown = stranger_client.get("/zzzzzz/api/v0002/")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (404, unknown.content)


def test_unknown_addresses_and_methods_answer_in_json(reader_client, organization):
    assert reader_client.get(root_of(organization) + "no/such").json()["exception"]["id"] == "IOTD0404E"
    answer = reader_client.delete(root_of(organization))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert reader_client.options(root_of(organization)).status_code == 405


def test_whatever_is_accepted_there_is_json(reader_client, organization):
    answer = reader_client.get(root_of(organization), headers={"accept": "text/html"})
    assert answer.status_code == 200


def test_too_many_requests_in_a_second_wait(reader_client, organization, settings, time_machine):
    settings.IOTDASH_REST_PER_SECOND = 2
    time_machine.move_to("2026-03-01T09:00:00Z", tick=False)
    remaining = [reader_client.get(root_of(organization))["X-RateLimit-Remaining"] for _ in range(2)]
    assert remaining == ["1", "0"]
    answer = reader_client.get(root_of(organization))
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    time_machine.move_to("2026-03-01T09:00:01Z", tick=False)
    assert reader_client.get(root_of(organization)).status_code == 200


SCHEMA = schemas.obj(
    {
        "severity": {"type": "integer", "maximum": 2},
        "info": schemas.obj({"model": {"type": "string"}}),
        "metadata": {"type": "object"},
    },
    ("severity",),
)


def given(body: bytes, content_type: str = "application/json"):
    schemas.register("Sample", SCHEMA)
    bodies._validator.cache_clear()
    return bodies.given(RequestFactory().post("/", body, content_type=content_type), "Sample")


def test_a_body_is_read_without_what_is_null_but_metadata_is_the_users_own():
    body = {"severity": 1, "info": {"model": None}, "metadata": {"site": None}}
    assert given(json.dumps(body).encode()) == {"severity": 1, "info": {}, "metadata": {"site": None}}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b"\xff", b"[" * 5000, b"[" * 5000 + b"]" * 5000],
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(RestError) as caught:
        given(body)
    assert (caught.value.status, caught.value.problem.id) == (400, "CUDRS0006E")


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (b"1e999", "number"),
        (b"18446744073709551616", "number"),
        (b'"\\u0000"', "character"),
        (b'{"\\ud800": 1}', "character"),
        (b"[" * 40 + b"]" * 40, "nested"),
    ],
)
def test_json_that_cannot_be_kept_is_not_said_to_be_no_json(metadata, words):
    with pytest.raises(RestError) as caught:
        given(b'{"severity": 1, "metadata": {"a": %s}}' % metadata)
    assert (caught.value.status, caught.value.problem.id) == (400, "CUDRS0007E")
    assert [words in each.words for each in caught.value.violations] == [True]


def test_violations_say_what_and_where():
    with pytest.raises(RestError) as caught:
        given(b'{"severity": 9, "sort": 1, "info": {"model": 3}}')
    assert {each.id: each.properties for each in caught.value.violations if each.id == "CUDRS0012E"} == {
        "CUDRS0012E": ["severity", "2"]
    }
    assert len(caught.value.violations) == 3
    with pytest.raises(RestError) as caught:
        given(b"{}")
    assert [(each.id, each.properties) for each in caught.value.violations] == [("CUDRS0009E", ["severity"])]


@pytest.mark.parametrize("body", [{f"k{number}": 0 for number in range(9000)}, {"severity": 1, "many": [{}] * 9000}])
def test_of_more_mistakes_than_anybody_reads_the_first_hundred_are_told(body):
    schemas.register("Sample", {**SCHEMA, "properties": {**SCHEMA["properties"], "many": {"items": SCHEMA}}})
    bodies._validator.cache_clear()
    with pytest.raises(RestError) as caught:
        bodies.given(RequestFactory().post("/", json.dumps(body), content_type="application/json"), "Sample")
    assert len(caught.value.violations) == 100


def test_other_content_types_and_too_much_are_refused():
    with pytest.raises(RestError) as caught:
        given(b"{}", "text/plain")
    assert caught.value.status == 415
    with pytest.raises(RestError) as caught:
        given(b" " * (512 * 1024 + 1))
    assert caught.value.status == 413


def sent_in_chunks(size: int):
    """As gunicorn hands over a body that came without its length."""
    stream = {"wsgi.input": io.BytesIO(b'{"severity": 1}'.ljust(size)), "wsgi.input_terminated": True}
    schemas.register("Sample", SCHEMA)
    bodies._validator.cache_clear()
    return bodies.given(RequestFactory().generic("POST", "/", CONTENT_TYPE="application/json", **stream), "Sample")


def test_a_body_may_come_in_chunks_without_a_length():
    assert sent_in_chunks(30) == sent_in_chunks(512 * 1024) == {"severity": 1}
    with pytest.raises(RestError) as caught:
        sent_in_chunks(512 * 1024 + 1)
    assert caught.value.status == 413


def test_a_list_is_read_page_by_page_in_any_order():
    from devices.models import DeviceType

    organization = OrganizationFactory()
    for number in range(7):
        DeviceType.objects.create(organization=organization, type_id=f"t{number}", model=f"m{number % 3}")
    sorts = {"id": "type_id", "model": "model"}

    def walk(query: str) -> list[str]:
        seen, bookmark = [], ""
        while True:
            asked = QueryDict(f"_limit=2&_sort={query}&_bookmark={bookmark}")
            answer = paging.page(
                organization.device_types.all(),
                paging.asked(asked, sorts, "type_id"),
                lambda rows: [row.type_id for row in rows],
            )
            assert answer["meta"]["total_rows"] == 7
            seen += answer["results"]
            if "bookmark" not in answer:
                return seen
            bookmark = answer["bookmark"]

    assert walk("") == ["t0", "t1", "t2", "t3", "t4", "t5", "t6"]
    assert walk("[-id]") == ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    assert walk("-model,id") == ["t2", "t5", "t1", "t4", "t0", "t3", "t6"]


@pytest.mark.parametrize("query", ["_limit=0", "_limit=x", "_limit=1001", "_sort=secret", "_bookmark=abc"])
def test_a_list_refuses_what_cannot_be(query):
    types = OrganizationFactory().device_types.all()
    with pytest.raises(RestError) as caught:
        paging.page(types, paging.asked(QueryDict(query), {"id": "type_id"}, "type_id"), list)
    assert (caught.value.status, caught.value.problem.id) == (400, problems.NOT_VALID)


def test_callers_are_counted_apart(settings, time_machine):
    settings.IOTDASH_REST_PER_SECOND = 1
    time_machine.move_to("2026-03-01T10:00:00Z", tick=False)
    assert limits.take("a").headers["X-RateLimit-Remaining"] == "0"
    assert limits.take("b").used == 1
    with pytest.raises(RestError):
        limits.take("a")


def test_what_nobody_foresaw_is_said_in_json(reader_client, organization, monkeypatch):
    def broken(*args):
        raise KeyError("a mistake")

    monkeypatch.setattr("iotdash.organizations.rest.organization.as_answered", broken)
    reader_client.raise_request_exception = False
    answer = reader_client.get(root_of(organization))
    assert (answer.status_code, answer.json()["exception"]["id"]) == (500, "CUDRS0001E")
    assert "a mistake" not in answer.content.decode()


def test_a_database_that_is_away_is_said_in_json(reader_client, organization, monkeypatch, caplog):
    def away(*args):
        raise OperationalError("gone")

    monkeypatch.setattr("iotdash.organizations.rest.organization.as_answered", away)
    monkeypatch.setattr("iotdash.health.database", lambda: "The database does not answer.")
    reader_client.raise_request_exception = False
    answer = reader_client.get(root_of(organization))
    assert (answer.status_code, answer.json()["exception"]["id"]) == (503, "IOTD0503E")
    assert answer["Retry-After"]
    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("WARNING", None)
