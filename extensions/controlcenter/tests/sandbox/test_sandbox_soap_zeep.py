"""Other people's client against the sandbox's own WSDLs: every operation."""

from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import requests
from sandbox_soap_client import LoopbackSession, Zeep
from zeep import Transport
from zeep.exceptions import Fault
from zeep.wsse.username import UsernameToken

ACTIVE, USED, INVENTORY = "8988200000000000014", "8988200000000000022", "8988200000000000030"
SOAP_ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"


def test_get_terminal_details(zeep):
    found = zeep.call("Terminal", "GetTerminalDetails", iccids={"iccid": [ACTIVE, USED, INVENTORY]})
    terminals = {each.iccid: each for each in found.terminals.terminal}
    assert set(terminals) == {ACTIVE, USED, INVENTORY}
    used = terminals[USED]
    assert (used.status, used.monthToDateDataUsage, used.monthToDateSMSUsage) == (
        *("ACTIVATED_NAME", Decimal("101.501"), Decimal(11)),
    )
    assert used.dateAdded == datetime(2017, 1, 5, 9, 12, 44, 120_000, tzinfo=UTC)
    assert (used.overageLimitReached, used.accountId, used.fixedIpAddress) == (False, 100020001, None)
    assert terminals[ACTIVE].msisdn == "882350000000001"
    assert terminals[INVENTORY].monthToDateDataUsage is terminals[INVENTORY].ctdSessionCount is None
    assert found.correlationId == "7f3a"


def test_get_modified_terminals(zeep, controls):
    controls.call("PUT", f"sims/{ACTIVE}", {"imei": "1"})
    since = datetime(2017, 3, 1, tzinfo=UTC)
    found = zeep.call("Terminal", "GetModifiedTerminals", since=since, accountId=100020001)
    assert found.iccids.iccid == [ACTIVE]
    controls.post("settings", modified_page_size=4)
    paged = zeep.call("Terminal", "GetModifiedTerminals", pageNumber=2)
    assert (len(paged.iccids.iccid), paged.pageNumber, paged.totalPages) == (1, 2, 2)


def test_edit_terminal(zeep, soap):
    found = zeep.call("Terminal", "EditTerminal", iccid=ACTIVE, targetValue="DEACTIVATED_NAME", changeType=3)
    assert (found.iccid, found.effectiveDate) == (ACTIVE, date(2017, 3, 15))
    assert soap.terminal(ACTIVE)["status"] == "DEACTIVATED_NAME"
    later = {"iccid": USED, "effectiveDate": date(2017, 4, 1), "targetValue": "Fleet, roaming 1GB", "changeType": 4}
    assert zeep.call("Terminal", "EditTerminal", **later).effectiveDate == date(2017, 4, 1)
    assert soap.terminal(USED)["ratePlan"] == "EU 5MB"


def test_get_session_info(zeep, controls):
    started = {"session_started": "2017-03-15T08:00:00Z", "ip_address": "10.0.0.1"}
    controls.call("PUT", f"sims/{ACTIVE}", started)
    [session] = zeep.call("Terminal", "GetSessionInfo", iccid=[ACTIVE, USED]).sessionInfo.session
    assert (session.iccid, session.ipAddress, session.dateSessionEnded) == (ACTIVE, "10.0.0.1", None)
    assert session.dateSessionStarted == datetime(2017, 3, 15, 8, tzinfo=UTC)


def test_get_terminal_usage(zeep):
    usage = zeep.call("Billing", "GetTerminalUsage", iccid=USED, cycleStartDate=date(2017, 1, 27))
    assert (usage.totalDataVolume, usage.billable, usage.ratePlan) == (Decimal("4.768"), True, "EU 5MB")
    assert usage.cycleStartDate == date(2017, 1, 27)


def test_sms(zeep):
    sent = zeep.call("Sms", "SendSMS", sentToIccid=ACTIVE, messageText="reboot", tpvp=10)
    [message] = zeep.call("Sms", "GetSMSDetails", smsMsgIds={"smsMsgId": [sent.smsMsgId]}).smsMessages.smsMessage
    assert (message.smsMsgId, message.status, message.messageText) == (sent.smsMsgId, "Pending", "reboot")
    assert message.dateReceived is None
    found = zeep.call("Sms", "GetModifiedSMS", iccid=ACTIVE, fromDate=datetime(2017, 3, 1, tzinfo=UTC))
    assert found.smsMsgIds.smsMsgId == [sent.smsMsgId]


def test_base64_is_an_attribute(zeep, sandbox):
    zeep.call("Sms", "SendSMS", sentToIccid=ACTIVE, messageText="cmVib290", messageTextEncoding="BASE64")
    assert [message.text for message in sandbox.state.messages()] == ["reboot"]


def test_echo(zeep):
    assert zeep.call("Echo", "Echo", value="hello").value == "hello"


@pytest.mark.parametrize(
    ("who", "code"),
    [(("editor", "wrong", "licence"), "400200"), (("editor", "pw-e", "wrong"), "400100")],
)
def test_faults_arrive_with_their_code(sandbox, who, code):
    with pytest.raises(Fault) as caught:
        Zeep(sandbox.url, *who).call("Terminal", "GetModifiedTerminals")
    assert (caught.value.message, caught.value.code) == (code, "SOAP-ENV:Client")


def test_a_digest_is_no_password(zeep):
    client = zeep.client("Terminal")
    client.wsse = UsernameToken("editor", "pw-e", use_digest=True)
    with pytest.raises(Fault, match="400200"):
        client.service.GetModifiedTerminals(messageId="1", version="1.0", licenseKey="licence")


@pytest.mark.parametrize(
    ("name", "path"), [("Terminal", "terminal"), ("Billing", "billing"), ("Sms", "Sms"), ("Echo", "echo")]
)
def test_the_address_is_that_of_whoever_asks(sandbox, name, path):
    port = sandbox.url.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", "carrier.example"):
        reply = requests.get(f"{sandbox.url}/ws/schema/{name}.wsdl", headers={"Host": host}, timeout=20)
        assert reply.headers["Content-Type"].startswith("text/xml")
        [address] = ElementTree.fromstring(reply.content).iter(SOAP_ADDRESS)  # noqa: S314
        assert address.get("location") == f"http://{host}/ws/service/{path}"


def test_schema_documents_that_there_are(sandbox):
    schema = f"{sandbox.url}/ws/schema"
    assert requests.get(f"{schema}/Types.xsd", timeout=20).status_code == 200
    for missing in ("Other.wsdl", "terminal.wsdl", ""):
        assert requests.get(f"{schema}/{missing}", timeout=20).status_code == 404
    assert requests.post(f"{schema}/Terminal.wsdl", timeout=20).status_code == 405
    assert sandbox.state.calls() == []


def test_zeep_stays_on_this_machine():
    with pytest.raises(AssertionError):
        Transport(session=LoopbackSession()).load("http://api.jasperwireless.com/ws/schema/Terminal.wsdl")
