"""What the specification of Orange's M2M API says that goes over the wire, as it stands there."""

from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

SERIAL, OTHER = "9900000000010", "9900000000028"
ICCID = "89330199000000000120"
PATH = "/MLM/ConnectivityDirectory-1"
CREDENTIALS = {"username": "fleet-reader", "password": "pass/word"}
PUKS = ("47110815", "08154711")
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
V = "{http://webservice.malima.francetelecom.com/v1}"
D = "{http://connectivityDirectory.types.malima.francetelecom.com}"
C = "{http://common.types.malima.francetelecom.com}"

GET_REQUEST = """
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:v="http://webservice.malima.francetelecom.com/v1"
    xmlns:d="http://connectivityDirectory.types.malima.francetelecom.com"
    xmlns:c="http://common.types.malima.francetelecom.com">
  <soapenv:Body>
    <v:getConnectivityDirectory>
      <d:lineIdentifiers><c:simSerialNumber>9900000000010</c:simSerialNumber></d:lineIdentifiers>
      <d:showDeviceInfo>true</d:showDeviceInfo>
      <d:showIccid>true</d:showIccid>
    </v:getConnectivityDirectory>
  </soapenv:Body>
</soapenv:Envelope>
"""
GET_REPLY = """
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
 <ns2:getConnectivityDirectoryResponse xmlns:ns2="http://webservice.malima.francetelecom.com/v1"
   xmlns:ns3="http://common.types.malima.francetelecom.com"
   xmlns:ns4="http://connectivityDirectory.types.malima.francetelecom.com">
  <ns4:connectivityDirectory>
   <ns4:customerEnvironmentIdentifier>CEN-EXAMPLE</ns4:customerEnvironmentIdentifier>
   <ns4:iccid>89330199000000000120</ns4:iccid>
   <ns4:sim><ns3:serialNumber>9900000000010</ns3:serialNumber><ns3:status>ACTIVATED</ns3:status>
    <ns3:lastStatusRefreshDate>2017-03-15T04:10:00.000+01:00</ns3:lastStatusRefreshDate>
    <ns3:lastStatusChangeDate>2017-02-01T09:30:00.000+01:00</ns3:lastStatusChangeDate></ns4:sim>
   <ns4:subscription><ns3:identifier>SUB-0001</ns3:identifier></ns4:subscription>
   <ns4:deviceInfoCompatibility>110</ns4:deviceInfoCompatibility>
  </ns4:connectivityDirectory>
 </ns2:getConnectivityDirectoryResponse></soap:Body></soap:Envelope>
"""
_REPLY = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>
 <t:trackingHeader xmlns:t="http://www.francetelecom.com/iosw/v1"><t:requestId>RID-1</t:requestId>
 <t:timestamp>2017-03-15T11:00:00.000+01:00</t:timestamp></t:trackingHeader></soap:Header><soap:Body>
 <ns2:{operation}Response xmlns:ns2="http://webservice.malima.francetelecom.com/v1"
   xmlns:ns3="http://common.types.malima.francetelecom.com"
   xmlns:ns4="http://connectivityDirectory.types.malima.francetelecom.com">{inside}</ns2:{operation}Response>
 </soap:Body></soap:Envelope>"""
_ENTRY = """<ns4:connectivityDirectory><ns4:iccid>{iccid}</ns4:iccid>
 <ns4:sim><ns3:serialNumber>{serial}</ns3:serialNumber><ns3:status>{status}</ns3:status>{sim}
 <ns3:puk1>{puks[0]}</ns3:puk1><ns3:puk2>{puks[1]}</ns3:puk2></ns4:sim>{more}</ns4:connectivityDirectory>"""
_FAULT = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>
 <faultcode>{faultcode}</faultcode><faultstring>{faultstring}</faultstring><detail>{detail}</detail>
 </soap:Fault></soap:Body></soap:Envelope>"""
_MALIMA_ERROR = """<ns1:MalimaError xmlns:ns1="http://exception.malima.francetelecom.com"><ns1:code>{code}</ns1:code>
 <ns1:message>{message}</ns1:message></ns1:MalimaError>"""


def entry(serial: str = SERIAL, status: str = "ACTIVATED", *, sim: str = "", more: str = "", iccid: str = ICCID) -> str:
    """One `connectivityDirectory` with both unlock codes; `sim` and `more` are further elements."""
    return _ENTRY.format(serial=serial, status=status, sim=sim, more=more, iccid=iccid, puks=PUKS)


def found(*entries: str, unknown: Sequence[str] = ()) -> str:
    """A reply of getConnectivityDirectory."""
    numbers = "".join(f"<ns3:simSerialNumber>{serial}</ns3:simSerialNumber>" for serial in unknown)
    left = f"<ns4:unknownLinesIdentifiers>{numbers}</ns4:unknownLinesIdentifiers>" if unknown else ""
    return _REPLY.format(operation="getConnectivityDirectory", inside="".join(entries) + left)


def listed(*entries: str, total: int | None, exceeded: bool = False) -> str:
    """A reply of searchInConnectivityDirectory; `exceeded`: there are more hits than it counts."""
    count = "" if total is None else f"<ns4:totalResultsNumber>{total}</ns4:totalResultsNumber>"
    more = f"<ns4:resultsNumberExceeded>{str(exceeded).lower()}</ns4:resultsNumberExceeded>"
    return _REPLY.format(operation="searchInConnectivityDirectory", inside="".join(entries) + more + count)


def fault(code: str = "", message: str = "", *, detail: str = "", faultcode="soap:Server", faultstring="Fault") -> str:
    inside = detail or _MALIMA_ERROR.format(code=code, message=message)
    return _FAULT.format(faultcode=faultcode, faultstring=faultstring, detail=inside)


def position(latitude: str = "48.85661", longitude: str = "2.35222", unit: str = "METER") -> str:
    return f"""<ns4:geographicPosition><ns3:latitude>{latitude}</ns3:latitude><ns3:longitude>{longitude}</ns3:longitude>
     <ns3:lastGeolocDate>2017-03-14T08:00:00.000+01:00</ns3:lastGeolocDate>
     <ns3:accuracy><ns3:value>500</ns3:value><ns3:unit>{unit}</ns3:unit></ns3:accuracy></ns4:geographicPosition>"""


def answer(xml: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(xml.strip(), status=status, headers=headers, content_type="text/xml; charset=utf-8")


class Orange:
    """Answers with what it is told to, in order, the last of them again and again; keeps what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.answers: list[Response | Callable[[], Response]] = []
        self.requests: list[Request] = []
        server.expect_request(PATH, method="POST").respond_with_handler(self._answer)

    def says(self, *answers: Response | str) -> None:
        self.answers = [answer(each) if isinstance(each, str) else each for each in answers]

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return said() if callable(said) and not isinstance(said, Response) else said

    @property
    def asked(self) -> list[ElementTree.Element]:
        """The operation of each request."""
        roots = [ElementTree.fromstring(each.get_data()) for each in self.requests]  # noqa: S314 - our own requests
        return [root.find(f"{SOAP}Body")[0] for root in roots]
