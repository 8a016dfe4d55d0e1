"""What support staff see of API keys, and that they can revoke them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import ApiKey, Organization

URL = "/admin/organizations/apikey/"


def test_found_by_id_and_organization_without_its_digest(made, support_client):
    for text in (made.key.public_id[:12], "abc123"):
        assert made.key.public_id in support_client.get(URL, {"q": text}).content.decode()
    assert "Active" in support_client.get(URL).content.decode()
    page = support_client.get(f"{URL}{made.key.pk}/change/", follow=True).content.decode()
    assert "developer@example.com" in page
    assert made.key.token_digest not in page


@pytest.mark.parametrize("again", [False, True])
def test_staff_revoke_and_it_is_recorded_once(made, support_client, again):
    chosen = {"action": "revoke", "_selected_action": [str(made.key.pk)]}
    answer = support_client.post(URL, chosen, follow=True).content.decode()
    assert "It lets nobody in any more." in answer
    if again:
        assert "It was revoked already." in support_client.post(URL, chosen, follow=True).content.decode()
    assert ApiKey.objects.get().revoked_by == "support@example.com"
    entry = ActivityEntry.objects.get(action="API key revoked")
    assert (entry.organization, entry.via, entry.target) == ("abc123", "staff", made.key.public_id)


def test_second_factors_are_not_asked_for_each_key(make, developer, organization, support_client):
    Organization.objects.filter(pk=organization.pk).update(second_factor_required=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert "Stopped" in support_client.get(URL).content.decode()
        return len(asked)

    make(developer)
    first = queries()
    for number in range(3):
        make(developer, name=f"more {number}")
    assert queries() == first
