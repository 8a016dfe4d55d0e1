"""The page where Operators change what invitations say."""

import html
import re

import pytest

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.invitations.wording import ORIGINAL
from iotdash.organizations.models import MailTemplate
from tests.organizations.invitation_world import composed

URL = "/abc123/members/invitations/wording/"
OWN = {"subject": "Come to {organization}", "body": "Moin!\n\n{link}"}


def preview(response) -> str:
    return html.unescape(response.content.decode().partition('id="preview"')[2])


def test_the_original_is_there_to_begin_with(operator_client):
    page = operator_client.get(URL)
    assert page.context["form"].initial == {"subject": ORIGINAL.subject, "body": ORIGINAL.body}
    assert "This is the original wording." in page.content.decode()
    assert "Operator (operator@example.com) invites you to join Harbour pumps as Developer" in preview(page)


def test_what_is_saved_is_what_is_sent(operator_client, invitation):
    assert operator_client.post(URL, OWN).status_code == 302
    assert composed(invitation.mail).text.startswith("Moin!\n\nhttp")
    stored = MailTemplate.objects.get()
    assert (stored.subject, stored.updated_by) == ("Come to {organization}", "operator@example.com")
    assert ActivityEntry.objects.filter(action="mail template changed", organization="abc123").count() == 1
    assert operator_client.get(URL).context["form"].initial == OWN


def test_the_same_again_is_no_change(operator_client, organization):
    operator_client.post(URL, OWN)
    told = operator_client.post(URL, OWN, follow=True).content.decode()
    assert "Nothing changed." in told
    assert ActivityEntry.objects.filter(action="mail template changed").count() == 1


def test_the_original_typed_again_needs_no_row(operator_client, organization):
    operator_client.post(URL, OWN)
    operator_client.post(URL, {"subject": ORIGINAL.subject, "body": ORIGINAL.body.replace("\n", "\r\n")})
    assert not MailTemplate.objects.exists()


def test_back_to_the_original(operator_client, organization):
    operator_client.post(URL, OWN)
    assert operator_client.get(f"{URL}original/").status_code == 405
    operator_client.post(f"{URL}original/")
    assert not MailTemplate.objects.exists()
    assert ActivityEntry.objects.filter(action="mail template reset").count() == 1
    assert "Use the original wording" not in operator_client.get(URL).content.decode()


def test_a_preview_saves_nothing(operator_client, organization):
    shown = operator_client.post(URL, OWN | {"action": "preview"})
    assert shown.status_code == 200
    assert "Come to Harbour pumps" in preview(shown)
    assert "<p>Moin!</p>" in preview(shown)
    assert not MailTemplate.objects.exists()


def test_the_preview_follows_the_typing(operator_client, organization):
    headers = {"HX-Request": "true", "HX-Target": "preview"}
    part = operator_client.post(URL, OWN | {"action": "preview"}, headers=headers)
    assert "Come to Harbour pumps" in part.content.decode()
    assert "<form" not in part.content.decode()
    refused = operator_client.post(URL, OWN | {"action": "preview", "body": "Moin!"}, headers=headers)
    assert refused.status_code == 422
    assert "must contain {link}" in refused.content.decode()


@pytest.mark.parametrize(
    "change", [{"subject": "see http://x.example"}, {"body": "no link"}, {"subject": ""}, {"body": ""}]
)
def test_what_is_refused_is_kept_in_the_form(operator_client, organization, change):
    refused = operator_client.post(URL, OWN | change)
    assert refused.status_code == 422
    assert refused.context["form"].data["subject"] == (OWN | change)["subject"]
    assert not MailTemplate.objects.exists()


def test_what_is_typed_is_text(operator_client, organization):
    page = operator_client.post(URL, {"subject": "<i>{role}", "body": "<script>x</script> {link}", "action": "preview"})
    assert "<script>x" not in page.content.decode()
    assert "<i>" not in re.sub(r"<textarea.*?</textarea>", "", page.content.decode(), flags=re.DOTALL)


@pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
def test_lower_roles_do_not(cast, client_of, organization, who):
    for url in (URL, f"{URL}original/"):
        assert client_of(cast[who]).post(url, OWN).status_code == 403


def test_another_organization_keeps_its_own(operator_client, other_owner_client, organization, other_organization):
    operator_client.post(URL, OWN)
    assert "This is the original wording." in other_owner_client.get(URL.replace("abc123", "xyz789")).content.decode()
