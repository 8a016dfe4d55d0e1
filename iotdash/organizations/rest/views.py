"""The base of every view of the API."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from iotdash.lib.rest import bodies, encoding, limits, problems
from iotdash.organizations.authorization import Actor, authorize
from iotdash.organizations.models import Organization
from iotdash.organizations.rest.callers import Caller, caller_of
from iotdash.organizations.roles import SEE


class OrganizationRestView(APIView):
    """Methods are declared by `iotdash.lib.rest.operations.operation` and get the path's parameters.

    Before one is called: the organization is found, the caller known and allowed, the request counted and its body
    checked. Then there are `organization`, `actor`, `source`, `caller` and `given` (the body).
    """

    section = "Organization"
    http_method_names = ["get", "head", "post", "put", "delete"]
    caller: Caller
    given: Any = None
    _allowance: limits.Allowance | None = None

    @property
    def organization(self) -> Organization:
        return self.caller.organization

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    @property
    def source(self):
        return self.caller.source

    def address(self, name: str, **kwargs: Any) -> str:
        """Of something else in the API, by the same way in: with the organization in the path, or without."""
        if self.named:
            return reverse(f"organization-api:{name}", kwargs={"org": self.named, **kwargs})
        return reverse(f"api:{name}", kwargs=kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # REST framework asks for it where a mistake of ours is shown to developers.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), "application/json"
        method = getattr(self, request.method.lower(), None)
        self.caller = caller_of(request._request, self.named)
        self._allowance = limits.take(self.caller.name)
        if method is None:
            return
        authorize(self.actor, getattr(method, "action", SEE), self.organization)
        if body := getattr(method, "body", ""):
            self.given = bodies.given(request._request, body)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.named = kwargs.pop("org", "")
        return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """JSON, whatever a client says that it accepts.

        Made here, because what a renderer makes it of later stays, in a circle of view, request and response, until the
        garbage collector finds that.
        """
        finished = _encoded(response) if isinstance(response, Response) else response
        allowance = self._allowance.headers if self._allowance else {}
        for name, value in {**self.headers, **allowance, "Cache-Control": "no-store"}.items():
            finished.headers.setdefault(name, value)
        if not finished.headers.get("Allow"):
            # It would say that there is something here, which no method fits.
            finished.headers.pop("Allow", None)
        return finished


def _encoded(response: Response) -> HttpResponse:
    body = b"" if response.data is None else encoding.encoded(response.data)
    encoded = HttpResponse(body, status=response.status_code, headers=dict(response.headers))
    if body:
        encoded.headers["Content-Type"] = "application/json"
    else:
        del encoded.headers["Content-Type"]
    return encoded


class Nothing(OrganizationRestView):
    """Every address that is none. Asks who calls first, so that a stranger cannot tell which ones exist."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise problems.not_found("There is nothing at this address.")
