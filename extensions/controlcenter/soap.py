"""Calls to Control Center SOAP: one request, one answer, every failure as an error of the contract."""

import secrets
from dataclasses import dataclass

from requests import Response

from extensions.controlcenter.address import SOAP
from extensions.controlcenter.calls import address_in, unanswered, without_secrets
from extensions.controlcenter.errors import WRONG_DOMAIN, Reply, failure, retry_after
from extensions.controlcenter.settings import access_key_of, username_of
from extensions.controlcenter.soap_envelope import ENVELOPE, SCHEMA, Credentials, Field, envelope
from extensions.controlcenter.soap_faults import fault_error, read_fault
from extensions.core.contract import BadResponse, CannotConnect, Context, OutboundError, ProviderError, Refused
from iotdash.lib.xml_documents import Node, NotInXmlError, XmlError, parse

_METHOD_NOT_ALLOWED = 405
_PAGE = (b"<!doctype html", b"<html")
_NOT_IN_XML = "Something in this request has a character that SOAP cannot carry. Remove it and try again."


@dataclass(frozen=True)
class Operation:
    """`path` is the service's segment of the address, whose case differs from that in the `SOAPAction`.

    The answer of a `listing` grows with the account.
    """

    name: str
    path: str
    write: bool = False
    listing: bool = False

    @property
    def action(self) -> str:
        return f'"http://api.jasperwireless.com/ws/service/{self.path.lower()}/{self.name}"'


GET_TERMINAL_DETAILS = Operation("GetTerminalDetails", "terminal")
GET_MODIFIED_TERMINALS = Operation("GetModifiedTerminals", "terminal", listing=True)
EDIT_TERMINAL = Operation("EditTerminal", "terminal", write=True)
GET_TERMINAL_USAGE = Operation("GetTerminalUsage", "billing")
SEND_SMS = Operation("SendSMS", "Sms", write=True)
GET_SMS_DETAILS = Operation("GetSMSDetails", "Sms")
GET_MODIFIED_SMS = Operation("GetModifiedSMS", "Sms")


class SoapLink:
    """One account's SOAP address and credentials. Each call is made once and never repeated.

    Raises errors of the contract only; `may_have_happened` is True when no answer says that a write failed.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.address = address_in(context)
        self.user = username_of(context.settings)
        password = str(context.settings.get("password") or "")
        self._credentials = Credentials(self.user, password, access_key_of(context.settings))

    def call(self, operation: Operation, *fields: Field) -> Node:
        """The reply's payload; `fields` in the order of the schema."""
        answer = self._exchange(operation, self._envelope(operation, fields))
        content = _inside_body(answer.content, operation)
        fault = content and read_fault(content)
        if fault:
            # A fault comes with status 500, so it is looked for before the status is.
            wait = retry_after(answer.headers, self.context.now())
            raise fault_error(fault, self._shown(fault.words), write=operation.write, retry_after=wait)
        if content and _is_success(answer) and content.is_named(SCHEMA, f"{operation.name}Response"):
            return content
        raise self._no_answer(answer, operation.write)

    def _envelope(self, operation: Operation, fields: tuple[Field, ...]) -> bytes:
        try:
            return envelope(operation.name, fields, self._credentials, secrets.token_hex(8))
        except NotInXmlError as error:
            raise Refused(_NOT_IN_XML) from error

    def _exchange(self, operation: Operation, body: bytes) -> Response:
        url = f"{self.address.url(SOAP)}/{operation.path}"
        headers = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml", "SOAPAction": operation.action}
        try:
            return self.context.http.post(url, data=body, headers=headers)
        except OutboundError as error:
            raise unanswered(error, operation.write) from error

    def _shown(self, words: str) -> str:
        return without_secrets(words, (self._credentials.licence_key, self._credentials.password))

    def _no_answer(self, answer: Response, write: bool) -> ProviderError:
        """What is no SOAP of Control Center: the page of another host, of a gateway, or nothing."""
        host = self.address.host
        if answer.status_code == _METHOD_NOT_ALLOWED or (_is_success(answer) and _is_page(answer.content)):
            return CannotConnect(WRONG_DOMAIN.format(host=host), may_have_happened=write and _is_success(answer))
        reply = Reply(host, answer.status_code, answer.headers, body=None)
        error = failure(reply, write=write, now=self.context.now())
        return error or BadResponse("Control Center gave no answer that can be read.", may_have_happened=write)


def _is_success(answer: Response) -> bool:
    return 200 <= answer.status_code < 300


def _inside_body(content: bytes, operation: Operation) -> Node | None:
    """The one element in the body of an envelope; None if this is no such document."""
    try:
        root = parse(content, listing=operation.listing)
    except XmlError:
        return None
    body = root.first("Body") if root.is_named(ENVELOPE, "Envelope") else None
    return body.children[0] if body and body.children else None


def _is_page(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_PAGE)
