"""What the service of an extension sends by itself: nothing is kept that it did not prove, and no garbage breaks it."""

import base64
import json
from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from extensions.core import inbound
from extensions.core.contract import InboundRefused
from extensions.core.models import ExtensionConfig, InboundEvent
from extensions.core.services import configurations
from tests.contract.rehearsing import leaks, secrets_of

pytestmark = [pytest.mark.django_db, pytest.mark.sends]

ADDRESS = "https://iot.example.com/hooks/1-00"
KINDS = ["application/json", "application/x-www-form-urlencoded", "text/xml", "multipart/form-data; boundary=x", ""]
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=100).map(lambda text: text.encode(errors="surrogatepass")),
    VALUES.map(lambda value: json.dumps(value).encode() + b"\r\n"),
    st.sampled_from([b"", b"[" * 5000, b'{"a":' * 5000, ENTITIES, b"a=%ff&a=%00&b", b"--x\r\n\r\n--x--", b"[{}]\r\n"]),
)
# What WSGI makes of a header: characters of Latin-1, none of control.
HEADERS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), max_size=120),
    st.binary(max_size=90).map(lambda raw: base64.b64encode(raw).decode()),
    st.integers().map(str),
)


class Noting(dict):
    """Headers that are all there, and note which of them are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return True

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return "1763900000"

    def get(self, name: str, default: object = None) -> str:
        return self[name]


@pytest.fixture
def typed(manifest, variant):
    """Settings as somebody typed them."""
    return dict(variant.settings("http://127.0.0.1:1"))


@pytest.fixture
def config(manifest, typed, organization, source) -> ExtensionConfig:
    return configurations.add(organization, manifest, "The service", typed, source)


def asked_headers(manifest, settings) -> list[str]:
    """Those that it looks at before it believes anything."""
    headers = Noting()
    with pytest.raises(InboundRefused):
        manifest.inbound.parse("POST", headers, b"[]", settings)
    return sorted(headers.asked)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(data=st.data())
def test_what_the_service_did_not_prove_is_refused_and_not_kept(manifest, typed, config, settings, data):
    settings.IOTDASH_INBOUND_PER_MINUTE = 10**6
    path = "/" + inbound.address_of(config).split("/", 3)[3]
    names = [f"HTTP_{name.upper().replace('-', '_')}" for name in asked_headers(manifest, typed)]
    headers = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, HEADERS)))
    body, kind = data.draw(BODIES), data.draw(st.sampled_from(KINDS))
    response = Client().generic("POST", path, body, content_type=kind, **headers)
    assert (response.status_code, InboundEvent.objects.count()) == (403, 0)


@pytest.mark.usual_variant
def test_what_it_proved_is_kept_and_what_somebody_else_proved_is_not(manifest, typed, organization, source):
    sends = manifest.sandbox().sends
    sent, of_another = sends(typed), sends(typed)
    config = configurations.add(organization, manifest, "The service", dict(sent.settings), source)
    unsigned = replace(sent, headers={"Content-Type": sent.headers["Content-Type"]}, body=b"{}")
    for forged in (of_another, unsigned):
        assert (posted(config, forged), InboundEvent.objects.count()) == (403, 0)
    assert posted(config, sent) < 300
    assert InboundEvent.objects.count() == 1


def posted(config, sent) -> int:
    headers = {name: value for name, value in sent.headers.items() if name != "Content-Type"}
    path = "/" + inbound.address_of(config).split("/", 3)[3]
    answer = Client().generic("POST", path, sent.body, content_type=sent.headers["Content-Type"], headers=headers)
    return answer.status_code


def test_what_is_to_be_pasted_at_the_service_is_said_without_secrets(manifest, typed, config):
    lines = list(manifest.inbound.guide(ADDRESS, config.settings))
    assert all(isinstance(text, str) and text for line in lines for text in line)
    assert {len(line) for line in lines} <= {2}
    assert leaks(secrets_of(manifest, typed), lines) == []
    assert not lines or ADDRESS in [value for _, value in lines]


def test_it_sends_with_some_settings(manifest):
    variants = manifest.sandbox().variants.values()
    guides = [manifest.inbound.guide(ADDRESS, each.settings("http://127.0.0.1:1")) for each in variants]
    assert [guide for guide in guides if guide]


def test_its_limit_of_a_message_is_one_that_a_process_can_hold(manifest):
    assert 0 < manifest.inbound.max_body <= 5_000_000
