"""Who walks: every role, and everybody who has no business in the organization."""

import base64
import re
import time
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from typing import Any, ClassVar

from django.contrib.auth import SESSION_KEY
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.organizations.keys import services as keys
from iotdash.organizations.keys.services import Made
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory, UserFactory, member
from tests.organizations.walk.world import House

METHODS = ("get", "post")
API_METHODS = (*METHODS, "put", "delete")
# A GET as htmx asks, for a part of a page that is open already.
FRAGMENT = "fragment"
WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


@dataclass(frozen=True)
class Answer:
    """`body` to its end; `written` are the tables in which the request changed something."""

    status: int
    body: bytes
    written: set[str]


@dataclass
class Person:
    """`role` in the house that is walked, None for a stranger; `kept_out` in spite of it.

    `home` is the house of which the person may read everything; of one that keeps them out they know the name.
    """

    name: str
    user: User | None
    role: Role | None = None
    kept_out: bool = False
    one_step: bool = False
    home: House | None = None
    # Tables in which it is noted that they came.
    noted: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        if self.user is not None:
            self.client.force_login(self.user)
            _signed_in_just_now(self.client, self.user)
        self._cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, house: House, method: str, address: str, body: Any = None) -> Answer:
        """What the request changed is undone. `body` is sent as JSON."""
        self.client.cookies = SimpleCookie(self._cookies)
        tables: set[str] = set()
        with transaction.atomic():
            if self.one_step:
                Organization.objects.filter(pk=house.organization.pk).update(second_factor_required=True)
            with connection.execute_wrapper(partial(_note_write, tables)):
                response = self._response(method, address, body)
            content = b"".join(response) if response.streaming else response.content
            transaction.set_rollback(True)
        return Answer(response.status_code, content, tables)

    def _response(self, method: str, address: str, body: Any) -> HttpResponseBase:
        if body is not None:
            return getattr(self.client, method)(address, body, content_type="application/json")
        if method == FRAGMENT:
            return self.client.get(address, headers={"HX-Request": "true"})
        return getattr(self.client, method)(address)


@dataclass
class Program(Person):
    """Comes in with an API key, by HTTP Basic."""

    made: Made | None = None
    noted: ClassVar[frozenset[str]] = frozenset({"organizations_apikey"})

    def __post_init__(self) -> None:
        pair = f"{self.made.key.public_id}:{self.made.token}".encode()
        header = {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
        self.client, self._cookies = Client(raise_request_exception=False, headers=header), ""


def programs(house: House) -> list[Person]:
    """Keys of each role, and one that was revoked."""
    maker = house.administrator.memberships.get()
    made = {role: keys.make(house.source, maker, f"walking {role}", role) for role in reversed(Role)}
    walking = [Program(f"{role} key", maker.user, role, home=house, made=each) for role, each in made.items()]
    revoked = keys.make(house.source, maker, "walked", Role.ADMINISTRATOR)
    keys.revoke(house.source, revoked.key)
    return [*walking, Program("revoked key", maker.user, Role.ADMINISTRATOR, kept_out=True, made=revoked)]


def key_of_administrator(house: House) -> Made:
    return keys.make(house.source, house.administrator.memberships.get(), "elsewhere", Role.ADMINISTRATOR)


def _note_write(tables: set[str], execute, sql, params, many, context):
    if written := WRITE.match(sql):
        tables.add(written[1])
    return execute(sql, params, many, context)


def _signed_in_just_now(client: Client, user: User) -> None:
    """So that no page asks for the password again before it looks for the thing."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": user.email}]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()


def everybody(house: House, other: House) -> list[Person]:
    """All who walk through `house`; one of them administrates the `other`."""
    people = [
        Person(role.value, member(house.organization, role, f"walking-{role.value}"), role, home=house)
        for role in reversed(Role)
    ]
    administrator = {"role": Role.ADMINISTRATOR, "kept_out": True}
    return [
        *people,
        Person("stranger", UserFactory(email="walking-stranger@example.com")),
        Person("administrator elsewhere", other.administrator, home=other),
        Person("signed out", None),
        Person("blocked", _administrator(house, blocked_at=timezone.now()), **administrator),
        Person("expired", _administrator(house, expires_at=timezone.now()), **administrator),
        Person("without second factor", _administrator(house), one_step=True, **administrator),
    ]


def _administrator(house: House, **fields) -> User:
    return MembershipFactory(organization=house.organization, role=Role.ADMINISTRATOR, **fields).user
