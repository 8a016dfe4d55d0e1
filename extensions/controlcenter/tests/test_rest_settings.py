import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.controlcenter.address import DomainIdError, parse_domain_id
from extensions.controlcenter.settings import (
    account_key,
    derived,
    endpoint,
    protocol_of,
    settings_problems,
    settings_schema,
    settings_warnings,
)

GOOD = {"username": "fleet-reader", "access_key": "key", "domain_id": "restapi3.jasper.com"}
REST3 = "https://restapi3.jasper.com/rws/api/v1"


def problems(**changes):
    return dict(settings_problems({**GOOD, **changes}))


@pytest.mark.parametrize(
    "domain_id",
    [
        "restapi3.jasper.com",
        " RESTAPI3.jasper.com. ",
        "restapi3.jasper.com/",
        "restapi3.jasper.com:443",
        "https://restapi3.jasper.com",
        "https://restapi3.jasper.com:443/rws",
        "https://restapi3.jasper.com/rws/api/v1",
        "https://restapi3.jasper.com/rws/api/v1/",
    ],
)
def test_a_host_or_an_address_give_the_same_endpoint_and_account(domain_id):
    settings = {**GOOD, "domain_id": domain_id}

    assert endpoint(settings) == REST3
    assert account_key(settings) == account_key(GOOD)
    assert problems(domain_id=domain_id) == {}


def test_another_port_or_user_is_another_account():
    keys = {
        account_key(GOOD),
        account_key({**GOOD, "domain_id": "restapi3.jasper.com:8443"}),
        account_key({**GOOD, "username": "other"}),
        account_key({**GOOD, "domain_id": "restapi7.jasper.com"}),
    }

    assert len(keys) == 4


def test_a_new_key_of_the_same_user_is_the_same_account():
    assert account_key({**GOOD, "access_key": "another"}) == account_key(GOOD)


@pytest.mark.parametrize(
    "domain_id", ["127.0.0.1:8123", "https://[::1]:8123", "localhost:8123", "http://sim-sandbox:8123"]
)
def test_ports_and_literal_addresses_are_kept(domain_id):
    assert ":8123/rws/api/v1" in endpoint({**GOOD, "domain_id": domain_id})


@pytest.mark.parametrize(
    "domain_id",
    [
        "",
        "19",
        "jasper",
        "two words",
        "ftp://restapi3.jasper.com",
        "https://",
        "https://user:secret@restapi3.jasper.com",
        "user@restapi3.jasper.com",
        "https://restapi3.jasper.com/provision/login",
        "https://restapi3.jasper.com/rws/api/v2",
        "https://restapi3.jasper.com/?next=/",
        "https://restapi3.jasper.com/#top",
        "restapi3.jasper.com:99999",
        "restapi3.jasper.com:port",
        "restapi3.jasper.com:0",
        "https://[::1",
        "-restapi.jasper.com",
        "restapi3..com",
        "réseau.jasper.com",
        "https://restapi3.jasper.com\\@evil.example",
    ],
)
def test_what_is_no_address_is_refused_in_words(domain_id):
    assert problems(domain_id=domain_id)["domain_id"].endswith(".")
    assert endpoint({**GOOD, "domain_id": domain_id}) == ""
    assert account_key({**GOOD, "domain_id": domain_id})


@given(st.text(max_size=60))
def test_any_text_gives_an_address_or_a_sentence(text):
    try:
        address = parse_domain_id(text)
    except DomainIdError as error:
        sentence = str(error)
    else:
        sentence = f"It is {address.host}."
        assert not set("@/ ") & set(address.host)
    assert sentence.endswith(".")


def test_plain_http_is_refused_but_where_this_installation_allows_it(settings):
    settings.IOTDASH_OUTBOUND_ALLOW_LOOPBACK = True
    settings.IOTDASH_OUTBOUND_ALLOW = ["sim-sandbox"]

    assert problems(domain_id="http://127.0.0.1:8123") == {}
    assert problems(domain_id="http://sim-sandbox:8123") == {}
    assert "https://" in problems(domain_id="http://restapi3.jasper.com")["domain_id"]


def test_plain_http_to_loopback_is_refused_where_that_is_not_allowed(settings):
    settings.IOTDASH_OUTBOUND_ALLOW_LOOPBACK = False

    assert "https://" in problems(domain_id="http://127.0.0.1:8123")["domain_id"]


@pytest.mark.parametrize(
    ("domain_id", "protocol"),
    [
        ("restapi19.att.com", "rest"),
        ("rws-jpotest.jasper.com", "rest"),
        ("api.10646.cn", "rest"),
        ("api.jasper.com", "soap"),
        ("https://api.jasperwireless.com", "soap"),
        ("https://api.10646.cn/ws/service/terminal", "soap"),
        ("https://api.jasper.com/rws/api/v1", "rest"),
        ("http://127.0.0.1:8123", "rest"),
    ],
)
def test_the_protocol_is_preset_from_the_host(domain_id, protocol):
    assert protocol_of({"domain_id": domain_id}) == protocol_of({"domain_id": domain_id, "protocol": ""}) == protocol


def test_a_chosen_protocol_stands():
    assert protocol_of({"domain_id": "api.jasper.com", "protocol": "rest"}) == "rest"
    assert endpoint({"domain_id": "api.10646.cn", "protocol": "soap"}) == "https://api.10646.cn/ws/service"


@pytest.mark.parametrize("changes", [{"protocol": "soap"}, {"domain_id": "api.jasper.com"}])
def test_soap_needs_the_users_password_too(changes):
    assert "password" in problems(**changes)["password"]
    assert "password" in problems(**changes, password="")["password"]
    assert problems(**changes, password="secret") == {}


def test_rest_needs_no_password():
    assert problems() == problems(password="") == {}


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "+08:00", "-03:30", "", "UTC"])
def test_time_zones_by_name_or_offset(zone):
    assert problems(time_zone=zone) == {}


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "/etc/passwd", "Europe", "+8", "+15:00", "../UTC", "x" * 300])
def test_a_time_zone_that_is_not_known_is_refused(zone):
    assert "time_zone" in problems(time_zone=zone)


def test_a_colon_in_the_user_name_is_refused_where_it_would_end_it():
    assert "colon" in problems(username="a:b")["username"]
    assert problems(username="a:b", protocol="soap", password="secret") == {}


def test_the_consoles_host_is_warned_about():
    assert "console" in settings_warnings({**GOOD, "domain_id": "kpn.jasper.com"})[0]
    for host in ("restapi3.jasper.com", "api-cj.jasper.com", "rws-jpotest.jasper.com", "api.10646.cn", "x"):
        assert settings_warnings({**GOOD, "domain_id": host}) == ()


def test_the_schema_takes_what_it_says_and_nothing_else():
    schema = settings_schema("restapi3.jasper.com")
    validator = jsonschema.Draft202012Validator(schema)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert validator.is_valid(GOOD)
    assert validator.is_valid({**GOOD, "protocol": "soap", "password": "x", "time_zone": "UTC"})
    assert not validator.is_valid({**GOOD, "protocol": "smtp"})
    assert not validator.is_valid({**GOOD, "surprise": 1})
    for name in ("username", "access_key", "domain_id"):
        assert not validator.is_valid({key: value for key, value in GOOD.items() if key != name})


def test_secrets_and_the_address_are_marked():
    rules = settings_schema("restapi3.jasper.com")["properties"]

    assert {name for name, rule in rules.items() if rule.get("writeOnly")} == {"password", "access_key", "push_secret"}
    assert {name for name, rule in rules.items() if rule.get("x-address")} == {"domain_id"}


@pytest.mark.parametrize(
    ("domain_id", "words"),
    [
        ("restapi3.jasper.com", {"protocol": "REST, from the domain ID"}),
        ("api.jasperwireless.com", {"protocol": "SOAP, from the domain ID"}),
        ("", {}),
    ],
)
def test_what_follows_from_the_domain_id_is_told(domain_id, words):
    assert derived({**GOOD, "domain_id": domain_id}) == words
