"""Everything of one call, redacted: names and values by the wire's allow-list, then once more by the secrets sent."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from extensions.core.contract import Wire
from extensions.core.redaction import prose
from extensions.core.redaction.bodies import Body, read_body
from extensions.core.redaction.pseudonyms import pseudonym, whole_number

# What every HTTP service has.
_KEPT_HEADERS = """
    accept accept-encoding allow cache-control connection content-encoding content-length content-type date expires
    keep-alive pragma retry-after server transfer-encoding user-agent vary
"""
_NAMED_HEADERS = """
    authorization cookie etag location proxy-authorization set-cookie www-authenticate x-request-id
"""
_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_CHALLENGE = "www-authenticate"
# What every SOAP envelope has.
_SOAP_KEPT = "faultcode mustUnderstand nil"
_SOAP_NAMED = """
    Envelope Header Body Fault faultactor detail Security UsernameToken Username Password Nonce Created Type
"""
_SOAP_NAMESPACES = frozenset(
    {
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2001/XMLSchema",
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    }
)
_SCHEMES = frozenset({"Basic", "Bearer", "Digest"})
_LONGEST_KEPT = 200
_SHORTEST_SECRET = 4
_ANY_MARK = re.compile(r"(‹[^‹›]*›)")


class Redactor:
    """For the calls of one organization with one set of credentials.

    `scope` decides which values get the same stand-in. `secrets` are searched for in all that the allow-list let
    through, in every form in which a service might repeat them.
    """

    def __init__(self, wire: Wire, scope: str, secrets: Iterable[str] = ()) -> None:
        self.namespaces = _SOAP_NAMESPACES | wire.namespaces
        self._scope, self._code = scope, wire.code
        self._kept, self._prose = _lower((*wire.kept, *_SOAP_KEPT.split())), _lower(wire.prose)
        self._named = self._kept | self._prose | _lower((*wire.named, *_SOAP_NAMED.split()))
        self._words, self._paths = _lower(wire.words), wire.paths
        self._headers = _lower((*wire.headers, *_KEPT_HEADERS.split()))
        self._secrets = {form: self._stand_in(secret) for secret in secrets for form in _forms(secret)}

    def value(self, name: str, value: str) -> str:
        """The value itself, its sentence without unknown words, or its stand-in; "" stays "", absence tells nothing."""
        name = name.lower()
        if not value.strip():
            return ""
        if name in self._kept and len(value) <= _LONGEST_KEPT and value.isprintable():
            return self._without_secrets(value)
        if name in self._prose:
            return self.sentence(value)
        return self._stand_in(value)

    def plain(self, name: str, value: str) -> str:
        """For names that are ours and not the wire's: never a sentence of the service."""
        return self.value(name, value) if name.lower() in self._kept else self.value("", value)

    def scalar(self, name: str, value: Any) -> Any:
        """A JSON value that is neither an object nor a list, as one of the same type where that is possible."""
        if value is None or isinstance(value, str):
            return value and self.value(name, value)
        if name.lower() in self._kept:
            return value
        return "‹yes or no›" if isinstance(value, bool) else whole_number(self._scope, value)

    def name(self, name: str) -> str:
        """The name if it is known; else its stand-in: a service may use anybody's data as a key."""
        return name if self.knows(name) else self._stand_in(name)

    def knows(self, name: str) -> bool:
        return name.lower() in self._named

    def url(self, url: str) -> str:
        """Scheme, host and port stay: they are the address that the configuration shows."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = "&".join(
            f"{_readable(self.name(name))}={_readable(self.value(name, value))}"
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        )
        path = "/".join(map(_readable, self._segments(parts.path)))
        return self._without_secrets(f"{parts.scheme}://{host}{path}{'?' if query else ''}{query}")

    def headers(self, headers: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """Known headers, and how many others there were."""
        shown = {name: self._header(name.lower(), str(value)) for name, value in headers.items()}
        known = {name: value for name, value in shown.items() if value is not None}
        return known, len(shown) - len(known)

    def body(self, content: bytes | str | None, content_type: str = "") -> Body:
        raw = content.encode() if isinstance(content, str) else content
        body = read_body(raw or b"", content_type, self)
        return body.with_text(self._without_secrets(body.text))

    def _segments(self, path: str) -> Iterable[str]:
        before = ""
        for segment in map(unquote, path.split("/")):
            yield segment if segment in self._paths else self.value(before, segment)
            before = segment

    def _header(self, name: str, value: str) -> str | None:
        if name in self._headers and len(value) <= _LONGEST_KEPT and value.isprintable():
            return self._without_secrets(value)
        if name == _CHALLENGE:
            return self.sentence(value)
        if name in _CREDENTIALS:
            return self._credentials(value)
        return self._stand_in(value) if name in _NAMED_HEADERS.split() else None

    def _credentials(self, value: str) -> str:
        """From here on the whole of it is a secret too: user and key, encoded together."""
        scheme, _, rest = value.partition(" ")
        secret = rest if scheme in _SCHEMES else value
        self._secrets |= dict.fromkeys(_forms(secret), self._stand_in(secret))
        return value.replace(secret, self._stand_in(secret))

    def sentence(self, text: str) -> str:
        """A service's words, or its code, without what is in no vocabulary."""
        # What stands for a secret is no word of the service, and is not to be replaced once more.
        made = set(self._secrets.values())
        parts = re.split(f"({'|'.join(map(re.escape, made))})", self._without_secrets(text)) if made else [text]
        return "".join(part if part in made else self._words_of(part) for part in parts)

    def _words_of(self, text: str) -> str:
        return prose.redacted(text, self._words, self._code, self._stand_in)

    def _stand_in(self, value: str) -> str:
        return pseudonym(self._scope, value)

    def _without_secrets(self, text: str) -> str:
        for form, mark in self._secrets.items():
            text = text.replace(form, mark)
        return text


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _readable(text: str) -> str:
    """Quoted for a URL, but for the marks, which nothing in a URL can be taken for."""
    return "".join(part if _ANY_MARK.fullmatch(part) else quote(part, safe=":+@,") for part in _ANY_MARK.split(text))


def _forms(secret: str) -> set[str]:
    """How a secret may be written where it is repeated; too short a one would be found everywhere."""
    if len(secret) < _SHORTEST_SECRET:
        return set()
    encoded = base64.b64encode(secret.encode()).decode()
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {secret, escape(secret), escape(secret, quote=False), json.dumps(secret)[1:-1], encoded, *quoted}
