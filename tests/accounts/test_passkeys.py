"""Passkeys as a second step: added, used to sign in and to confirm, renamed, removed; nobody else's."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.accounts.soft_passkey import SoftPasskey
from tests.cast import PASSWORD, with_app

pytestmark = pytest.mark.slow

MANGLED = '{"id": "eHg", "rawId": "eHg", "response": {"clientDataJSON": "e30", "attestationObject": "o"}}'
ADD, AUTHENTICATE = "/accounts/2fa/passkeys/add/", "/accounts/2fa/authenticate/"


def first_step(user) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def add(client: Client, passkey: SoftPasskey, name: str = "Blue key") -> None:
    options = client.get(ADD).context["js_data"]["creation_options"]
    assert client.post(ADD, {"name": name, "credential": passkey.create(options)}).status_code == 302


def use(client: Client, passkey: SoftPasskey, path: str = AUTHENTICATE):
    options = client.get(path).context["js_data"]["request_options"]
    return client.post(path, {"credential": passkey.get(options)})


@pytest.fixture
def passkey() -> SoftPasskey:
    return SoftPasskey()


@pytest.fixture
def holder(owner, passkey) -> Client:
    """The owner's client, after they added the passkey."""
    client = first_step(owner)
    add(client, passkey)
    return client


def test_the_first_passkey_brings_recovery_codes(holder):
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}
    page = holder.get("/accounts/2fa/").content.decode()
    assert "Blue key" in page
    assert "10 of your codes are unused" in page


def test_the_passkey_is_the_second_step(holder, owner, passkey):
    client = first_step(owner)
    assert client.get("/profile/").status_code == 302
    use(client, passkey)
    assert client.get("/profile/").status_code == 200


def test_another_passkey_is_refused_in_words(holder, owner, passkey):
    client = first_step(owner)
    answer = use(client, SoftPasskey(passkey.id))
    assert answer.status_code == 422
    assert "This passkey was not accepted" in answer.content.decode()
    assert client.get("/profile/").status_code == 302


def test_an_answer_to_another_question_is_refused(holder, owner, passkey):
    client = first_step(owner)
    old = client.get(AUTHENTICATE).context["js_data"]["request_options"]
    client.get(AUTHENTICATE)
    assert client.post(AUTHENTICATE, {"credential": passkey.get(old)}).status_code == 422


@pytest.mark.parametrize("credential", ["", "{}", '{"id": "x"}', "[]", "1", "not json", MANGLED])
def test_a_credential_that_is_none_is_422(holder, owner, credential):
    assert first_step(owner).post(AUTHENTICATE, {"credential": credential}).status_code == 422
    assert holder.post(ADD, {"name": "x", "credential": credential}).status_code == 422


def test_it_confirms_who_somebody_is(holder, passkey):
    path = "/accounts/2fa/passkeys/reauthenticate/?next=/accounts/2fa/"
    assert use(holder, passkey, path)["Location"] == "/accounts/2fa/"
    answer = use(holder, SoftPasskey(passkey.id), path)
    assert answer.status_code == 422
    assert "This passkey was not accepted" in answer.content.decode()


def test_it_is_renamed_and_removed(holder):
    key = Authenticator.objects.get(type="webauthn")
    holder.post(f"/accounts/2fa/passkeys/{key.pk}/rename/", {"name": "Desk key"})
    assert "Desk key" in holder.get(f"/accounts/2fa/passkeys/{key.pk}/remove/").content.decode()
    holder.post(f"/accounts/2fa/passkeys/{key.pk}/remove/")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("what", ["rename", "remove"])
def test_somebody_elses_is_not_found(holder, reader, what):
    key = Authenticator.objects.get(type="webauthn")
    assert first_step(reader).post(f"/accounts/2fa/passkeys/{key.pk}/{what}/", {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get(pk=key.pk).data["name"] == "Blue key"


def test_it_is_offered_to_those_who_have_one(holder, owner, reader):
    with_app(reader)
    assert "Use a passkey" in first_step(owner).get(AUTHENTICATE).content.decode()
    assert "Use a passkey" not in first_step(reader).get(AUTHENTICATE).content.decode()
