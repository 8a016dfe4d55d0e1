"""A plain SOAP client of literal XML, and zeep kept to loopback. Written from the specification's section 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests
import zeep
from zeep.wsse.username import UsernameToken

API = "http://api.jasperwireless.com/ws/schema"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
PATHS = {"terminal": "terminal", "billing": "billing", "sms": "Sms", "echo": "echo"}
SERVICE_OF = {
    "GetTerminalUsage": "billing",
    "SendSMS": "sms",
    "GetSMSDetails": "sms",
    "GetModifiedSMS": "sms",
    "Echo": "echo",
}


def action(operation: str) -> str:
    return f'"http://api.jasperwireless.com/ws/service/{SERVICE_OF.get(operation, "terminal")}/{operation}"'


def security(username: str, password: str, kind: str = TEXT) -> str:
    return (
        f'<wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="{WSSE}"><wsse:UsernameToken>'
        f"<wsse:Username>{username}</wsse:Username>"
        f'<wsse:Password Type="{kind}">{password}</wsse:Password></wsse:UsernameToken></wsse:Security>'
    )


def envelope(header: str, body: str, before: str = "") -> str:
    return (
        f'{before}<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:j="{API}"><soapenv:Header>{header}</soapenv:Header>'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )


def payload(operation: str, inner: str, licence: str = "licence", attributes: str = "") -> str:
    key = f"<j:licenseKey>{licence}</j:licenseKey>"
    first = f"<j:messageId>7f3a</j:messageId><j:version>1.0</j:version>{key}"
    return f"<j:{operation}Request {attributes}>{first}{inner}</j:{operation}Request>"


def fields(**values: Any) -> str:
    return "".join(f"<j:{name}>{escape(str(value))}</j:{name}>" for name, value in values.items())


def iccids(*numbers: str) -> str:
    return "<j:iccids>" + "".join(fields(iccid=number) for number in numbers) + "</j:iccids>"


@dataclass
class Answered:
    """A reply, read without regard to prefixes."""

    reply: requests.Response

    def __post_init__(self) -> None:
        self.root = ElementTree.fromstring(self.reply.content)  # noqa: S314
        self.payload = self.root.find(f"{{{SOAP}}}Body")[0]

    @property
    def status(self) -> int:
        return self.reply.status_code

    @property
    def fault(self) -> str:
        """The faultstring; empty if the call was carried out with 200."""
        text = self.payload.findtext("faultstring", "")
        assert (self.status == 500) is bool(text), self.reply.text
        return text

    @property
    def message(self) -> str:
        return self.payload.findtext(f"detail/{{{API}}}message", "")

    def text(self, path: str) -> str | None:
        """Text at `a/b` under the payload; None if there is no such element."""
        return self.payload.findtext(_path(path))

    def all(self, path: str) -> list[ElementTree.Element]:
        return self.payload.findall(_path(path))

    def texts(self, path: str) -> list[str]:
        return [element.text or "" for element in self.all(path)]


def _path(path: str) -> str:
    return "/".join(f"{{{API}}}{name}" for name in path.split("/"))


def names(element: ElementTree.Element) -> list[str]:
    return [child.tag.removeprefix(f"{{{API}}}") for child in element]


@dataclass
class SoapCarrier:
    """The SOAP API as one user sees it."""

    url: str
    username: str
    password: str
    licence: str = "licence"

    def post(self, operation: str, body: str, headers: dict[str, str | None] | None = None) -> requests.Response:
        """Posts a whole envelope."""
        path = PATHS[SERVICE_OF.get(operation, "terminal")]
        known = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action(operation)}
        sent = {name: value for name, value in (known | (headers or {})).items() if value is not None}
        return requests.post(f"{self.url}/ws/service/{path}", data=body.encode(), headers=sent, timeout=20)

    def call(self, operation: str, inner: str = "", attributes: str = "") -> Answered:
        header = "" if operation == "Echo" else security(self.username, self.password)
        body = envelope(header, payload(operation, inner, self.licence, attributes))
        return Answered(self.post(operation, body))

    def terminals(self, *numbers: str) -> dict[str, ElementTree.Element]:
        answered = self.call("GetTerminalDetails", iccids(*numbers))
        assert answered.fault == ""
        return {terminal.findtext(_path("iccid")): terminal for terminal in answered.all("terminals/terminal")}

    def terminal(self, number: str) -> dict[str, str | None]:
        """Texts by name; None for nil, no key for what is missing."""
        terminal = self.terminals(number)[number]
        return {
            name: None if child.get(NIL) else child.text or ""
            for name, child in zip(names(terminal), terminal, strict=True)
        }

    def edit(self, number: str, change_type: int, target: str | None, **before: str) -> Answered:
        target_value = {} if target is None else {"targetValue": target}
        return self.call("EditTerminal", fields(iccid=number, **before, **target_value, changeType=change_type))

    def usage(self, number: str, **cycle: str) -> Answered:
        return self.call("GetTerminalUsage", fields(iccid=number, **cycle))

    def send(self, number: str, text: str, attributes: str = "", **more: Any) -> Answered:
        return self.call("SendSMS", fields(sentToIccid=number, messageText=text, **more), attributes)

    def modified(self, inner: str = "", attributes: str = "") -> Answered:
        return self.call("GetModifiedTerminals", inner, attributes)

    def echo(self, text: str = "hello") -> Answered:
        return self.call("Echo", fields(value=text))


class LoopbackSession(requests.Session):
    """Refuses every other machine."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert urlsplit(request.url).hostname == "127.0.0.1", request.url
        return super().send(request, **options)


@dataclass
class Zeep:
    """zeep, from the sandbox's own WSDLs."""

    url: str
    username: str
    password: str
    licence: str = "licence"

    def client(self, name: str) -> zeep.Client:
        transport = zeep.Transport(session=LoopbackSession(), timeout=20, operation_timeout=20)
        token = None if name == "Echo" else UsernameToken(self.username, self.password)
        return zeep.Client(f"{self.url}/ws/schema/{name}.wsdl", wsse=token, transport=transport)

    def call(self, name: str, operation: str, **values: Any) -> Any:
        first = {"messageId": "7f3a", "version": "1.0", "licenseKey": self.licence}
        return getattr(self.client(name).service, operation)(**first, **values)
