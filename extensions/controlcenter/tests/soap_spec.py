"""What the specification of Control Center SOAP says that goes over the wire, as it stands there."""

from collections.abc import Callable
from xml.etree import ElementTree

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

ICCID = "8988200000000000014"
OTHER_ICCID = "8988200000000000022"
LICENCE_KEY = "ad2c8b10-55e4-4a0e-9d6b-0d6d1e2f9a77"
PASSWORD = "correct horse"
TERMINAL, BILLING, SMS = "/ws/service/terminal", "/ws/service/billing", "/ws/service/Sms"
SCHEMA = "{http://api.jasperwireless.com/ws/schema}"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
SOAPENV = "{http://schemas.xmlsoap.org/soap/envelope/}"

REQUEST_XML = """
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
                  xmlns:j="http://api.jasperwireless.com/ws/schema">
  <soapenv:Header>
    <wsse:Security soapenv:mustUnderstand="1"
      xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
      <wsse:UsernameToken>
        <wsse:Username>fleet-reader</wsse:Username>
        <wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">correct horse</wsse:Password>
      </wsse:UsernameToken>
    </wsse:Security>
  </soapenv:Header>
  <soapenv:Body>
    <j:GetTerminalDetailsRequest>
      <j:messageId>7f3a</j:messageId><j:version>5.90</j:version><j:licenseKey>ad2c8b10-55e4-4a0e-9d6b-0d6d1e2f9a77</j:licenseKey>
      <j:iccids><j:iccid>8988200000000000014</j:iccid></j:iccids>
    </j:GetTerminalDetailsRequest>
  </soapenv:Body>
</soapenv:Envelope>
"""  # noqa: E501

# Every field of the schema in its order, with `msisdn` as an attribute.
TERMINAL_XML = """
<ns2:terminal msisdn="882350000000001">
 <ns2:iccid>8988200000000000014</ns2:iccid><ns2:terminalId>pump-17</ns2:terminalId><ns2:modemId></ns2:modemId>
 <ns2:suspended>N</ns2:suspended><ns2:ratePlan>EU 5MB</ns2:ratePlan><ns2:status>ACTIVATED_NAME</ns2:status>
 <ns2:monthToDateUsage>12.345</ns2:monthToDateUsage>
 <ns2:overageLimitReached>false</ns2:overageLimitReached>
 <ns2:overageLimitOverride>DEFAULT</ns2:overageLimitOverride>
 <ns2:dateActivated>2017-01-05T09:12:44.120Z</ns2:dateActivated>
 <ns2:dateAdded>2016-11-15T09:27:33.069Z</ns2:dateAdded>
 <ns2:dateModified>2017-02-17T15:42:57.743Z</ns2:dateModified>
 <ns2:monthToDateDataUsage>12.345</ns2:monthToDateDataUsage>
 <ns2:monthToDateSMSUsage>3</ns2:monthToDateSMSUsage>
 <ns2:monthToDateVoiceUsage>0</ns2:monthToDateVoiceUsage>
 <ns2:secureSimId></ns2:secureSimId><ns2:custom1></ns2:custom1><ns2:custom2></ns2:custom2><ns2:custom3></ns2:custom3>
 <ns2:rating><ns2:termStartDate>2017-01-05T00:00:00.000Z</ns2:termStartDate></ns2:rating>
 <ns2:secureSimUsernameCopyRule></ns2:secureSimUsernameCopyRule>
 <ns2:secureSimPasswordCopyRule></ns2:secureSimPasswordCopyRule>
 <ns2:accountId>100020001</ns2:accountId>
 <ns2:fixedIpAddress xsi:nil="true"/><ns2:ctdSessionCount xsi:nil="true"/>
 <ns2:imsi>901161700000001</ns2:imsi><ns2:imei></ns2:imei><ns2:version>3</ns2:version>
</ns2:terminal>
"""

USAGE_XML = """
<ns2:iccid>8988200000000000014</ns2:iccid>
<ns2:totalDataVolume>101.5</ns2:totalDataVolume><ns2:billableDataVolume>96.25</ns2:billableDataVolume>
<ns2:cycleStartDate>2017-02-01Z</ns2:cycleStartDate><ns2:billable>true</ns2:billable>
<ns2:totalSMSVolume>9</ns2:totalSMSVolume><ns2:totalVoiceVolume>61</ns2:totalVoiceVolume>
<ns2:billableSMSVolume>8</ns2:billableSMSVolume><ns2:billableVoiceVolume>60</ns2:billableVoiceVolume>
<ns2:ratePlan>EU 5MB</ns2:ratePlan><ns2:eventsUsage>0</ns2:eventsUsage><ns2:totalEvents>0</ns2:totalEvents>
"""

MESSAGE_XML = """
<ns2:smsMessage><ns2:smsMsgId>4302867004</ns2:smsMsgId><ns2:status>Delivered</ns2:status>
<ns2:messageText>reboot</ns2:messageText><ns2:senderLogin>fleet-reader</ns2:senderLogin>
<ns2:sentToIccid>8988200000000000014</ns2:sentToIccid><ns2:sentFrom>Server</ns2:sentFrom>
<ns2:smsMsgAttemptStatus>Delivered</ns2:smsMsgAttemptStatus><ns2:msgType>MT</ns2:msgType>
<ns2:dateSent>2017-03-15T09:58:03.120Z</ns2:dateSent><ns2:dateReceived xsi:nil="true"/>
<ns2:dateAdded>2017-03-15T09:58:02.000Z</ns2:dateAdded><ns2:dateModified>2017-03-15T09:58:07.000Z</ns2:dateModified>
</ns2:smsMessage>
"""

TOKENS = [
    "SYSTEM_ERROR",
    "INVALID_EFFECTIVE_DATE",
    "SIMSTATUS_NULL",
    "SIMSTATUS_INVALID",
    "SIMSTATUS_INVALID_TRANSITION",
    "SIMSTATUS_TRANSITION_UNAUTHORIZED",
    "SIMSTATUS_SUSPENDED",
    "RATEPLAN_NULL",
    "RATEPLAN_INVALID",
    "OVERRIDEMODE_NULL",
    "OVERRIDEMODE_INVALID",
    "DEVICEID_TOO_LONG",
    "MODEMID_INVALID",
    "CUSTOMERNAME_INVALID",
]


def in_body(inside: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/>
<SOAP-ENV:Body>{inside}</SOAP-ENV:Body></SOAP-ENV:Envelope>"""


def reply_xml(operation: str, inside: str = "") -> str:
    name = f"ns2:{operation}Response"
    return in_body(f"""<{name} xmlns:ns2="http://api.jasperwireless.com/ws/schema"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ns2:requestId="r-1">
<ns2:correlationId>7f3a</ns2:correlationId><ns2:version>5.90</ns2:version><ns2:build>6.33</ns2:build>
<ns2:timestamp>2017-03-15T10:00:00.000Z</ns2:timestamp>{inside}</{name}>""")


def fault_xml(code: str, error: str = "In its words.", message: str = "", exception: str = "") -> str:
    told = {"error": error, "exception": exception, "message": message}
    xmlns = 'xmlns:ns2="http://api.jasperwireless.com/ws/schema"'
    detail = "".join(f"<ns2:{name} {xmlns}>{text}</ns2:{name}>" for name, text in told.items() if text)
    return in_body(f"""<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>{code}</faultstring>
<detail>{detail}</detail></SOAP-ENV:Fault>""")


def terminals_xml(*terminals: str) -> str:
    return f"<ns2:terminals>{''.join(terminals)}</ns2:terminals>"


def ids_xml(many: str, one: str, ids: object) -> str:
    return f"<ns2:{many}>{''.join(f'<ns2:{one}>{number}</ns2:{one}>' for number in ids)}</ns2:{many}>"


def serve(httpserver: HTTPServer, path: str, content: str, *, status: int = 200, operation: str = "") -> None:
    """Answers POSTs to a service, or to one of its operations."""
    wanted = {"headers": {"SOAPAction": action(path, operation)}} if operation else {}
    expected = httpserver.expect_request(path, method="POST", **wanted)
    expected.respond_with_data(content, status=status, content_type="text/xml; charset=utf-8")


def serve_by(httpserver: HTTPServer, path: str, operation: str, answer: Callable[[ElementTree.Element], str]) -> None:
    """Answers each request to an operation by what it asks for; a fault goes out with status 500."""

    def handle(request: Request) -> Response:
        content = answer(payload(request))
        status = 500 if "Fault>" in content else 200
        return Response(content, status=status, content_type="text/xml; charset=utf-8")

    httpserver.expect_request(path, headers={"SOAPAction": action(path, operation)}).respond_with_handler(handle)


def action(path: str, operation: str) -> str:
    return f'"http://api.jasperwireless.com{path.lower()}/{operation}"'


def payload(request: Request) -> ElementTree.Element:
    return ElementTree.fromstring(request.data).find(f"{SOAPENV}Body")[0]  # noqa: S314 - our own request


def fields(request: Request) -> list[tuple[str, str | None]]:
    """Names and texts of what a request asks, without what all requests begin with, in order."""
    children = [(child.tag.removeprefix(SCHEMA), child.text) for child in payload(request)]
    assert [name for name, _ in children[:3]] == ["messageId", "version", "licenseKey"]
    return children[3:]


def asked_ids(element: ElementTree.Element, one: str) -> list[str]:
    return [found.text for found in element.iter(f"{SCHEMA}{one}")]
