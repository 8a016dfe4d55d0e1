"""Check connection: what proves good settings, and what a person is told about each way of getting them wrong."""

import logging
import socket

import pytest

from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, Fault, ProviderError
from tests.contract import hosts, rehearsing
from tests.contract.rehearsing import is_sentence, leaks, secrets_of, told, typed_addresses

# One process runs them all, beside one sandbox.
pytestmark = pytest.mark.xdist_group("contract check")

UNKNOWN_NAME = "no-such-host.invalid"
# A page with status 200 may be any service's; with 404 it is certainly not the one that was meant.
WRONG_HOSTS = {
    "a page instead of the service": (hosts.html("200 OK"), {CannotConnect, BadResponse}),
    "a page that says not found": (hosts.html("404 Not Found"), {CannotConnect}),
    "a redirect to a page": (hosts.html("302 Found\r\nLocation: https://example.com/"), {CannotConnect}),
    "a host that hangs": (hosts.hangs, {CannotConnect}),
    "a host that hangs up": (hosts.hangs_up, {CannotConnect}),
    "a host that speaks no HTTP": (hosts.speaks_no_http, {CannotConnect}),
}
NO_WAY_THERE = {
    "an unknown name": f"https://{UNKNOWN_NAME}",
    "a port that refuses": f"http://127.0.0.1:{hosts.closed_port()}",
    "a private address": "https://10.20.30.40",
    "a link-local address": "https://169.254.169.254",
    "plain HTTP to the world": "http://service.example.com",
}


@pytest.fixture(autouse=True)
def name_server(monkeypatch):
    """Knows nothing but loopback: no test asks the world."""
    real = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        if host in (UNKNOWN_NAME, "service.example.com"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture
def refusal(manifest, caplog):
    """`refusal(settings)` is the error of a check, which tells people enough and nobody a secret."""
    caplog.set_level(logging.DEBUG)

    def of(settings):
        with pytest.raises(ProviderError) as caught:
            check(manifest, settings)
        error = caught.value
        assert is_sentence(error.sentence), error.sentence
        assert not error.may_have_happened
        assert leaks(secrets_of(manifest, settings), told(error), caplog.text) == []
        return error

    return of


def check(manifest, settings):
    return manifest.provider.check(rehearsing.context_of(settings))


def test_good_settings_are_proved_in_a_sentence(manifest, healthy, caplog):
    caplog.set_level(logging.DEBUG)
    before = healthy.control.performed()
    proof = check(manifest, healthy.settings)
    assert is_sentence(proof.sentence)
    assert leaks(secrets_of(manifest, healthy.settings), proof, caplog.text) == []
    assert healthy.control.performed() == before


def test_wrong_credentials_are_told_as_such_in_the_words_of_the_service(manifest, healthy, refusal):
    for what, settings in healthy.wrong_settings.items():
        error = refusal(settings)
        assert (what, type(error)) == (what, AuthRejected)
        assert error.words, f"{what}: the service said why"


def test_an_expired_key_is_a_wrong_key(manifest, healthy, refusal):
    healthy.control.fail(Fault.EXPIRED_KEY)
    assert type(refusal(healthy.settings)) is AuthRejected


@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_another_host_is_told_as_such(manifest, variant, refusal, host):
    handle, expected = WRONG_HOSTS[host]
    with hosts.answering(handle) as url:
        error = refusal(dict(variant.settings(url)))
    assert type(error) in expected


def test_tls_to_a_port_without_it_is_told_as_such(manifest, healthy, refusal):
    settings = dict(healthy.variant.settings(healthy.url.replace("http://", "https://")))
    assert type(refusal(settings)) is CannotConnect


@pytest.mark.parametrize("address", NO_WAY_THERE)
def test_an_address_that_cannot_be_called_is_told_as_such(manifest, variant, refusal, address):
    error = refusal(dict(variant.settings(NO_WAY_THERE[address])))
    assert type(error) is CannotConnect


@pytest.mark.parametrize("text", ["", "  ", "https://", "not a host", "https://user:secret@service.example.com"])
def test_what_is_no_address_is_told_as_such_even_past_the_form(manifest, variant, refusal, text):
    settings = dict(variant.settings("https://service.example.com"))
    addresses = typed_addresses(manifest, settings)
    if not text.strip() and not set(addresses) & set(manifest.settings_schema.get("required", ())):
        pytest.skip("Left empty, the address is that of the service itself.")
    settings |= dict.fromkeys(addresses, text)
    assert type(refusal(settings)) is CannotConnect
