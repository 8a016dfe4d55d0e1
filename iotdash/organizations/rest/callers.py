"""Who calls the API: an API key by HTTP Basic, or a signed-in person with the session of the pages.

Which organization is meant is told by the path (`/{org}/api/v0002/`), the host name (`{org}.{domain}`), or the key;
all that tell must agree. A person has to say it by path or host name.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication

from iotdash.accounts.addresses import address_of
from iotdash.audit.services import Source
from iotdash.lib.rest import limits, problems
from iotdash.lib.rest.problems import NOT_AUTHENTICATED, Problem, RestError
from iotdash.organizations import gate, keys
from iotdash.organizations.authorization import Actor
from iotdash.organizations.models import Organization
from iotdash.organizations.queries import membership_in

_ORGANIZATION = re.compile(r"[a-z0-9]{6}")
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="iotdash REST API", charset="UTF-8"'}
_READING = ("GET", "HEAD")
_NO_SUCH_ORGANIZATION = "There is no such organization, or you are not a member of it."


@dataclass(frozen=True)
class Caller:
    """`actor` is what roles are asked of. `name` counts requests; `kind` as devices are told who registered them."""

    actor: Actor
    organization: Organization
    name: str
    kind: str
    find_source: Callable[[], Source]

    @cached_property
    def source(self) -> Source:
        """For what changes something: finding the address would take a twelfth of reading a device."""
        return self.find_source()


def caller_of(request: HttpRequest, named: str) -> Caller:
    """`named`: the organization in the path, or "". Raises RestError 401, 403, 404, and 400 if none is named."""
    named = _same(named, _in_host(request.get_host()))
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return _by_key(request, header, named) if header else _by_session(request, named)


def _in_host(host: str) -> str:
    """The organization that a host name tells, or ""."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    # A dot at the end says that the name is whole: it is the same host.
    first, _, domain = name.lower().removesuffix(".").partition(".")
    return first if domain in settings.IOTDASH_REST_DOMAINS and _ORGANIZATION.fullmatch(first) else ""


def _same(one: str, other: str) -> str:
    if one and other and one != other:
        raise problems.not_found("The host name and the path name different organizations.")
    return one or other


def _by_key(request: HttpRequest, header: str, named: str) -> Caller:
    if request.method not in _READING and _of_another_site(request):
        raise problems.not_allowed("A page of another site may not change anything here.")
    key_id, token = _basic(header)
    try:
        actor = keys.authenticate(key_id, token)
    except keys.KeyRefused as refusal:
        # Whoever has the right token comes in, whatever others try from the same address.
        limits.take_refusal(address_of(request))
        raise _refused(refusal) from None
    if named and actor.organization.public_id != named:
        raise problems.not_allowed("This API key belongs to another organization.")
    if not actor.use_noted:
        actor.note_use(address_of(request))
    return Caller(actor, actor.organization, key_id, "app", lambda: actor.source(address_of(request)))


def _of_another_site(request: HttpRequest) -> bool:
    """A browser that somebody gave a key sends it with whatever any page posts to us. Programs have no Origin."""
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.get_host()


def _basic(header: str) -> tuple[str, str]:
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        raise problems.not_allowed("Sign in with an API key by HTTP Basic: its id as user name, its token as password.")
    try:
        user, colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        user, colon, password = "", "", ""
    if not colon:
        raise _unauthenticated("The Authorization header cannot be read.")
    return user, password


def _refused(refusal: keys.KeyRefused) -> RestError:
    if refusal.wrong_token:
        return _unauthenticated(str(refusal))
    return problems.not_allowed(str(refusal))


def _unauthenticated(words: str) -> RestError:
    return RestError(401, Problem(NOT_AUTHENTICATED, words), headers=_CHALLENGE)


def _by_session(request: HttpRequest, named: str) -> Caller:
    if not request.user.is_authenticated:
        raise _unauthenticated("An API key is needed: its id as user name, its token as password.")
    if not named:
        raise problems.bad_value("Name the organization: /{org}/api/v0002/… or the host name {org}.{domain}.")
    membership = membership_in(request.user, named)
    if membership is None:
        raise problems.not_found(_NO_SUCH_ORGANIZATION)
    if sentence := gate.sentence(request, membership):
        raise problems.not_allowed(sentence)
    if request.method not in _READING:
        # Raises PermissionDenied: another site's page could send what this person may do.
        SessionAuthentication().enforce_csrf(request)

    def source() -> Source:
        return Source(actor=request.user.email, organization=named, address=address_of(request))

    return Caller(membership, membership.organization, f"person:{request.user.pk}", "person", source)
