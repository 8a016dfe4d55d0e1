"""Around every request: times in the zone of the person who looks, and when their session was last seen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from iotdash.accounts import sessions


class TimeZoneMiddleware:
    """Activates the signed-in person's time zone for the request; UTC for everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)


class SessionSeenMiddleware:
    """Keeps the list of somebody's sessions true."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Whoever was signed out by this request has no session any more.
        if request.user.is_authenticated:
            sessions.note_seen(request)
        return response
