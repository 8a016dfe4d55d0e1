"""Two-step sign-in: setting it up, using it, losing it, and how its secrets are kept."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from iotdash.audit.models import ActivityEntry
from iotdash.lib import crypto, key_rotation
from tests.cast import PASSWORD, code_of, sign_in_with_code

pytestmark = pytest.mark.slow

INDEX, AUTHENTICATE, ADD_APP = "/accounts/2fa/", "/accounts/2fa/authenticate/", "/accounts/2fa/app/add/"


def first_step(user) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


@pytest.fixture
def set_up(transactional_db, owner):
    """Adds an authenticator app as a person does; (client, secret)."""
    client = first_step(owner)
    secret = client.get(ADD_APP).context["form"].secret
    assert client.post(ADD_APP, {"code": code_of(secret)})["Location"] == "/accounts/2fa/codes/"
    return client, secret


def test_the_profile_leads_to_it_for_everybody(reader_client):
    assert INDEX in reader_client.get("/profile/").content.decode()
    assert "Add an authenticator app" in reader_client.get(INDEX).content.decode()


def test_an_app_is_added_by_its_code_and_recovery_codes_follow(set_up):
    client, _ = set_up
    page = client.get("/accounts/2fa/codes/")
    assert "The authenticator app is added." in page.content.decode()
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/accounts/2fa/codes/download/").content.decode().split()[-10:] == codes
    assert "10 of your codes are unused" in client.get(INDEX).content.decode()


def test_what_shows_a_secret_is_kept_by_no_browser(set_up, reader):
    client, _ = set_up
    pages = [client.get(f"/accounts/2fa/codes/{part}") for part in ("", "download/")] + [
        first_step(reader).get(ADD_APP)
    ]
    assert {page.status_code for page in pages} == {200}
    assert all("no-store" in page["Cache-Control"] for page in pages)


def test_the_page_shows_qr_and_secret(owner):
    page = first_step(owner).get(ADD_APP)
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert page.context["form"].secret in page.content.decode()


def test_a_wrong_code_is_422_with_the_same_secret(owner):
    client = first_step(owner)
    secret = client.get(ADD_APP).context["form"].secret
    answer = client.post(ADD_APP, {"code": "000000"})
    assert answer.status_code == 422
    assert answer.context["form"].secret == secret
    assert "Codes change every 30 seconds" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_the_password_alone_no_longer_signs_in(set_up, owner):
    _, secret = set_up
    client = first_step(owner)
    assert not signed_in(client)
    assert client.post(AUTHENTICATE, {"code": "000000"}).status_code == 422
    assert not signed_in(client)
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert signed_in(client)


def test_a_code_works_once(set_up, owner):
    _, secret = set_up
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert signed_in(sign_in_with_code(owner, secret))
        assert not signed_in(sign_in_with_code(owner, secret))


@pytest.mark.parametrize(("seconds", "good"), [(-61, False), (-30, True), (30, True), (61, False)])
def test_a_clock_may_be_one_step_off(set_up, owner, seconds, good):
    start = timezone.now().replace(second=15, microsecond=0) + timedelta(minutes=5)
    with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
        shown = code_of(set_up[1])
    with time_machine.travel(start, tick=False):
        client = first_step(owner)
        client.post(AUTHENTICATE, {"code": shown})
        assert signed_in(client) is good


def test_a_code_that_is_still_good_by_the_clock_works_once_all_the_same(set_up, owner):
    start = timezone.now().replace(second=15, microsecond=0) + timedelta(minutes=5)
    with time_machine.travel(start, tick=False):
        shown = code_of(set_up[1])
        assert signed_in(sign_in_with_code(owner, set_up[1]))
    with time_machine.travel(start + timedelta(seconds=31), tick=False):
        client = first_step(owner)
        for typed in (shown, f"{shown[:3]} {shown[3:]}"):
            client.post(AUTHENTICATE, {"code": typed})
            assert not signed_in(client)


def test_a_recovery_code_signs_in_once(set_up, owner):
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()
    for expected in (True, False):
        client = first_step(owner)
        client.post(AUTHENTICATE, {"code": codes[0]})
        assert signed_in(client) is expected
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == codes[1:]


def test_guessing_codes_is_throttled(set_up, owner):
    client, secret = first_step(owner), set_up[1]
    for _ in range(6):
        client.post(AUTHENTICATE, {"code": "000000"})
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert not signed_in(client)


def test_secrets_are_encrypted_at_rest(set_up):
    _, secret = set_up
    app, codes = Authenticator.objects.get(type="totp"), Authenticator.objects.get(type="recovery_codes")
    assert secret not in str(app.data)
    assert crypto.decrypt(app.data["secret"]) == secret
    assert len(crypto.decrypt(codes.data["seed"])) == 80


def test_the_secret_waits_encrypted_while_its_code_is_typed(owner):
    client = first_step(owner)
    secret = client.get(ADD_APP).context["form"].secret
    kept = Session.objects.get().get_decoded()[totp.SECRET_SESSION_KEY]
    assert secret not in kept
    assert crypto.decrypt(kept) == secret


def test_a_missing_key_is_said_and_a_code_is_no_traceback(set_up, owner, settings, caplog):
    lost = settings.IOTDASH_SECRET_KEYS
    settings.IOTDASH_SECRET_KEYS = ["b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMTI="]
    client = first_step(owner)
    answer = client.post(AUTHENTICATE, {"code": code_of(set_up[1])})
    assert answer.status_code == 422
    assert "a key of this server is missing" in answer.content.decode()
    assert crypto.key_id(lost[0]) in caplog.text
    assert set_up[0].get(INDEX).status_code == 200
    assert set_up[0].get("/accounts/2fa/codes/")["Location"] == INDEX


def test_later_changes_ask_for_the_second_factor_and_not_for_the_password(set_up):
    client, secret = set_up
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        asked = client.get("/accounts/2fa/app/remove/")["Location"]
        assert asked.startswith("/accounts/2fa/reauthenticate/")
        assert client.get("/accounts/reauthenticate/")["Location"] == "/accounts/2fa/reauthenticate/"
        assert client.post(asked, {"code": "000000"}).status_code == 422
        assert client.post(asked, {"code": code_of(secret)})["Location"] == "/accounts/2fa/app/remove/"
        assert client.get("/accounts/2fa/app/remove/").status_code == 200


def test_without_a_second_factor_the_password_is_asked_for_later(owner):
    client = first_step(owner)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        asked = client.get(ADD_APP)["Location"]
        assert asked == f"/accounts/reauthenticate/?next={ADD_APP.replace('/', '%2F')}"
        assert client.get(asked).status_code == 200
        assert client.post(asked, {"password": "wrong"}).status_code == 422
        assert client.post(asked, {"password": PASSWORD})["Location"] == ADD_APP
        assert client.get(ADD_APP).status_code == 200


def test_removing_the_app_removes_the_recovery_codes(set_up, owner):
    client, _ = set_up
    assert client.post("/accounts/2fa/app/remove/")["Location"] == INDEX
    assert not Authenticator.objects.exists()
    assert signed_in(first_step(owner))


def test_new_recovery_codes_replace_the_old(set_up):
    client, _ = set_up
    before = client.get("/accounts/2fa/codes/").context["unused_codes"]
    client.post("/accounts/2fa/codes/new/")
    assert not set(before) & set(client.get("/accounts/2fa/codes/").context["unused_codes"])


def test_what_comes_and_goes_is_in_the_activity_log(set_up, owner):
    client, _ = set_up
    client.post("/accounts/2fa/codes/new/")
    client.post("/accounts/2fa/app/remove/")
    actions = ActivityEntry.objects.order_by("pk").values_list("action", flat=True)
    assert set(actions) == {
        "authenticator app added",
        "recovery codes added",
        "recovery codes replaced",
        "authenticator app removed",
        "recovery codes removed",
    }
    assert set(ActivityEntry.objects.values_list("actor", "target")) == {(owner.email, owner.email)}


def test_pages_of_the_second_step_need_the_first(client, db):
    assert client.get(AUTHENTICATE)["Location"] == "/accounts/login/"
    for path in (INDEX, ADD_APP, "/accounts/2fa/codes/", "/accounts/2fa/passkeys/add/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_a_rotation_takes_second_factors_along(set_up, settings):
    """The secret of the app and the seed of the codes, inside of JSON; a passkey beside them stays as it is."""
    client, secret = set_up
    codes = client.get("/accounts/2fa/codes/").context["unused_codes"]
    passkey = Authenticator.objects.create(user=Authenticator.objects.first().user, type="webauthn", data={"name": "k"})
    new = Fernet.generate_key().decode()
    settings.IOTDASH_SECRET_KEYS = [new, *settings.IOTDASH_SECRET_KEYS]
    assert key_rotation.rotate().changed == {"second factors": 2}
    settings.IOTDASH_SECRET_KEYS = [new]
    assert client.get("/accounts/2fa/codes/").context["unused_codes"] == codes
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert crypto.decrypt(stored) == secret
    passkey.refresh_from_db()
    assert passkey.data == {"name": "k"}


def test_a_secret_that_waits_under_a_lost_key_is_made_anew(owner, settings):
    client = first_step(owner)
    before = client.get(ADD_APP).context["form"].secret
    settings.IOTDASH_SECRET_KEYS = [Fernet.generate_key().decode()]
    refused = client.post(ADD_APP, {"code": code_of(before)})
    assert refused.status_code == 422
    secret = refused.context["form"].secret
    assert secret != before
    assert client.post(ADD_APP, {"code": code_of(secret)}).status_code == 302


def test_every_page_leads_back(set_up):
    for path in (
        "/accounts/2fa/codes/",
        "/accounts/2fa/codes/new/",
        "/accounts/2fa/app/remove/",
        "/accounts/2fa/passkeys/add/",
    ):
        page = set_up[0].get(path).content.decode()
        assert f'class="btn" href="{INDEX}"' in page, path
