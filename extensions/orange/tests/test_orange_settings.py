"""Settings and device part: what is refused, in words, and what is only warned about."""

from datetime import UTC, datetime

import pytest

from extensions.orange.manifest import MANIFEST
from extensions.orange.settings import DEFAULT_BASE

NOW = datetime(2017, 3, 15, 10, tzinfo=UTC)
USER = {"username": "fleet-reader", "password": "secret"}


@pytest.mark.parametrize(
    ("typed", "endpoint"),
    [
        ("", "https://iosw-ba.orange.com/MLM/"),
        ("  ", "https://iosw-ba.orange.com/MLM/"),
        (DEFAULT_BASE, "https://iosw-ba.orange.com/MLM/"),
        ("https://iosw-ba.orange.com:443/MLM_EXT_IMC/", "https://iosw-ba.orange.com/MLM_EXT_IMC/"),
        ("IOSW-BA.orange.com/MLM", "https://iosw-ba.orange.com/MLM/"),
        ("https://iosw-ba.orange.com/MLM/ConnectivityDirectory-1", "https://iosw-ba.orange.com/MLM/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/MLM/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x/"),
    ],
)
def test_where_an_account_is_called(typed, endpoint):
    settings = USER | {"base_url": typed}
    assert MANIFEST.endpoint(settings) == endpoint
    assert MANIFEST.settings_problems(settings) == ()


@pytest.mark.parametrize(
    "typed",
    [
        *("not a host", "https://", "ftp://orange.example", "https://orange.example:99999", "https://-"),
        *("https://me:secret@orange.example", "https://orange.example/?x", "https://orange.example/#x"),
        *("http://orange.example/MLM/", "http://10.0.0.1/", "https://orange..example"),
    ],
)
def test_an_address_that_is_not_taken(typed):
    [(field, sentence)] = MANIFEST.settings_problems(USER | {"base_url": typed})
    assert field == "base_url"
    assert "secret" not in sentence


def test_a_user_name_with_a_colon_would_end_there():
    [(field, _)] = MANIFEST.settings_problems({"username": "a:b", "password": "x"})
    assert field == "username"


def test_one_account_is_the_same_however_its_address_is_written():
    keys = {MANIFEST.account_key(USER | {"base_url": typed}) for typed in ("", DEFAULT_BASE, "iosw-ba.orange.com/MLM")}
    assert len(keys) == 1
    assert MANIFEST.account_key(USER | {"base_url": "https://iosw-ba.orange.com/MLM_EXT_IMC/"}) not in keys
    assert MANIFEST.account_key(USER | {"username": "other"}) not in keys


@pytest.mark.parametrize(
    ("settings", "sims", "allowed"), [({}, 0, 1000), ({}, 1000, 4000), ({"monthly_calls": 500}, 1000, 500)]
)
def test_the_quota_is_the_contracts_or_that_of_2017(settings, sims, allowed):
    quota = MANIFEST.provider.quota(settings, sims, NOW)
    assert quota.allowed == allowed
    assert (quota.begins.isoformat(), quota.ends.isoformat()) == (
        "2017-03-01T00:00:00+01:00",
        "2017-04-01T00:00:00+02:00",
    )


@pytest.mark.parametrize("value", ["9900000000010", "9900000000028", "9900000000011"])
def test_thirteen_digits_are_a_serial_number(value):
    assert MANIFEST.device_problems({"serialnumber": value}) == ()
    assert bool(MANIFEST.warnings({"serialnumber": value})) == (value == "9900000000011")


@pytest.mark.parametrize(
    "typed", ["89330199000000000120", "8933019900000000012", "8933 0199 0000 0000 0120", 89330199000000000120]
)
def test_an_iccid_is_refused_with_its_serial_number(typed):
    [(field, sentence)] = MANIFEST.device_problems({"serialnumber": typed})
    assert field == "serialnumber"
    assert sentence == 'This is an ICCID. Its serial number is "9900000000010": type that instead.'


def test_an_iccid_of_another_prefix_is_converted_with_a_doubt():
    [(_, sentence)] = MANIFEST.device_problems({"serialnumber": "89320199000000000120"})
    assert "If Orange numbers cards with 893201" in sentence
    assert '"9900000000010": compare' in sentence


@pytest.mark.parametrize("typed", ["89330199000000000130", "89330199000000000210", "8933019900000000013"])
def test_a_mistyped_iccid_is_not_converted_into_a_number_that_fits(typed):
    [(_, sentence)] = MANIFEST.device_problems({"serialnumber": typed})
    assert "check digit does not fit" in sentence
    assert "serial number" not in sentence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (9900000000010, "quotation marks"),
        (9.9e12, "rounded"),
        ("9.90000E+12", "spreadsheet"),
        ("9900 000 000 010", "without spaces"),
        ("990000000001", "13 digits"),
        ("99000000000100", "13 digits"),
        (990000000001, "13 digits"),
        ("990000000001O", "13 digits"),
        ("\uff19\uff1900000000010", "13 digits"),
        ("9900000000010\n", "without spaces"),
        ("", "13 digits"),
        (True, "13 digits"),
        ([], "13 digits"),
    ],
)
def test_what_else_is_no_serial_number(value, words):
    [(_, sentence)] = MANIFEST.device_problems({"serialnumber": value})
    assert words in sentence
    assert MANIFEST.warnings({"serialnumber": value}) == ()


def test_no_value_at_all_is_for_the_schema_to_say():
    assert MANIFEST.device_problems({}) == MANIFEST.warnings({}) == ()


def test_it_only_reads():
    provider = MANIFEST.provider
    assert provider.supports == {"inventory", "sim"}
    assert provider.settable_states == ()
