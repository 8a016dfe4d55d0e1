"""Calls to Orange's M2M API: SOAP 1.1 over HTTP Basic; one request, one answer, every failure the contract's."""

import logging
from dataclasses import dataclass
from datetime import datetime

from requests import Response

from extensions.core.contract import (
    AnswerTooLarge,
    AuthRejected,
    BadResponse,
    CannotConnect,
    Context,
    OutboundError,
    PermissionDenied,
    ProviderError,
    Refused,
    Throttled,
    TlsFailed,
    xml_documents,
)
from extensions.orange.dates import http_date, instant
from extensions.orange.faults import CREDENTIALS, LONGEST_WORDS, THROTTLED, fault_error, read_fault
from extensions.orange.settings import BaseUrlError, base_of, username_of

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
OPERATIONS = "http://webservice.malima.francetelecom.com/v1"
DIRECTORY = "http://connectivityDirectory.types.malima.francetelecom.com"
COMMON = "http://common.types.malima.francetelecom.com"
TRACKING = "http://www.francetelecom.com/iosw/v1"
SERVICE = "ConnectivityDirectory-1"
# Unlock codes of the SIM, which Orange sends unasked and nobody here has any business with.
SECRET_ELEMENTS = ("puk1", "puk2")

_REQUEST = (
    f'<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:v="{OPERATIONS}"'
    f' xmlns:d="{DIRECTORY}" xmlns:c="{COMMON}"><soapenv:Body>{{}}</soapenv:Body></soapenv:Envelope>'
)
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml", "SOAPAction": '""'}
_WRONG_BASE = "{} does not serve Orange's M2M API: wrong base URL. Leave it empty, or enter that of your contract."
_UNREADABLE = "{} gave an answer that is not of Orange's M2M API. If it lasts, check the base URL."
_NOT_IN_XML = "Something in this request has a character that XML cannot carry. Remove it and try again."
_ELSEWHERE = frozenset({301, 302, 303, 307, 308, 404, 405, 410})
_PAGE = (b"<!doctype html", b"<html")
_SHORTEST_SECRET = 4

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """`content` is the answer's one element; `at` is Orange's own clock, None if it did not show it."""

    content: xml_documents.Node
    at: datetime | None


class Link:
    """One account's address and credentials. Raises errors of the contract only. Nothing here writes at Orange."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.user = username_of(context.settings)
        self._password = str(context.settings.get("password") or "")
        try:
            self.base = base_of(context.settings)
        except BaseUrlError as error:
            raise CannotConnect(str(error)) from error

    def call(self, operation: str, inside: str) -> Reply:
        """`inside` is XML: the operation's elements in the order of the schema."""
        answer = self._exchange(_REQUEST.format(f"<v:{operation}>{inside}</v:{operation}>"))
        root = _envelope(answer.content)
        body = root and root.first("Body")
        content = next(iter(body.children), None) if body else None
        request_id, at = _tracking(root)
        if content and content.is_named(ENVELOPE, "Fault"):
            # A fault comes with status 500, so it is looked for before the status is.
            raise self._fault(content, answer, request_id)
        if content and _is_success(answer) and content.is_named(OPERATIONS, f"{operation}Response"):
            return Reply(content, at or http_date(answer.headers.get("Date")))
        raise self._no_answer(answer)

    def _exchange(self, body: str) -> Response:
        try:
            return self.context.http.post(
                f"{self.base.url}/{SERVICE}",
                data=body.encode(),
                headers=_HEADERS,
                auth=(self.user.encode(), self._password.encode()),
            )
        except OutboundError as error:
            raise _unanswered(error) from error

    def _fault(self, content: xml_documents.Node, answer: Response, request_id: str) -> ProviderError:
        fault = read_fault(content)
        logger.info("Orange refused a call: %s, request %s", fault.code or answer.status_code, request_id or "unnamed")
        if answer.status_code == 401:
            return AuthRejected(CREDENTIALS, code=fault.code, words=self._shown(fault.words) or _status_line(answer))
        return fault_error(fault, self._shown(fault.words), self.context.now(), _retry_after(answer))

    def _no_answer(self, answer: Response) -> ProviderError:
        """What is no SOAP of Orange: the page of another host, of a gateway, or nothing."""
        status, words = answer.status_code, _status_line(answer)
        if status == 401:
            return AuthRejected(CREDENTIALS, words=words)
        if status == 403:
            return PermissionDenied("Orange does not let this user in, or not from this server's address.", words=words)
        if status == 429:
            return Throttled(THROTTLED, retry_after=_retry_after(answer), words=words)
        if status in _ELSEWHERE or (_is_success(answer) and _is_page(answer.content)):
            return CannotConnect(_WRONG_BASE.format(self.base.host), words=words)
        return BadResponse(_UNREADABLE.format(self.base.host), words=words)

    def _shown(self, words: str) -> str:
        shown = words.replace(self._password, "…") if len(self._password) >= _SHORTEST_SECRET else words
        return shown[:LONGEST_WORDS]


def element(name: str, text: str) -> str:
    """`name` with its prefix. Raises Refused for a text that no XML can hold."""
    try:
        return f"<{name}>{xml_documents.escaped(text)}</{name}>"
    except xml_documents.NotInXmlError as error:
        raise Refused(_NOT_IN_XML) from error


def _envelope(content: bytes) -> xml_documents.Node | None:
    try:
        root = xml_documents.parse(content, without=SECRET_ELEMENTS)
    except xml_documents.XmlError:
        return None
    return root if root.is_named(ENVELOPE, "Envelope") else None


def _tracking(root: xml_documents.Node | None) -> tuple[str, datetime | None]:
    """Orange's own id of the request and its clock, from the header that it may send."""
    header = root and root.first("Header")
    tracking = header and header.first("trackingHeader", TRACKING)
    if not tracking:
        return "", None
    return (tracking.value("requestId") or "")[:80], instant(tracking.value("timestamp"))


def _unanswered(error: OutboundError) -> ProviderError:
    if isinstance(error, AnswerTooLarge):
        return BadResponse(str(error))
    advice = "Check the base URL." if isinstance(error, TlsFailed) else "Check the base URL, or try again later."
    return CannotConnect(f"{error} {advice}")


def _retry_after(answer: Response) -> float | None:
    value = (answer.headers.get("Retry-After") or "").strip()
    return float(value) if value.isascii() and value.isdecimal() and len(value) < 9 else None


def _status_line(answer: Response) -> str:
    return f"{answer.status_code} {answer.reason or ''}".strip()


def _is_success(answer: Response) -> bool:
    return 200 <= answer.status_code < 300


def _is_page(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_PAGE)
