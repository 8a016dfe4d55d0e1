"""A site-wide mail credential never reaches a host that an organization typed, whatever of its settings is empty."""

import base64
import binascii
import itertools
import re
import socket
from contextlib import ExitStack, suppress

import pytest
from email_world import API_KEY, PASSWORD, USERNAME, talking

from extensions.core.contract import ProviderError
from extensions.email.provider import Email

pytestmark = pytest.mark.slow

EMAIL = Email()
SITE_USER, SITE_PASSWORD = "site-wide-mailer", "site-wide-password-4711"
SITES = {
    "nothing": {"EMAIL_HOST": "localhost", "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": ""},
    "credentials": {"EMAIL_HOST": "127.0.0.1", "EMAIL_HOST_USER": SITE_USER, "EMAIL_HOST_PASSWORD": SITE_PASSWORD},
}
# How a field can be empty: left out, as forms send it, as JSON says it, and for blanks.
EMPTIES = ("left out", "", None, "  ")
SERVER_FIELDS = ("host", "port", "security", "username", "password", "ca_pem", "sender_name", "sender_address")
KEY_FIELDS = ("api_key", "region", "webhook_key", "sender_name", "sender_address")


class Recorder:
    """Takes every sign-in and every message, and keeps all bytes."""

    def __init__(self) -> None:
        self.heard = b""

    def __call__(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        connection.sendall(b"220 recorder ESMTP\r\n")
        for line in lines:
            self.heard += line
            connection.sendall(self._answer(line))

    def _answer(self, line: bytes) -> bytes:
        word = line[:4].upper()
        if word == b"EHLO":
            return b"250-recorder\r\n250 AUTH PLAIN LOGIN\r\n"
        answers = {b"AUTH": b"334 \r\n", b"DATA": b"354 Go\r\n", b"QUIT": b"221 Bye\r\n"}
        if word in answers:
            return answers[word]
        decoded = _decoded(line)
        return b"235 Ok\r\n" if b"\0" in decoded or decoded == PASSWORD.encode() else b"250 Ok\r\n"

    def knows(self, secret: str) -> bool:
        """Whether it was told it, as it is or in base64."""
        words = [word for word in re.split(rb"[\s:]+", self.heard) if word]
        return any(secret.encode() in each for each in (self.heard, *map(_decoded, words)))


def _decoded(word: bytes) -> bytes:
    try:
        return base64.b64decode(word.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


@pytest.fixture(params=SITES)
def site(request, settings):
    """The site's own mail settings; the recorder is where its mail goes."""
    recorder = Recorder()
    with talking(recorder) as port:
        for name, value in (SITES[request.param] | {"EMAIL_PORT": port, "EMAIL_USE_TLS": False}).items():
            setattr(settings, name, value)
        yield recorder


@pytest.fixture
def no_names(monkeypatch):
    """Nobody outside is looked up."""
    real = socket.getaddrinfo

    def look_up(host, *args, **kwargs):
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def combinations(fields):
    """Every choice of fields that are empty, in every way of being empty."""
    for size in range(len(fields) + 1):
        for empty in itertools.combinations(fields, size):
            for how in EMPTIES if empty else ("",):
                yield dict.fromkeys(empty, how)


def emptied(settings, empty):
    changed = {**settings, **empty}
    return {name: value for name, value in changed.items() if value != "left out"}


def work_through(context, mail):
    for work in (lambda: EMAIL.check(context), lambda: EMAIL.send(context, mail)):
        with suppress(ProviderError):
            work()


def test_the_recorder_would_notice(context_of, mail):
    """With the site's credentials typed in, it is told them: else the tests below could not fail."""
    recorder = Recorder()
    with talking(recorder) as port:
        settings = {"method": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
        EMAIL.send(context_of(**settings, username=SITE_USER, password=SITE_PASSWORD), mail)
    assert recorder.knows(SITE_PASSWORD)
    assert recorder.knows(SITE_USER)


@pytest.mark.parametrize("method", ["smtp", "sendgrid_username"])
def test_no_mail_server_is_told_the_sites_credentials(context_of, mail, site, no_names, method):
    typed, tried = Recorder(), 0
    with ExitStack() as stack:
        port = stack.enter_context(talking(typed))
        settings = {"method": method, "host": "127.0.0.1", "port": port, "security": "none"}
        settings |= {"username": USERNAME, "password": PASSWORD}
        for empty in combinations(SERVER_FIELDS):
            work_through(context_of(**{"sender_name": "", **emptied(settings, empty)}), mail)
            tried += 1
    assert tried == 1 + (2 ** len(SERVER_FIELDS) - 1) * len(EMPTIES)
    assert typed.knows(PASSWORD), "Nothing was tried."
    assert not typed.knows(SITE_PASSWORD)
    assert not typed.knows(SITE_USER)
    assert site.heard == b"", "The organization's mail went to the site's own server."


def test_no_api_is_told_the_sites_credentials(context_of, mail, site, no_names, httpserver):
    heard = []
    httpserver.expect_request(re.compile(".*")).respond_with_handler(
        lambda request: heard.append(f"{request.headers}{request.get_data(as_text=True)}") or ""
    )
    settings = {"method": "sendgrid_key", "api_key": API_KEY, "api_address": httpserver.url_for("").rstrip("/")}
    for empty in combinations((*KEY_FIELDS, "api_address")):
        work_through(context_of(**{"sender_name": "", **emptied(settings, empty)}), mail)
    assert API_KEY in "".join(heard)
    assert SITE_PASSWORD not in "".join(heard)
    assert SITE_USER not in "".join(heard)
    assert site.heard == b""
