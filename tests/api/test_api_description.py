"""The description of the API is whole, valid, and made of the same declarations that the API works by."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from iotdash.lib.rest import samples, schemas
from iotdash.lib.rest.describing import description
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
