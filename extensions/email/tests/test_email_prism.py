"""SendGrid's own description of its API, served by Prism: it finds nothing wrong with any mail that we send.

The descriptions lie beside the repository; IOTDASH_PEERS names another folder. Without them the tests are skipped.
"""

import os
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from django.conf import settings as django_settings
from email_world import API_KEY

from extensions.core.contract import AuthRejected, ProviderError, Refused
from extensions.email.provider import Email
from extensions.mailers.contract import OutgoingMail, Taken

# One process runs them all, beside one Prism for each description.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prism")]

EMAIL = Email()
PEERS = Path(os.environ.get("IOTDASH_PEERS") or django_settings.BASE_DIR.parent / "shared" / "peers")
MAIL = OutgoingMail("3f0c5a9e-1b1c-4a4e-9f5e-0d5d4f0a7b11", "new@example.com", "Invitation", "Text", "<p>Text</p>")
SHAPES = {
    "bare": {},
    "a name": {"recipient_name": "New User"},
    "odd names": {"recipient_name": 'Ünï, "Ö" <x@y.example>; 日本語'},
    "labels": {"labels": {"attempt": "1", "invitation": "7d1f", "": "", "x": "y" * 500}},
    "a category": {"category": "invitation"},
    "only text": {"html": ""},
    "only HTML": {"text": ""},
    "other letters": {"subject": "Grüße 🎉", "text": "日本語\n\u2028🎉", "html": "<p>Žluťoučký</p>"},
    "long": {"subject": "s" * 900, "text": "t" * 200_000, "html": "<p>" + "h" * 500_000 + "</p>"},
    "half a letter": {"text": "\ud83d"},
    "controls": {"text": "\x00\x07\x1b", "subject": "\x07"},
    "another domain": {"recipient": "a.b+c@straße.example"},
    "everything": {"recipient_name": "New", "labels": {"attempt": "2"}, "category": "invitation"},
}


class Prism:
    """One description, served at `url`; `said` are the lines of its log."""

    def __init__(self, command: list[str], description: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url, self.said, self._up = f"http://127.0.0.1:{port}", [], threading.Event()
        serve = [*command, "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(description)]
        self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            if "Prism is listening" in line:
                self._up.set()
        self._up.set()

    def wait(self) -> None:
        self._up.wait(60)
        assert "Prism is listening" in "".join(self.said), "".join(self.said)

    def stop(self) -> None:
        """Afterwards all that it said is known."""
        self.process.terminate()
        self.process.wait(10)
        self._reading.join(10)

    def violations(self) -> list[str]:
        return [line for line in self.said if "VALIDATOR" in line and "✔" not in line]


@pytest.fixture(scope="module")
def command() -> list[str]:
    if not (PEERS / "sendgrid_mail_v3.openapi.json").exists():
        pytest.skip(f"SendGrid's own API description is not there: no {PEERS.name}/sendgrid_mail_v3.openapi.json.")
    found = os.environ.get("PRISM", "")
    if not found and (django_settings.BASE_DIR / "build/prism/installed").exists():
        script = ["sh", str(django_settings.BASE_DIR / "scripts/prism.sh")]
        found = subprocess.run(script, stdout=subprocess.PIPE, text=True, check=True).stdout
    if not found:
        pytest.skip("Prism is not installed: scripts/prism.sh does it, and `make test` runs that.")
    return shlex.split(found)


@contextmanager
def serving(command: list[str], name: str) -> Iterator[Prism]:
    prism = Prism(command, PEERS / f"sendgrid_{name}_v3.openapi.json")
    try:
        prism.wait()
        yield prism
    finally:
        prism.stop()


@pytest.fixture(scope="module")
def mail_api(command):
    with serving(command, "mail") as prism:
        yield prism


@pytest.fixture
def reach(context_of):
    return lambda prism, **settings: context_of(
        method="sendgrid_key", **{"api_key": API_KEY, "api_address": prism.url, **settings}
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sender_name", ["", "Site Admin", "Jörg, Ö"])
def test_no_mail_violates_the_description(mail_api, reach, shape, sender_name):
    context = reach(mail_api, sender_name=sender_name)
    # Prism sends no X-Message-Id, which must not be missed.
    assert EMAIL.send(context, replace(MAIL, **SHAPES[shape])) == Taken("202 Accepted", "")


def test_nothing_was_logged_as_a_violation(command, reach):
    """Headers too, and what Prism only warns of."""
    with serving(command, "mail") as prism:
        for shape in SHAPES.values():
            EMAIL.send(reach(prism), replace(MAIL, **shape))
    assert sum("passed the validation rules" in line for line in prism.said) == len(SHAPES)
    assert prism.violations() == []


def test_prism_would_notice(command):
    """Else the tests above could not fail."""
    with serving(command, "mail") as prism:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        body = {"personalizations": [{"to": [{"email": "nobody"}]}], "from": {"email": "admin@example.com"}}
        answer = requests.post(f"{prism.url}/v3/mail/send", json=body, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert "email" in answer.headers["sl-violations"]
    assert prism.violations()


def test_what_the_description_refuses_is_refused_before_it_is_sent(mail_api, reach):
    for recipient in ("nobody", "müller@example.com", "a@b@example.com"):
        with pytest.raises(Refused):
            EMAIL.send(reach(mail_api), replace(MAIL, recipient=recipient))
    assert not any("nobody" in line for line in mail_api.said)


def test_a_check_asks_as_described(command, reach):
    with serving(command, "scopes") as prism:
        # The example in the description is of a key that may send mail.
        assert "may send mail" in EMAIL.check(reach(prism)).sentence
    assert any("get /v3/scopes" in line for line in prism.said)
    assert prism.violations() == []


def test_without_a_key_it_is_the_description_that_refuses(command, reach):
    with serving(command, "scopes") as prism:
        answer = requests.get(f"{prism.url}/v3/scopes", timeout=10)
        headers = {"Prefer": "code=401"}
        refused = requests.get(f"{prism.url}/v3/scopes", headers=headers, timeout=10)
        context = reach(prism)
        context.http.headers["Prefer"] = "code=401"
        with pytest.raises(ProviderError) as caught:
            EMAIL.check(context)
    assert (answer.status_code, refused.status_code) == (401, 401)
    assert type(caught.value) is AuthRejected
    assert caught.value.words
