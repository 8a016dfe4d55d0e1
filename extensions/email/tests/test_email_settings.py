"""The settings of the three methods: what the schema and our own rules refuse, warn of, and make of them."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from email_world import API_KEY
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from extensions.core.contract import ProviderError
from extensions.email.manifest import MANIFEST
from extensions.email.settings import api_account, server_account
from iotdash.lib.schema_forms import variant_schema

SENDER = {"sender_name": "Site Admin", "sender_address": "admin@example.com"}
KEY = {"method": "sendgrid_key", **SENDER, "api_key": API_KEY}
SMTP = {"method": "smtp", **SENDER, "host": "smtp.example.com", "port": 587, "security": "starttls"}
SIGNED_IN = SMTP | {"username": "postmaster", "password": "secret"}
USERNAME = SIGNED_IN | {"method": "sendgrid_username", "host": "smtp.sendgrid.net", "username": "apikey"}
VALID = Draft202012Validator(MANIFEST.settings_schema)
WEBHOOK_KEY = ec.generate_private_key(ec.SECP256R1()).public_key()
PEM = WEBHOOK_KEY.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def problems(settings) -> set[str]:
    """Fields that are refused by the schema or by us."""
    schema = variant_schema(MANIFEST.settings_schema, settings)
    by_schema = {
        str(error.path[0]) if error.path else "" for error in Draft202012Validator(schema).iter_errors(settings)
    }
    assert bool(by_schema) == (not VALID.is_valid(settings))
    return by_schema | {field for field, _ in MANIFEST.settings_problems(settings)}


def test_the_methods_have_exactly_their_names():
    choices = MANIFEST.settings_schema["properties"]["method"]["oneOf"]
    assert [choice["title"] for choice in choices] == ["SendGrid with API key", "SMTP", "SendGrid with username"]


@pytest.mark.parametrize(
    "settings",
    [
        KEY,
        KEY | {"region": "eu", "webhook_key": PEM, "api_address": "https://sandbox.example.com/"},
        KEY | {"sender_name": ""},
        KEY | {"api_address": "http://127.0.0.1:8080"},
        KEY | {"api_address": "http://[::1]:8080"},
        SMTP,
        SIGNED_IN,
        SIGNED_IN | {"port": 465, "security": "tls"},
        SMTP | {"security": "none"},
        SIGNED_IN | {"security": "none", "host": "localhost"},
        SIGNED_IN | {"security": "none", "host": "127.0.0.1"},
        SIGNED_IN | {"security": "none", "host": "::1"},
        SMTP | {"host": "mail_server"},
        SMTP | {"host": "bücher.example"},
        SMTP | {"sender_address": "admin@bücher.example"},
        USERNAME,
    ],
)
def test_good_settings_are_taken(settings):
    assert problems(settings) == set()


def test_a_private_authority_is_taken(ca_pem):
    assert problems(SIGNED_IN | {"ca_pem": f"\n{ca_pem}\n"}) == set()


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (KEY | {"sender_name": "Admin\r\nBcc: all@example.com"}, "sender_name"),
        (KEY | {"sender_name": "Admin\x07"}, "sender_name"),
        (KEY | {"sender_name": "see https://evil.example"}, "sender_name"),
        (KEY | {"sender_name": "WWW.evil.example"}, "sender_name"),
        (KEY | {"sender_name": "x" * 81}, "sender_name"),
        (KEY | {"sender_address": "admin"}, "sender_address"),
        (KEY | {"sender_address": ""}, "sender_address"),
        (KEY | {"sender_address": "müller@example.com"}, "sender_address"),
        (KEY | {"sender_address": "a@example.com\nb@example.com"}, "sender_address"),
        (KEY | {"api_key": " \n "}, "api_key"),
        (KEY | {"api_key": "SG.ключ"}, "api_key"),
        (KEY | {"api_address": "api.sendgrid.com"}, "api_address"),
        (KEY | {"api_address": "https://u:p@api.sendgrid.com"}, "api_address"),
        (KEY | {"api_address": "https://api.sendgrid.com/v3"}, "api_address"),
        (KEY | {"api_address": "http://api.sendgrid.com"}, "api_address"),
        (KEY | {"api_address": "ftp://127.0.0.1"}, "api_address"),
        (KEY | {"api_address": "https://[::1"}, "api_address"),
        (KEY | {"api_address": "https://a:99999"}, "api_address"),
        (KEY | {"region": "mars"}, "region"),
        (KEY | {"webhook_key": "no key"}, "webhook_key"),
        (KEY | {"webhook_key": PEM[:-60]}, "webhook_key"),
        (SMTP | {"host": ""}, "host"),
        (SMTP | {"host": "  "}, "host"),
        (SMTP | {"host": "smtp://smtp.example.com"}, "host"),
        (SMTP | {"host": "smtp.example.com:587"}, "host"),
        (SMTP | {"host": "smtp.example.com/x"}, "host"),
        (SMTP | {"host": "a@smtp.example.com"}, "host"),
        (SMTP | {"port": 0}, "port"),
        (SMTP | {"port": 65536}, "port"),
        (SMTP | {"port": "587"}, "port"),
        (SMTP | {"security": "ssl"}, "security"),
        (SMTP | {"username": "postmaster"}, "password"),
        (SMTP | {"password": "secret"}, "username"),
        (SMTP | {"username": " ", "password": "secret"}, "username"),
        (SIGNED_IN | {"username": "post\x00master"}, "username"),
        (SIGNED_IN | {"password": "sec\nret"}, "password"),
        (SIGNED_IN | {"security": "none"}, "security"),
        (SIGNED_IN | {"security": "none", "host": "10.0.0.1"}, "security"),
        (SIGNED_IN | {"security": "none", "host": "localhost.example.com"}, "security"),
        (SIGNED_IN | {"ca_pem": "no certificate"}, "ca_pem"),
        (SIGNED_IN | {"ca_pem": PEM}, "ca_pem"),
        (USERNAME | {"webhook_key": "no key"}, "webhook_key"),
        (USERNAME | {"security": "none"}, "security"),
        (USERNAME | {"port": -1}, "port"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(settings, field):
    assert field in problems(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {**KEY, "host": "smtp.example.com"},
        {**SMTP, "api_key": API_KEY},
        {**USERNAME, "ca_pem": PEM},
        {name: value for name, value in KEY.items() if name != "api_key"},
        {name: value for name, value in USERNAME.items() if name != "password"},
        SENDER,
        {**KEY, "method": "carrier pigeon"},
    ],
)
def test_each_method_has_its_own_fields(settings):
    assert not VALID.is_valid(settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (KEY, ""),
        (KEY | {"api_key": f" {API_KEY}\n"}, ""),
        (KEY | {"api_key": API_KEY[:-1]}, "this one has 68"),
        (KEY | {"api_key": "x" * 69}, "begin with SG."),
        (SMTP, ""),
        (SIGNED_IN | {"username": "somebody"}, ""),
        (USERNAME, ""),
        (USERNAME | {"username": "somebody"}, "enter apikey as user name"),
        (SIGNED_IN | {"host": "SMTP.SendGrid.net."}, "enter apikey as user name"),
        (SIGNED_IN | {"host": "sendgrid.net.example.com"}, ""),
        (USERNAME | {"host": "mail.example.com", "username": "somebody"}, ""),
        (SMTP | {"security": "none"}, "travel in the open"),
        (SMTP | {"security": "none", "host": "localhost"}, ""),
        (SMTP | {"port": 465}, "implicit TLS"),
        (SMTP | {"security": "tls"}, "STARTTLS"),
        (SMTP | {"port": 2525}, ""),
    ],
)
def test_what_is_odd_is_a_warning_and_no_refusal(settings, said):
    warnings = MANIFEST.settings_warnings(settings)
    assert problems(settings) == set()
    assert said in " ".join(warnings)
    assert bool(warnings) == bool(said)
    assert API_KEY[:-1] not in " ".join(warnings)


TEXTS = st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text())
ANYTHING = st.none() | st.booleans() | st.integers() | TEXTS
NAMES = sorted({name for branch in MANIFEST.settings_schema["oneOf"] for name in branch["properties"]} | {*SENDER})


@given(
    method=st.sampled_from(["sendgrid_key", "smtp", "sendgrid_username"]) | ANYTHING,
    others=st.dictionaries(st.sampled_from(NAMES), ANYTHING),
)
def test_whatever_is_asked_about_is_answered(method, others):
    settings = {**others, "method": method}
    for field, words in MANIFEST.settings_problems(settings):
        assert field in {*NAMES, "method"}
        assert words.endswith(".")
    assert all(words.endswith(".") for words in MANIFEST.settings_warnings(settings))
    assert isinstance(MANIFEST.endpoint(settings), str)
    assert isinstance(MANIFEST.account_key(settings), str)
    assert isinstance(MANIFEST.derived(settings), dict)
    assert isinstance(MANIFEST.inbound.guide("https://iotdash.example/", settings), tuple)
    for account in (api_account, server_account):
        try:
            account(settings)
        except ProviderError:
            continue


@pytest.mark.parametrize(
    ("settings", "endpoint"),
    [
        (KEY, "https://api.sendgrid.com"),
        (KEY | {"region": "eu"}, "https://api.eu.sendgrid.com"),
        (KEY | {"api_address": " http://127.0.0.1:8080/ "}, "http://127.0.0.1:8080"),
        (SMTP, "smtp.example.com:587"),
        (USERNAME, "smtp.sendgrid.net:587"),
        (SMTP | {"host": "Bücher.example."}, "xn--bcher-kva.example:587"),
        (SMTP | {"host": "no host"}, ""),
        ({}, ""),
    ],
)
def test_the_endpoint_is_where_mail_goes(settings, endpoint):
    assert MANIFEST.endpoint(settings) == endpoint


def test_what_an_empty_api_address_means_is_told():
    assert MANIFEST.derived(KEY | {"region": "eu", "api_address": "https://sandbox.example.com"}) == {
        "api_address": "https://api.eu.sendgrid.com, from the region"
    }
    assert MANIFEST.derived(SMTP) == {}


def test_accounts_are_told_apart():
    keys = [
        MANIFEST.account_key(settings)
        for settings in (
            KEY,
            KEY | {"region": "eu"},
            KEY | {"sender_address": "other@example.com"},
            SIGNED_IN,
            SIGNED_IN | {"username": "other"},
            SIGNED_IN | {"port": 25},
            USERNAME,
            USERNAME | {"sender_address": "other@example.com"},
        )
    ]
    assert len(set(keys)) == len(keys)
    for same in ({"api_key": "SG.other"}, {"sender_name": "Other"}, {"sender_address": "ADMIN@example.com"}):
        assert MANIFEST.account_key(KEY | same) == MANIFEST.account_key(KEY)
    assert MANIFEST.account_key(SIGNED_IN | {"sender_address": "other@example.com"}) == MANIFEST.account_key(SIGNED_IN)
