"""The transport: services, authentication, rights, rate, quota, and replies in XML."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from werkzeug.exceptions import HTTPException, MethodNotAllowed, Unauthorized, UnsupportedMediaType
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing.exchange import Incoming, Reply
from extensions.core.contract.sandboxing.faults import Fault, Kind
from extensions.core.contract.sandboxing.soap import reading
from extensions.core.contract.sandboxing.soap.names import qualified
from extensions.core.contract.sandboxing.soap.reading import Misfit

from .. import problems, quota
from ..model import Account
from ..problems import MalimaFault
from ..settings import Settings
from ..state import State
from . import schema, writing
from .call import SoapCall
from .names import BASES, OPERATIONS
from .services import Operation, Service, services

_CHALLENGE = 'Basic realm="M2M API"'
_REFUSED = "<html><head><title>401 Authorization Required</title></head><body>Authorization Required</body></html>\n"
_FAULT_CODES = {
    Kind.SERVER_ERROR: problems.BROKEN,
    Kind.THROTTLE: problems.THROTTLED,
    Kind.EXPIRED_KEY: problems.NOT_PROVED,
}


class SoapFace:
    transport = "soap"

    def __init__(self, state: State) -> None:
        self._state = state

    def incoming(self, request: Request) -> Incoming:
        """The body is the request's element, or why there is none."""
        login = (request.authorization.username or "") if _is_basic(request) else ""
        account = self._state.account(login)
        known_as = frozenset({account.customer_id} if account else ())
        try:
            body: Element | Misfit = reading.opened(request.get_data())[1]
        except Misfit as misfit:
            return Incoming(request, login, {}, misfit, request.path, known_as)
        operation = self._named(request, body)
        path = f"{request.path}/{operation.name}" if operation else request.path
        edits = operation is not None and operation.edits
        return Incoming(request, login, reading.as_sent(body), body, path, known_as, edits)

    def answer(self, incoming: Incoming) -> Reply:
        """The reply of the service; refusals included."""
        try:
            return self._carried_out(incoming)
        except MalimaFault as fault:
            return self._refused(fault, incoming)
        except HTTPException as not_soap:
            return Reply(not_soap.get_response(incoming.request.environ))

    def fault_reply(self, fault: Fault) -> Reply:
        code = fault.error_code or _FAULT_CODES[Kind(fault.kind)]
        if fault.kind == Kind.EXPIRED_KEY and self._state.settings.wrong_password == "401":  # noqa: S105
            reply = Reply(_unauthorized(), code)
        else:
            reply = writing.refusal(problems.refusal(code), self._tracking(None), fault.status or 500)
        if fault.retry_after is not None:
            reply.response.headers["Retry-After"] = str(fault.retry_after)
        return reply

    def wsdl(self, request: Request) -> Response | None:
        """The service's description, for `?wsdl`; None if something else is asked."""
        service = self._service(request)
        asked = request.method in ("GET", "HEAD") and request.query_string.lower() == b"wsdl"
        return schema.response(request, service) if service and asked else None

    def _carried_out(self, incoming: Incoming) -> Reply:
        request, settings = incoming.request, self._state.settings
        service = self._checked(request)
        account = self._account(request, settings, service)
        now = self._state.settle()
        if not self._state.meter.admits(account.customer_id, now, settings.rate_limit):
            raise problems.refusal(problems.THROTTLED)
        operation, values = self._asked(incoming)
        self._count(account, service)
        call = SoapCall(self._state, settings, account, now, values, incoming.call_id, incoming.happens)
        found = operation.handler(call)
        return writing.answer(operation.reply_root, operation.reply, found, self._tracking(incoming.call_id))

    def _checked(self, request: Request) -> Service:
        """The service, if HTTP is as it must be."""
        if request.method != "POST":
            raise MethodNotAllowed(["POST"])
        service = self._service(request)
        if service is None:
            raise problems.refusal(problems.NO_SERVICE)
        if request.mimetype != "text/xml" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
            raise UnsupportedMediaType
        return service

    def _account(self, request: Request, settings: Settings, service: Service) -> Account:
        """Who proves to be somebody, and may use the service."""
        given = request.authorization if _is_basic(request) else None
        account = self._state.proved(given.username or "", given.password or "") if given else None
        if account is None:
            if given is None or settings.wrong_password == "401":  # noqa: S105
                raise Unauthorized(response=_unauthorized())
            raise problems.refusal(problems.NOT_PROVED)
        if not account.known:
            raise problems.refusal(problems.UNKNOWN_USER)
        if service.only_changes and not account.may_change:
            raise problems.refusal(problems.NOT_ALLOWED)
        return account

    def _asked(self, incoming: Incoming) -> tuple[Operation, dict[str, object]]:
        """The operation and its values, held against the tables."""
        try:
            if isinstance(incoming.body, Misfit):
                raise incoming.body
            operation = self._named(incoming.request, incoming.body)
            if operation is None:
                raise Misfit(f"There is no operation {incoming.body.tag}")
            if incoming.request.headers.get("SOAPAction") != '""':
                raise Misfit('The header SOAPAction must be ""')
            return operation, reading.values(operation.request, incoming.body)
        except Misfit as misfit:
            raise problems.refusal(problems.AGAINST_SCHEMA, str(misfit)) from None

    def _count(self, account: Account, service: Service) -> None:
        with self._state.store.write() as db:
            counted = quota.count(db, self._state.settings, account.customer_id, service.name, self._state.now())
        if not counted:
            raise problems.refusal(problems.QUOTA_SPENT)

    def _service(self, request: Request) -> Service | None:
        known = services(self._state.settings.api_version)
        found = (known.get(request.path.removeprefix(base)) for base in BASES if request.path.startswith(base))
        return next(found, None)

    def _named(self, request: Request, body: Element) -> Operation | None:
        service = self._service(request)
        offered = service.operations if service else ()
        return next((each for each in offered if body.tag == qualified(each.name, OPERATIONS)), None)

    def _refused(self, fault: MalimaFault, incoming: Incoming) -> Reply:
        return writing.refusal(fault, self._tracking(incoming.call_id))

    def _tracking(self, call_id: int | None) -> Element | None:
        if not self._state.settings.tracking:
            return None
        return writing.tracking_header(f"sandbox-{call_id or 0}", self._state.now())


def _unauthorized() -> Response:
    headers = {"WWW-Authenticate": _CHALLENGE}
    return Response(_REFUSED, 401, headers, content_type="text/html; charset=iso-8859-1")


def _is_basic(request: Request) -> bool:
    return request.authorization is not None and request.authorization.type == "basic"
