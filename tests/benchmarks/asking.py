"""Requests to the product inside this process, through its WSGI application: every layer but the socket."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory, override_settings

from iotdash.accounts.models import User

_TOKEN = "c" * 32


class Unexpected(Exception):
    """The page answered something else than 200: then its time means nothing."""


class Application:
    """A WSGI application as a server calls it."""

    def __init__(self, **changed_settings: Any) -> None:
        with override_settings(**changed_settings):
            self._handler = WSGIHandler()
        self._factory = RequestFactory(HTTP_HOST="127.0.0.1")

    def get(self, url: str, session: str = "", **headers: str) -> str:
        """The page's text."""
        cookies = {settings.SESSION_COOKIE_NAME: session} if session else {}
        status, _, text = self._answer(self._factory.get(url, **_header(cookies), **headers).environ)
        if not status.startswith("200"):
            raise Unexpected(f"{url} answered {status}")
        return text

    def post(self, url: str, session: str, data: Mapping[str, str]) -> str:
        """Where a form that was taken leads to."""
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: _TOKEN}
        given = {**data, "csrfmiddlewaretoken": _TOKEN}
        status, headers, _ = self._answer(self._factory.post(url, given, **_header(cookies)).environ)
        if not status.startswith("302"):
            raise Unexpected(f"{url} answered {status}")
        return headers["Location"]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, str], str]:
        """Status line, headers, body."""
        started: list[Any] = []
        response = self._handler(environ, lambda status, headers: started.extend((status, dict(headers))))
        try:
            body = b"".join(response)
        finally:
            response.close()
        return started[0], started[1], body.decode()


def _header(cookies: Mapping[str, str]) -> dict[str, str]:
    return {"HTTP_COOKIE": SimpleCookie(cookies).output(header="", sep=";").strip()} if cookies else {}


def signed_in(user: User) -> str:
    """The key of a session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def timed(ask: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL of every query inside."""
    asked: list[str] = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
