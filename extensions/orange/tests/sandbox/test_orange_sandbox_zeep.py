"""Other people's client against the sandbox's own WSDL: every operation, in both versions."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import requests
from orange_sandbox_client import DIRECTORY, IDENTIFIERS, LIFECYCLE, NUMBERS, zeep_client
from zeep.exceptions import Fault

from extensions.orange.sandbox.problems import MESSAGES

ACTIVE, SLEEPING, SUSPENDED = "9900000000010", "9900000000028", "9900000000036"
ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
EXCEPTION = "{http://exception.malima.francetelecom.com}"
ENUMERATION = "{http://www.w3.org/2001/XMLSchema}enumeration"


@pytest.fixture
def directory(sandbox):
    return zeep_client(sandbox.url, DIRECTORY, "manager", "pw-m").service


@pytest.fixture
def lifecycle(sandbox):
    return zeep_client(sandbox.url, LIFECYCLE, "manager", "pw-m").service


@pytest.fixture(params=["1.18", "1.13"])
def version(request, controls):
    controls.post("settings", api_version=request.param)
    return request.param


def test_reading_in_both_versions(version, directory):
    found = directory.getConnectivityDirectory(
        lineIdentifiers={"simSerialNumber": [ACTIVE, "1"]}, showDeviceInfo=True, showIccid=True, showStatusReason=True
    )
    [entry] = found.connectivityDirectory
    assert (entry.sim.serialNumber, entry.sim.status, entry.iccid) == (ACTIVE, "ACTIVATED", "89330199000000000120")
    assert entry.sim.lastStatusRefreshDate == datetime(2017, 3, 15, 3, 10, tzinfo=UTC)
    assert entry.sim.lastStatusChangeDate == datetime(2017, 2, 1, 8, 30, tzinfo=UTC)
    assert (entry.sim.puk1, entry.sim.puk2) == ("11110001", "22220001")
    assert (entry.geographicPosition.accuracy.value, entry.geographicPosition.accuracy.unit) == ("300", "m")
    assert entry.deviceInfoCompatibility == "110"
    assert found.unknownLinesIdentifiers.simSerialNumber == ["1"]
    assert getattr(entry.sim, "statusReason", None) == ("CUSTOMER_REQUEST" if version == "1.18" else None)


def test_searching_in_both_versions(version, directory):
    found = directory.searchInConnectivityDirectory(
        searchCriterion={"simStatus": ["SUSPENDED", "SLEEPING"]},
        rangeSize=1,
        rangeStart=1,
        sortCriterion=[{"order": "DESC", "attribute": "SIM_STATUS"}, {"order": "ASC", "attribute": "SIM_SSN"}],
    )
    assert [entry.sim.serialNumber for entry in found.connectivityDirectory] == [SLEEPING]
    assert (found.totalResultsNumber, found.resultsNumberExceeded) == (2, False)


def test_version_is_an_element_of_the_newer_one(directory):
    found = directory.getConnectivityDirectory(version="1.18", lineIdentifiers={"iccid": ["89330199000000000120"]})
    assert found.connectivityDirectory[0].sim.serialNumber == ACTIVE


def test_numbers_and_imsi(directory):
    data = [{"cc": "33", "sn": "700000001"}]
    assert directory.getConnectivityDirectory(lineIdentifiers={"msisdnData": data}).connectivityDirectory
    [entry] = directory.getConnectivityDirectory(imsi="208010000000001", showImsi=True).connectivityDirectory
    assert (entry.imsi, entry.subscription.msisdnData.sn) == ("208010000000001", "700000001")


KINDS = IDENTIFIERS | {kind: {"cc": number[:2], "sn": number[2:]} for kind, number in NUMBERS.items()}


@pytest.mark.parametrize(("kind", "identifier"), KINDS.items())
def test_every_kind_of_identifier(directory, kind, identifier):
    [entry] = directory.getConnectivityDirectory(lineIdentifiers={kind: [identifier]}).connectivityDirectory
    assert entry.sim.serialNumber == ACTIVE


def test_every_flag_of_a_search(directory):
    flags = ("showDeviceInfo", "showIccid", "showImsi", "showStatusReason", "showHierarchyDetail")
    criterion = {"simSerialNumber": ACTIVE[:12], "simStatusChangeMinDate": datetime(2017, 2, 1, tzinfo=UTC)}
    found = directory.searchInConnectivityDirectory(
        searchCriterion=criterion, rangeSize=100, **dict.fromkeys(flags, True)
    )
    [entry] = found.connectivityDirectory
    assert (entry.iccid, entry.imsi, entry.hierarchyDetail) == (
        "89330199000000000120",
        "208010000000001",
        "CEN-A/FLEET-1",
    )
    assert (entry.sim.statusReason, entry.deviceInfoCompatibility) == ("CUSTOMER_REQUEST", "110")


def test_changing_a_state(version, lifecycle, directory, controls):
    lines = {"simSerialNumber": [ACTIVE, SUSPENDED]}
    ticket = lifecycle.submitUpdateSimStatusRequest(lineIdentifiers=lines, requestedStatus="SUSPENDED")
    [entry] = directory.getConnectivityDirectory(lineIdentifiers={"simSerialNumber": [ACTIVE]}).connectivityDirectory
    assert entry.sim.requestedStatus == "SUSPENDED"
    assert entry.sim.statusChangeRequestDate == datetime(2017, 3, 15, 10, tzinfo=UTC)
    assert lifecycle.getUpdateSimStatusResult(ticketNumber=ticket).status == "WAITING"
    controls.post("advance", seconds=660)
    result = lifecycle.getUpdateSimStatusResult(ticketNumber=ticket)
    [error] = result.taskError
    assert (result.status, error.simSerialNumber, error.code) == ("TERMINATED", SUSPENDED, "STATUS_NOT_ALLOWED")


def test_faults_arrive_with_their_detail(directory, lifecycle):
    with pytest.raises(Fault) as caught:
        directory.searchInConnectivityDirectory(searchCriterion={}, rangeSize=0)
    assert caught.value.code == "soap:Server"
    assert caught.value.detail[0].findtext("{*}code") == "INVALID_RANGE_SIZE"
    with pytest.raises(Fault) as caught:
        lifecycle.getUpdateSimStatusResult(ticketNumber="1")
    assert caught.value.detail[0].tag == "{http://exception.malima.francetelecom.com}UnknownTicketError"


@pytest.mark.parametrize("code", MESSAGES)
def test_every_code_arrives_as_a_fault(directory, controls, code):
    controls.fault("error", error_code=code)
    with pytest.raises(Fault) as caught:
        directory.searchInConnectivityDirectory(searchCriterion={}, rangeSize=1)
    [detail] = caught.value.detail
    assert (detail.tag, detail.findtext("{*}code")) == (f"{EXCEPTION}MalimaError", code)
    assert caught.value.message == detail.findtext("{*}message") == MESSAGES[code]


def _too_many(directory, lifecycle):
    directory.getConnectivityDirectory(lineIdentifiers={"simSerialNumber": ["1"] * 101})


def _dates_that_are_none(directory, lifecycle):
    ends = {
        "simStatusChangeMinDate": datetime(2017, 3, 2, tzinfo=UTC),
        "simStatusChangeMaxDate": datetime(2017, 3, 1, tzinfo=UTC),
    }
    directory.searchInConnectivityDirectory(searchCriterion=ends, rangeSize=1)


def _a_line_of_others(directory, lifecycle):
    lines = {"simSerialNumber": ["9900000050015"]}
    lifecycle.submitUpdateSimStatusRequest(lineIdentifiers=lines, requestedStatus="SUSPENDED")


def _the_same_result_twice(directory, lifecycle):
    # It cannot be suspended, and that is told at once.
    lines = {"simSerialNumber": [SUSPENDED]}
    ticket = lifecycle.submitUpdateSimStatusRequest(lineIdentifiers=lines, requestedStatus="SUSPENDED")
    for _ in range(2):
        lifecycle.getUpdateSimStatusResult(ticketNumber=ticket)


@pytest.mark.parametrize(
    ("asked", "fault", "child", "told"),
    [
        (_too_many, "TooManyLineIdentifiersError", "maxAllowedLineIdentifiersNumber", "100"),
        (_dates_that_are_none, "InvalidParameterError", "parameter", "simStatusChangeMinDate"),
        (_a_line_of_others, "InvalidParameterError", "parameter", "lineIdentifiers"),
        (_the_same_result_twice, "ResultAlreadyRetrievedError", "ticketNumber", "700000001"),
    ],
)
def test_every_typed_fault(directory, lifecycle, controls, asked, fault, child, told):
    controls.post("settings", waiting_s=0, work_s=0)
    with pytest.raises(Fault) as caught:
        asked(directory, lifecycle)
    [detail] = caught.value.detail
    assert (detail.tag, detail.findtext(f"{{*}}{child}")) == (f"{EXCEPTION}{fault}", told)


def test_a_wrong_password(sandbox):
    client = zeep_client(sandbox.url, DIRECTORY, "manager", "wrong")
    with pytest.raises(Fault) as caught:
        client.service.searchInConnectivityDirectory(searchCriterion={}, rangeSize=1)
    assert b"401 Authorization Required" in caught.value.detail


def test_the_status_is_an_enumeration_in_the_older_version_only(sandbox, controls):
    def listed():
        wsdl = requests.get(f"{sandbox.url}/MLM/{DIRECTORY}?wsdl", timeout=20).content
        return {element.get("value") for element in ElementTree.fromstring(wsdl).iter(ENUMERATION)}  # noqa: S314

    assert "CANCELLED" not in listed()
    controls.post("settings", api_version="1.13")
    assert {"PRE_ACTIVATED", "ACTIVATED_FOR_TEST", "SLEEPING", "ACTIVATED", "SUSPENDED", "CANCELLED"} <= listed()


@pytest.mark.parametrize("service", [DIRECTORY, LIFECYCLE])
@pytest.mark.parametrize("base", ["/MLM/", "/MLM_EXT_IMC/"])
def test_the_address_is_that_of_whoever_asks(sandbox, service, base):
    for host in (sandbox.url.removeprefix("http://"), "carrier.example"):
        reply = requests.get(f"{sandbox.url}{base}{service}?wsdl", headers={"Host": host}, timeout=20)
        assert reply.headers["Content-Type"].startswith("text/xml")
        [address] = ElementTree.fromstring(reply.content).iter(ADDRESS)  # noqa: S314
        assert address.get("location") == f"http://{host}{base}{service}"


def test_descriptions_need_no_login_and_are_no_calls(sandbox):
    assert requests.get(f"{sandbox.url}/MLM/{DIRECTORY}?WSDL", timeout=20).status_code == 200
    assert requests.get(f"{sandbox.url}/MLM/Other-1?wsdl", timeout=20).status_code == 405
    assert [call.status for call in sandbox.state.calls()] == [405]
