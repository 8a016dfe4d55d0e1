"""Removing a mail service: whoever is asked is told what becomes of mail and of invitations."""

import re

import pytest

from extensions.core.services import configurations
from iotdash.organizations.invitations import services
from iotdash.runtime.models import OutboxMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(config, owner_client) -> str:
    """What the page says, without its furniture."""
    body = owner_client.get(f"/abc123/extensions/{config.pk}/remove/", headers={"HX-Request": "true"}).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def invited(config, organization, owner, source):
    member = organization.memberships.get(user=owner)
    return [services.invite(source, member, f"{name}@example.com", "reader") for name in ("ada", "ben", "cem")]


@pytest.fixture
def one_revoked(invited, organization, owner, source):
    services.revoke(source, organization.memberships.get(user=owner), invited[0])


def test_it_says_how_much_mail_waits_and_how_many_invitations_are_pending(one_revoked, asked):
    assert "Waiting Mail that was not sent yet (2), until a mail service is set up again." in asked
    assert "Invitations 2 pending. Links that were sent go on working." in asked


def test_it_speaks_of_no_devices(asked):
    assert "device" not in asked.lower()
    assert "Cancelled" not in asked


def test_and_so_it_is(invited, config, source):
    configurations.remove(config, source)
    assert OutboxMail.objects.filter(settled_at=None).count() == 3
