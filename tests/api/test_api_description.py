"""The description of the API is whole, valid, and made of the same declarations that the API works by."""

import json
import re
import shlex
from html import unescape

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from iotdash.lib.rest import samples, schemas
from iotdash.lib.rest.describing import description
from iotdash.lib.rest.operations import ERRORS
from iotdash.organizations.rest.views import Nothing


def operations():
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(path, method, operation, id=f"{method} {path}")


def contents():
    """Every schema that a body or an answer is described by."""
    for each in operations():
        path, method, operation = each.values
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                yield pytest.param(content["schema"], id=f"{method} {path} {status}")
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield pytest.param(content["schema"], id=f"{method} {path} body")


def test_it_is_valid_openapi():
    validate_schema(description())
    assert description()["openapi"] == "3.1.0"


@pytest.mark.parametrize("name", schemas.everything())
def test_every_named_schema_is_a_schema_and_its_examples_fit(name):
    schema = schemas.whole(name)
    Draft202012Validator.check_schema(schema)
    for example in schema.get("examples", ()):
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(example)


@pytest.mark.parametrize("schema", list(contents()))
def test_every_example_that_is_shown_fits(schema):
    whole = {**schema, "components": {"schemas": schemas.everything()}}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(samples.of(schema))


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_operation_says_what_it_is_and_who_may(path, method, operation):
    assert operation["summary"]
    assert operation["x-least-role"]
    assert operation["operationId"][0].islower()


def described_views(patterns, before=""):
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from described_views(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern) and before == "api/v0002/":
            yield str(each.pattern), each.callback


def test_answers_say_which_headers_they_have():
    answers = description()["paths"]["/device/types/{type_id}/devices"]["post"]["responses"]
    assert {status: [*answer.get("headers", ())] for status, answer in answers.items() if "headers" in answer} == {
        "201": ["Location"],
        "401": ["WWW-Authenticate"],
        "429": ["Retry-After"],
    }
    assert answers["201"]["headers"]["Location"]["required"]


def test_a_path_takes_what_stands_between_its_slashes_as_a_whole():
    parameters = description()["paths"]["/device/types/{type_id}/devices/{device_id}"]["get"]["parameters"]
    patterns = {each["name"]: each["schema"]["pattern"] for each in parameters if each["in"] == "path"}
    assert set(patterns) == {"type_id", "device_id"}
    for pattern in patterns.values():
        assert [bool(re.search(pattern, text)) for text in ("p1", ".", "~..", "a/b", "~.x", "")] == [1, 1, 1, 0, 0, 0]


def test_every_path_of_the_api_is_described_or_repeats_one_that_is():
    described = set(description()["paths"])
    for route, view in described_views(get_resolver().url_patterns):
        klass = getattr(view, "cls", None)
        if klass is Nothing or klass is None or route.endswith("/") or route.startswith("devices/types/"):
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        assert path in described, route


def test_programs_get_it_without_signing_in(client, db):
    answer = client.get("/api/v0002/openapi.json")
    assert answer.json()["paths"].keys() == description()["paths"].keys()


def test_people_get_it_as_a_page(reader_client, organization):
    page = reader_client.get(f"/{organization.public_id}/api/").content.decode()
    for path, _, operation in (each.values for each in operations()):
        assert path in page
        assert f'id="{operation["operationId"]}"' in page


def page_of(client, organization, query: str = "") -> str:
    answer = client.get(f"/{organization.public_id}/api/{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_every_operation_has_a_line_for_curl_at_the_organizations_own_address(reader_client, organization, settings):
    page = page_of(reader_client, organization)
    at = f"{settings.PUBLIC_URL}/{organization.public_id}/api/v0002"
    for path, method, operation in (each.values for each in operations()):
        line = page.partition(f'"{operation["operationId"]} with curl" data-copy-value>')[2].partition("</pre>")[0]
        words = shlex.split(line.replace("\\\n", " "))
        assert words[:3] == ["curl", "--user", "$KEY:$TOKEN"]
        [address] = [word for word in words if word.startswith("http")]
        route = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert re.fullmatch(f"{re.escape(at)}{route}", address.partition("?")[0]), address
        assert ("--request" in words) is (method != "get")
        assert "=START" not in address
        assert "=DEVICEID" not in address
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert json.loads(words[words.index("--data") + 1]) == samples.of(schema)
        named = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
        assert ("Idempotency-Key: MY-OWN-TEXT" in words) is named


def test_every_link_of_the_page_to_itself_arrives(reader_client, organization):
    page = page_of(reader_client, organization)
    ids = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="(?:[^"#]*/api/)?#([^"]+)"', page))
    assert {"signing-in", "errors", "devices", "schemas", "schema-Device", "updateDevice"} <= links
    assert links <= ids | {"main"}
    assert {f"schema-{name}" for name in schemas.everything()} <= ids


def test_what_holds_for_all_is_told_once(reader_client, organization, settings):
    settings.IOTDASH_REST_PER_SECOND = 37
    page = page_of(reader_client, organization)
    assert page.count("37 requests a second") == 1
    assert page.count(ERRORS[503]) == 1
    assert f"WIOTP_AUTH_KEY=a-{organization.public_id}-…" in page


def test_operations_are_searched_for_in_the_address_alone_as_well(reader_client, organization):
    page = page_of(reader_client, organization, "?q=PUT+fwversion")
    found = re.findall(r'class="api-body" id="(\w+)"', page)
    assert {"updateDevice", "updateDeviceType"} <= set(found)
    assert "setLocation" not in found
    page = page_of(reader_client, organization, "?q=put+devices+metadata")
    assert 'id="updateDevice"' in page
    assert 'id="getDevice"' not in page
    assert '<details class="api-entry" open>' in page
    assert "Nothing matches" in page_of(reader_client, organization, "?q=nothing-like-it")


def test_programs_and_people_get_it_compressed(reader_client, organization):
    for path in ("/api/v0002/openapi.json", f"/{organization.public_id}/api/"):
        answer = reader_client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.content) < 40_000


def test_every_member_finds_it_in_the_navigation(reader_client, organization):
    page = reader_client.get(f"/{organization.public_id}/").content.decode()
    assert f'href="/{organization.public_id}/api/"' in page
