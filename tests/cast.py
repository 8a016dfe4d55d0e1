"""The fixed cast and its things: factories, and fixtures that `conftest.py` hands to every test.

    def test_list(client_of, operator, organization):
        client_of(operator).get(f"/{organization.public_id}/devices/")

`owner`, `operator`, `developer`, `analyst` and `reader` are users with that role in `organization` (`owner`
is its administrator); `stranger` belongs nowhere; `other_owner` is the administrator of `other_organization`.
`support_client` is signed in as `support`, who may see everything on the support pages and has used a second factor.
"""

import time
from collections.abc import Callable
from typing import Any

import factory
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from devices.models import Device, DeviceType
from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.lib import crypto
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """A person who signs in with `email` and PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    address_proved_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, password: str = PASSWORD, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, password=password, **kwargs)


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    public_id = factory.Sequence(lambda n: f"o{n:05d}")
    name = factory.Sequence(lambda n: f"Organization {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.READER


class DeviceTypeFactory(DjangoModelFactory):
    class Meta:
        model = DeviceType

    organization = factory.SubFactory(OrganizationFactory)
    type_id = factory.Sequence(lambda n: f"type-{n}")


class DeviceFactory(DjangoModelFactory):
    """A device whose type is of its own organization: `DeviceFactory(organization=organization)`."""

    class Meta:
        model = Device

    organization = factory.SubFactory(OrganizationFactory)
    device_type = factory.SubFactory(DeviceTypeFactory, organization=factory.SelfAttribute("..organization"))
    device_id = factory.Sequence(lambda n: f"device-{n}")
    registered_by = "owner@example.com"


def member(organization: Organization, role: Role, name: str) -> User:
    """A new person `name@example.com` with that role."""
    user = UserFactory(email=f"{name}@example.com", name=name.replace("-", " ").capitalize())
    MembershipFactory(organization=organization, user=user, role=role)
    return user


@pytest.fixture
def organization(db: None) -> Organization:
    return OrganizationFactory(public_id="abc123", name="Harbour pumps")


@pytest.fixture
def other_organization(db: None) -> Organization:
    return OrganizationFactory(public_id="xyz789", name="Somebody else")


@pytest.fixture
def owner(organization: Organization) -> User:
    return member(organization, Role.ADMINISTRATOR, "owner")


@pytest.fixture
def operator(organization: Organization) -> User:
    return member(organization, Role.OPERATOR, "operator")


@pytest.fixture
def developer(organization: Organization) -> User:
    return member(organization, Role.DEVELOPER, "developer")


@pytest.fixture
def analyst(organization: Organization) -> User:
    return member(organization, Role.ANALYST, "analyst")


@pytest.fixture
def reader(organization: Organization) -> User:
    return member(organization, Role.READER, "reader")


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory(email="stranger@example.com", name="Stranger")


@pytest.fixture
def other_owner(other_organization: Organization) -> User:
    return member(other_organization, Role.ADMINISTRATOR, "other-owner")


@pytest.fixture
def cast(owner, operator, developer, analyst, reader, stranger, other_owner) -> dict[str, User]:
    """Everybody, by name of the fixture."""
    return dict(locals())


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """`client_of(operator)` is a Django test client signed in as that person."""
    return sign_in


@pytest.fixture
def owner_client(owner: User) -> Client:
    return sign_in(owner)


@pytest.fixture
def operator_client(operator: User) -> Client:
    return sign_in(operator)


@pytest.fixture
def developer_client(developer: User) -> Client:
    return sign_in(developer)


@pytest.fixture
def analyst_client(analyst: User) -> Client:
    return sign_in(analyst)


@pytest.fixture
def reader_client(reader: User) -> Client:
    return sign_in(reader)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return sign_in(stranger)


@pytest.fixture
def other_owner_client(other_owner: User) -> Client:
    return sign_in(other_owner)


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time() // 30)))


def with_app(user: User) -> str:
    """Gives the person an authenticator app; returns its secret."""
    secret = totp.generate_totp_secret()
    Authenticator.objects.create(user=user, type="totp", data={"secret": crypto.encrypt(secret)})
    return secret


def sign_in_with_code(user: User, secret: str) -> Client:
    """Both steps, as a browser takes them."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    return client


@pytest.fixture
def support(db: None) -> User:
    return UserFactory(email="support@example.com", name="Support", is_staff=True, is_superuser=True)


@pytest.fixture
def support_client(support: User) -> Client:
    return sign_in_with_code(support, with_app(support))


@pytest.fixture
def source(owner: User, organization: Organization) -> Source:
    """What services want to know of who acts: the owner, from 192.0.2.1."""
    return Source(actor=owner.email, organization=organization.public_id, address="192.0.2.1")


@pytest.fixture(autouse=True, scope="session")
def fast_passwords():
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
