"""Pages for requests that cannot be answered, where Django's own say too little."""

import sys
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.log import log_response
from django.views.defaults import server_error as mistake_of_ours

from iotdash import health
from iotdash.lib.rest import answering

# No Referer, and no address in the page: it may be that of a link which is a secret.
_UNAVAILABLE = {"Retry-After": "10", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_MISTAKE = "A mistake on our side. Nothing is known of what was changed; it is in the log."


class OnlySentToMiddleware:
    """What only takes a form's content has no page: who opens its address, or was signed out in between, is told so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and not response.content:
            response.content = get_template("405.html").render({}, request)
            response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Shows our own sentence; that of a suspicious request is for the log only."""
    sentence = str(exception) if isinstance(exception, BadRequest) else ""
    if answering.is_of_api(request):
        return answering.unforeseen(400, sentence or "The request was not valid.")
    return render(request, "400.html", {"exception": sentence}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Shows the sentence of the refusal: which role may not do what, and which one may."""
    return render(request, "403.html", {"sentence": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "csrf_failure.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A database or cache that is away is no mistake of ours: 503, and one line in the log instead of a traceback."""
    error = sys.exc_info()[1]
    sentence = _what_is_away(error)
    if not sentence:
        return answering.unforeseen(500, _MISTAKE) if answering.is_of_api(request) else mistake_of_ours(request)
    response = _unavailable(request, sentence)
    log_response("%s (%s): %s", sentence, error, request.path, request=request, response=response, level="warning")
    return response


def _unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    if answering.is_of_api(request):
        return answering.unforeseen(503, sentence, _UNAVAILABLE)
    # Needs neither session nor person, which are in the database.
    body = get_template("503.html").render({"sentence": sentence, "again": request.method == "GET"})
    return HttpResponse(body, status=503, headers=_UNAVAILABLE)


def _what_is_away(error: BaseException | None) -> str:
    """A sentence, after asking again: a query that fails on a living database is a mistake of ours."""
    if isinstance(error, DatabaseError | InterfaceError):
        return health.database()
    return health.cache_store() if isinstance(error, health.redis_errors()) else ""
