"""What support staff do with invitations."""

import pytest

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Invitation
from iotdash.runtime.models import OutboxMail

URL = "/admin/organizations/invitation/"


@pytest.fixture
def revoke(support_client, invitation):
    chosen = {"action": "revoke", "_selected_action": [str(invitation.pk)]}
    return lambda: support_client.post(URL, chosen, follow=True).content.decode()


def test_staff_revoke_and_it_is_recorded(revoke):
    assert "Its link no longer works." in revoke()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.revoked_by) == ("revoked", "support@example.com")
    entry = ActivityEntry.objects.get(action="invitation revoked")
    assert (entry.organization, entry.actor, entry.via) == ("abc123", "support@example.com", "staff")
    assert OutboxMail.objects.get().state == "withdrawn"


@pytest.mark.parametrize(("status", "words"), [("revoked", "was revoked already"), ("accepted", "accepted already")])
def test_what_is_settled_stays(revoke, status, words):
    Invitation.objects.update(status=status)
    assert words in revoke()
    assert Invitation.objects.get().status == status
    assert not ActivityEntry.objects.filter(action="invitation revoked").exists()
