"""What every carrier on Control Center gets by the dialect's parts of its manifest."""

import pytest

from extensions.controlcenter.parts import manifest_parts
from extensions.core.contract import Manifest


@pytest.fixture(scope="module")
def carrier() -> Manifest:
    own = {"slug": "carrier", "device_key": "carrier", "name": "Carrier", "summary": "Made up.", "life_cycle": "None."}
    return Manifest(**own, **manifest_parts(rest_host="rest.carrier.test"))


@pytest.mark.parametrize("mangled", ["8.98820E+18", "898820000000000", "8988200000000000000"])
def test_an_iccid_that_a_spreadsheet_mangled_is_refused(carrier, mangled):
    [(field, sentence)] = carrier.device_problems({"iccid": mangled})
    assert (field, mangled in sentence) == ("iccid", True)


def test_a_check_digit_that_does_not_fit_is_warned_about_and_not_refused(carrier):
    typed = {"iccid": "8988200000000000015"}
    assert carrier.device_problems(typed) == ()
    assert "Luhn" in carrier.warnings(typed)[0]
    assert carrier.warnings({"iccid": "8988200000000000014"}) == ()


def test_protocol_and_endpoint_follow_from_the_domain_id(carrier):
    for host, protocol, path in (
        ("restapi3.jasper.com", "REST", "/rws/api/v1"),
        ("api.jasper.com", "SOAP", "/ws/service"),
    ):
        assert carrier.derived({"domain_id": host}) == {"protocol": f"{protocol}, from the domain ID"}
        assert carrier.endpoint({"domain_id": host}) == f"https://{host}{path}"


def test_the_host_of_the_console_is_warned_about(carrier):
    assert "console" in carrier.settings_warnings({"domain_id": "kpn.jasper.com"})[0]


def test_five_calls_a_second_one_at_a_time(carrier):
    assert (carrier.lane.per_second, carrier.lane.in_flight) == (5, 1)
