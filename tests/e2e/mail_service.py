"""A mail service of the test's own: a real SMTP server with TLS and one account, and the mail that it took."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import trustme

from extensions.email.tests.email_world import Server, mail_server
from tests.demo.test_demo_supervisor import wait_for

HOST = "localhost"


@dataclass(frozen=True)
class MailService:
    """`ca_pem`: certificate of the private authority that vouches for the server, in PEM form."""

    server: Server
    ca_pem: str
    security: str

    @property
    def port(self) -> int:
        return self.server.port

    def change_password(self, password: str) -> None:
        """As its owner does there; nobody else is told."""
        self.server.authenticator.password = password

    def refused(self) -> int:
        """How often somebody tried another password than the present one."""
        return sum(password != self.server.authenticator.password for _, _, password in self.server.authenticator.tries)

    def letters(self, recipient: str) -> list[EmailMessage]:
        """What came for this address, oldest first, all of it over TLS from who had signed in."""
        mine = [each for each in self.server.keeper.envelopes if each.rcpt_tos == [recipient]]
        assert [(each.over_tls, each.signed_in) for each in mine] == [(True, True)] * len(mine)
        return [message_from_bytes(each.content, policy=policy.default) for each in mine]

    def letter(self, recipient: str, number: int = 1) -> EmailMessage:
        """The first, second, … letter to this address, once it has come. There is no further one."""
        wait_for(lambda: len(self.letters(recipient)) >= number)
        letters = self.letters(recipient)
        assert len(letters) == number
        return letters[-1]


@contextmanager
def running(security: str) -> Iterator[MailService]:
    """`security`: "STARTTLS" or "Implicit TLS", as the set-up form calls it."""
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(tls)
    with mail_server(tls, implicit=security != "STARTTLS") as server:
        yield MailService(server, authority.cert_pem.bytes().decode(), security)


def link_in(letter: EmailMessage) -> str:
    """The one link of a letter, as whoever reads the text finds it, and whoever reads the HTML."""
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    links = _Links()
    links.feed(html)
    (link,) = re.findall(r"\S+://\S+", text)
    assert links.found == [link]
    return link


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src")]
