"""Certificates: only trusted ones, for the name that was typed."""

import socket

import pytest

from iotdash.lib.outbound import TlsFailed
from iotdash.lib.outbound.connections import tls_context
from tests.lib.raw_http import answering, session, url


@pytest.fixture
def tls_port(serve, authority):
    def handler(connection):
        with authority.wrap(connection) as secure:
            answering()(secure)

    return serve(handler)


def test_an_untrusted_certificate_is_refused_before_sending(tls_port):
    with pytest.raises(TlsFailed, match="not trusted") as failed:
        session().post(url(tls_port, scheme="https"), data="x")
    assert not failed.value.maybe_sent


def test_verification_cannot_be_switched_off_by_a_caller(tls_port):
    with pytest.raises(TlsFailed):
        session().get(url(tls_port, scheme="https"), verify=False)


def test_a_custom_authority_is_trusted(tls_port, authority):
    answer = session(ca_pem=authority.pem).get(url(tls_port, scheme="https"))
    assert answer.text == "fine"


def test_a_custom_authority_replaces_the_public_ones(tls_port, authority):
    session(ca_pem=authority.pem).get(url(tls_port, scheme="https"))
    assert tls_context(authority.pem).cert_store_stats()["x509"] == 1


def test_name_and_certificate_belong_to_the_name_not_the_address(tls_port, authority, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
    with session(ca_pem=authority.pem) as guarded:
        assert guarded.get(url(tls_port, scheme="https", host="carrier.example")).status_code == 200
        assert authority.names[-1] == "carrier.example"
        with pytest.raises(TlsFailed, match=r"other\.example"):
            guarded.get(url(tls_port, scheme="https", host="other.example"))


@pytest.mark.parametrize("text", ["-----BEGIN CERTIFICATE-----\nnope\n-----END CERTIFICATE-----\n", "Müller", "a\0b"])
def test_a_broken_authority_is_named(text):
    with pytest.raises(TlsFailed, match="PEM"):
        session(ca_pem=text)


def test_words_around_a_certificate_may_have_any_letters(authority):
    assert tls_context(f"subject=O = Müller KG\n{authority.pem}").cert_store_stats()["x509"] == 1
