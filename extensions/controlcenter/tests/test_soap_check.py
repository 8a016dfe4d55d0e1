from datetime import UTC, datetime, timedelta

import pytest
from soap_spec import ICCID, LICENCE_KEY, PASSWORD, TERMINAL, fault_xml, fields, ids_xml, reply_xml, serve

from extensions.controlcenter import soap_sims
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    PermissionDenied,
    ProviderError,
    Throttled,
)

NOW = datetime(2017, 3, 15, 10, 0, tzinfo=UTC)


def refusal(context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        soap_sims.check(context)
    return caught.value


@pytest.mark.parametrize("changed", [[], [ICCID]])
def test_a_read_proves_user_and_licence_key_and_says_so(httpserver, soap_context, changed):
    inside = ids_xml("iccids", "iccid", changed)
    serve(httpserver, TERMINAL, reply_xml("GetModifiedTerminals", inside), operation="GetModifiedTerminals")

    proof = soap_sims.check(soap_context)

    host = f"localhost:{httpserver.port}"
    assert proof.sentence == f"The user fleet-reader and the licence key are accepted by {host}."
    assert proof.facts["Endpoint"] == f"http://{host}/ws/service"
    assert all(fact in proof.facts["Proved"] for fact in ("user name", "password", "licence key"))
    assert len(httpserver.log) == 1


def test_it_asks_for_a_near_past_so_that_the_answer_is_small(httpserver, soap_context):
    serve(httpserver, TERMINAL, reply_xml("GetModifiedTerminals"))

    soap_sims.check(soap_context)

    [(name, since)] = fields(httpserver.log[0][0])
    assert name == "since"
    assert timedelta(0) < NOW - datetime.fromisoformat(since) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("400100", AuthRejected, "licence key"),
        ("400200", AuthRejected, "user name and password"),
        ("400201", PermissionDenied, "another account"),
        ("400101", Throttled, "no more calls"),
    ],
)
def test_what_is_wrong_with_the_credentials_is_told_apart(httpserver, soap_context, code, kind, words):
    serve(httpserver, TERMINAL, fault_xml(code, "In its words."), status=500)

    error = refusal(soap_context)

    assert type(error) is kind
    assert words in error.sentence
    assert (error.code, error.words) == (code, "In its words.")


def test_an_empty_password_is_for_the_provider_to_refuse(httpserver, rest_context):
    serve(httpserver, TERMINAL, fault_xml("400200"), status=500)

    assert isinstance(refusal(rest_context(password="")), AuthRejected)


def test_the_consoles_html_404_is_a_wrong_domain_id(httpserver, soap_context):
    httpserver.expect_request(TERMINAL).respond_with_data("<html>404</html>", status=404, content_type="text/html")

    error = refusal(soap_context)

    assert isinstance(error, CannotConnect)
    assert "wrong domain ID" in error.sentence


@pytest.mark.parametrize("page", ["<!DOCTYPE html><title>Sign in</title>", "\ufeff\n<HTML><body/></HTML>"])
@pytest.mark.parametrize("status", [200, 404, 405])
def test_any_page_in_its_place_is_a_wrong_domain_id(httpserver, soap_context, page, status):
    httpserver.expect_request(TERMINAL).respond_with_data(page.encode(), status=status)

    assert "wrong domain ID" in refusal(soap_context).sentence


def test_a_redirect_to_a_sign_in_page_is_a_wrong_domain_id_and_not_followed(httpserver, soap_context):
    httpserver.expect_request(TERMINAL).respond_with_data("", status=302, headers={"Location": "/login"})

    assert "wrong domain ID" in refusal(soap_context).sentence
    assert len(httpserver.log) == 1


def test_nobody_there_cannot_be_connected_to(nobody_context):
    error = refusal(nobody_context)

    assert isinstance(error, CannotConnect)
    assert "Check the domain ID" in error.sentence


@pytest.mark.parametrize("domain_id", ["https://169.254.169.254", "http://api.jasper.com", "jasper"])
def test_addresses_that_are_none_or_not_allowed_are_not_called(rest_context, domain_id):
    assert isinstance(refusal(rest_context(domain_id=domain_id)), CannotConnect)


def test_an_echo_of_the_request_is_no_proof(httpserver, soap_context):
    answer = reply_xml("GetModifiedTerminals").replace("TerminalsResponse", "TerminalsRequest")
    serve(httpserver, TERMINAL, answer)

    assert isinstance(refusal(soap_context), BadResponse)


def test_secrets_do_not_come_back_in_the_words(httpserver, soap_context):
    words = f"Key {LICENCE_KEY} or {PASSWORD} is wrong"
    serve(httpserver, TERMINAL, fault_xml("400200", words), status=500)

    error = refusal(soap_context)

    assert error.words == "Key … or … is wrong"
    assert LICENCE_KEY not in f"{error} {error.args}"
