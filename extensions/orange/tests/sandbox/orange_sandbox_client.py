"""Two plain clients of the M2M API: requests with literal XML, and zeep from the sandbox's own WSDL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import requests
import zeep

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
V = "http://webservice.malima.francetelecom.com/v1"
D = "http://connectivityDirectory.types.malima.francetelecom.com"
C = "http://common.types.malima.francetelecom.com"
L = "http://simLifecycleManagement.types.malima.francetelecom.com"
X = "http://exception.malima.francetelecom.com"
NAMESPACES = {"soap": SOAP, "v": V, "d": D, "c": C, "l": L, "x": X, "t": "http://www.francetelecom.com/iosw/v1"}
# Kind of identifier -> how a SIM of the test's world is called by it.
IDENTIFIERS = {
    "simSerialNumber": "9900000000010",
    "subscriptionNumber": "SUB-0001",
    "deviceImei": "359118030000019",
    "deviceSerialNumber": "DEV-1",
    "deviceUniqueId": "meter-1",
    "machineSerialNumber": "MACHINE-1",
    "iccid": "89330199000000000120",
}
NUMBERS = {"msisdnVoice": "33601000001", "msisdnData": "33700000001", "msisdnFax": "33899000001"}
DIRECTORY, LIFECYCLE = "ConnectivityDirectory-1", "SimLifecycleManagement-1"


def envelope(payload: str) -> str:
    return (
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:v="{V}" xmlns:d="{D}" xmlns:c="{C}" xmlns:l="{L}">'
        f"<soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"
    )


def tags(prefix: str, values: dict[str, Any]) -> str:
    return "".join(f"<{prefix}:{name}>{value}</{prefix}:{name}>" for name, value in values.items())


def lines(kind: str, texts: list[str], prefix: str = "d") -> str:
    return f"<{prefix}:lineIdentifiers>{''.join(tags('c', {kind: text}) for text in texts)}</{prefix}:lineIdentifiers>"


def msisdn(number: str) -> str:
    return tags("c", {"cc": number[:2], "sn": number[2:]})


@dataclass
class Answered:
    """A reply, read without regard to prefixes."""

    reply: requests.Response

    def __post_init__(self) -> None:
        self.root = ElementTree.fromstring(self.reply.content)  # noqa: S314
        self.payload = self.root.find("soap:Body", NAMESPACES)[0]

    def texts(self, path: str) -> list[str]:
        return [element.text or "" for element in self.payload.findall(path, NAMESPACES)]

    @property
    def entries(self) -> dict[str, ElementTree.Element]:
        found = self.payload.findall("d:connectivityDirectory", NAMESPACES)
        return {entry.findtext("d:sim/c:serialNumber", None, NAMESPACES): entry for entry in found}

    @property
    def fault(self) -> tuple[str, str]:
        """The element of the detail, and the code in it; empty if the call was carried out."""
        detail = self.payload.find("detail")
        assert (self.reply.status_code == 500) is (detail is not None), self.reply.text
        if detail is None:
            return "", ""
        return detail[0].tag.partition("}")[2], detail[0].findtext("x:code", "", NAMESPACES)


@dataclass
class Malima:
    """The M2M API as one login sees it."""

    url: str
    login: str
    password: str

    def post(
        self, body: str, service: str = DIRECTORY, base: str = "/MLM/", **headers: str | None
    ) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        known = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'} | given
        sent = {name: value for name, value in known.items() if value is not None}
        url = f"{self.url}{base}{service}"
        return requests.post(url, body.encode(), auth=(self.login, self.password), headers=sent, timeout=20)

    def call(self, operation: str, inner: str, service: str = DIRECTORY) -> Answered:
        return Answered(self.post(envelope(f"<v:{operation}>{inner}</v:{operation}>"), service))

    def get(self, texts: list[str], kind: str = "simSerialNumber", version: str = "", **flags: str) -> Answered:
        first = tags("d", {"version": version}) if version else ""
        return self.call("getConnectivityDirectory", first + lines(kind, texts) + tags("d", flags))

    def search(self, criterion: str = "", rest: str = "<d:rangeSize>100</d:rangeSize>") -> Answered:
        return self.call("searchInConnectivityDirectory", f"<d:searchCriterion>{criterion}</d:searchCriterion>{rest}")

    def submit(self, texts: list[str], status: str, test_mode: str = "") -> Answered:
        inner = lines("simSerialNumber", texts, "l") + tags("l", {"requestedStatus": status})
        inner += tags("l", {"testMode": test_mode}) if test_mode else ""
        return self.call("submitUpdateSimStatusRequest", inner, LIFECYCLE)

    def ticket(self, texts: list[str], status: str, test_mode: str = "") -> str:
        [number] = self.submit(texts, status, test_mode).texts("l:ticketNumber")
        return number

    def result(self, ticket: str) -> Answered:
        return self.call("getUpdateSimStatusResult", tags("l", {"ticketNumber": ticket}), LIFECYCLE)

    def outcome(self, ticket: str) -> tuple[str, dict[str, str]]:
        answered = self.result(ticket)
        errors = zip(answered.texts("l:taskError/l:simSerialNumber"), answered.texts("l:taskError/l:code"), strict=True)
        [status] = answered.texts("l:status")
        return status, dict(errors)


class LoopbackSession(requests.Session):
    """Refuses every other machine."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert urlsplit(request.url).hostname == "127.0.0.1", request.url
        return super().send(request, **options)


def zeep_client(url: str, service: str, login: str, password: str, base: str = "/MLM/") -> zeep.Client:
    session = LoopbackSession()
    session.auth = (login, password)
    transport = zeep.Transport(session=session, timeout=20, operation_timeout=20)
    return zeep.Client(f"{url}{base}{service}?wsdl", transport=transport)
