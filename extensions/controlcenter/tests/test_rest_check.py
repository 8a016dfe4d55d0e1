import base64
import json
import re
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from rest_spec import API, HTML_404, error_json
from werkzeug import Request, Response

from extensions.controlcenter.provider import ControlCenter
from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, PermissionDenied

ECHO = re.compile(f"{API}/echo/[0-9a-f]+")


def echo(httpserver: HTTPServer, change: Callable[[str], str] = lambda word: word) -> None:
    def answer(request: Request) -> Response:
        word = request.path.rpartition("/")[2]
        return Response(json.dumps({"context": change(word)}), content_type="application/json")

    httpserver.expect_request(ECHO, method="GET").respond_with_handler(answer)


def refusal(context) -> Exception:
    with pytest.raises((AuthRejected, BadResponse, CannotConnect, PermissionDenied)) as caught:
        ControlCenter().check(context)
    return caught.value


def test_an_echo_proves_host_user_and_key(httpserver, context):
    echo(httpserver)

    proof = ControlCenter().check(context)

    host = f"localhost:{httpserver.port}"
    assert proof.sentence == f"The key of fleet-reader is accepted by {host}."
    assert proof.facts["Endpoint"] == f"http://{host}/rws/api/v1"
    assert len(httpserver.log) == 1


def test_each_check_echoes_another_word(httpserver, context):
    echo(httpserver)

    ControlCenter().check(context)
    ControlCenter().check(context)

    first, second = (request.path for request, _ in httpserver.log)
    assert first != second


def test_the_request_carries_user_and_key_and_asks_for_json(httpserver, rest_context):
    echo(httpserver)

    ControlCenter().check(rest_context(username=" łódź ", access_key="key with ü\n"))

    request = httpserver.log[0][0]
    scheme, _, credentials = request.headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credentials).decode() == "łódź:key with ü"
    assert request.headers["Accept"] == "application/json"


def test_a_wrong_word_back_is_an_unusable_answer(httpserver, context):
    echo(httpserver, change=lambda word: word.upper() + "x")

    assert isinstance(refusal(context), BadResponse)


def test_bad_credentials_are_told_in_the_providers_words(httpserver, context):
    body = {"errorMessage": "Invalid credentials", "errorCode": "10000001"}
    httpserver.expect_request(ECHO).respond_with_json(body, status=401)

    error = refusal(context)

    assert isinstance(error, AuthRejected)
    assert (error.code, error.words) == ("10000001", "Invalid credentials")
    assert not error.retry_helps


def test_a_role_that_is_not_enough_is_not_bad_credentials(httpserver, context):
    httpserver.expect_request(ECHO).respond_with_json(error_json("10000030"), status=400)

    assert isinstance(refusal(context), PermissionDenied)


def test_the_consoles_html_404_is_a_wrong_domain_id(httpserver, context):
    httpserver.expect_request(ECHO).respond_with_data(HTML_404, status=404, content_type="text/html")

    error = refusal(context)

    assert isinstance(error, CannotConnect)
    assert "wrong domain ID" in error.sentence


def test_a_redirect_to_a_sign_in_page_is_a_wrong_domain_id_and_not_followed(httpserver, context):
    httpserver.expect_request(ECHO).respond_with_data("", status=302, headers={"Location": "/login"})

    assert "wrong domain ID" in refusal(context).sentence
    assert len(httpserver.log) == 1


def test_nobody_there_cannot_be_connected_to(nobody_context):
    error = refusal(nobody_context)

    assert isinstance(error, CannotConnect)
    assert "Check the domain ID" in error.sentence
    assert error.retry_helps


def test_an_inner_address_is_not_called(rest_context):
    error = refusal(rest_context(domain_id="https://169.254.169.254"))

    assert isinstance(error, CannotConnect)
    assert "metadata address" in error.sentence


def test_plain_http_to_elsewhere_is_not_called(rest_context):
    error = refusal(rest_context(domain_id="http://restapi3.jasper.com"))

    assert "https" in error.sentence


def test_a_domain_id_that_is_no_address_is_told_so(rest_context):
    assert "host name" in refusal(rest_context(domain_id="jasper")).sentence
