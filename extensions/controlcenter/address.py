"""The domain ID: a URL or a host name, and the endpoint that it stands for."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

REST, SOAP = "rest", "soap"
PATHS = {REST: "/rws/api/v1", SOAP: "/ws/service"}
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*")
_WHOLE_NAME = "Give the whole host name, for example restapi3.jasper.com or restapi19.att.com."
_SOAP_HOSTS = frozenset(
    {
        "api.jasperwireless.com",
        "api.jasper.com",
        "api-cj.jasper.com",
        "kpnapi.jasperwireless.com",
        "apitest.jasperwireless.com",
    }
)


class DomainIdError(ValueError):
    """`str(error)` is a sentence for the person who typed it."""


@dataclass(frozen=True)
class Address:
    """`host` with the port where one was given; `protocol` is what the host or the path is known to speak."""

    scheme: str
    name: str
    port: int | None
    protocol: str

    @property
    def host(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"

    def url(self, protocol: str) -> str:
        """Where calls in this protocol go."""
        return f"{self.scheme}://{self.host}{PATHS[protocol]}"


def parse_domain_id(domain_id: str) -> Address:
    """Raises DomainIdError. Whether `http://` is allowed there is for the guard for addresses to say."""
    typed = domain_id.strip()
    parts = _split(typed if "://" in typed else f"https://{typed}")
    name = _name(parts)
    if "://" not in typed and "." not in name and name != "localhost" and ":" not in name:
        raise DomainIdError(f"“{typed}” is not a host name. {_WHOLE_NAME}")
    port = None if parts.port == _DEFAULT_PORTS[parts.scheme] else parts.port
    return Address(parts.scheme, name, port, _protocol(name, _checked_path(parts)))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DomainIdError(f"This is not an address. {_WHOLE_NAME}") from None
    if port == 0 or parts.scheme not in _DEFAULT_PORTS:
        raise DomainIdError("The address begins with https://, or is a host name alone.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise DomainIdError("Give the address alone, without a user name and without ? or #.")
    return parts


def _name(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if _NAME.fullmatch(name) or _IPV6.fullmatch(name):
        return name
    raise DomainIdError(f"“{name}” is not a host name. {_WHOLE_NAME}")


def _checked_path(parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    known = any(f"{prefix}/".startswith(f"{path}/") for prefix in PATHS.values())
    if path and not known and not path.startswith(f"{PATHS[SOAP]}/"):
        raise DomainIdError(f"“{parts.path}” is no path of the API. Give the host name alone.")
    return path


def _protocol(name: str, path: str) -> str:
    if path:
        return REST if path.startswith("/rws") else SOAP
    return SOAP if name in _SOAP_HOSTS else REST
