"""What the link of an invitation carries, and which links count."""

import uuid

import pytest
from django.core import signing

from iotdash.organizations.invitations import tokens
from iotdash.organizations.models import Invitation


@pytest.fixture
def invitation() -> Invitation:
    return Invitation(pk=uuid.uuid4(), token_version=3)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_token_says_which_invitation_version_and_way(invitation, by_hand):
    token = tokens.token_of(invitation, by_hand)
    assert tokens.read(token) == (invitation.pk, 3, by_hand)


def test_a_retry_carries_the_same_token(invitation):
    assert tokens.token_of(invitation) == tokens.token_of(invitation)


def test_another_version_is_another_token(invitation):
    before = tokens.token_of(invitation)
    invitation.token_version += 1
    assert tokens.token_of(invitation) != before


def test_a_token_holds_no_address(invitation):
    invitation.email = "ada@example.com"
    said = signing.b64_decode(tokens.token_of(invitation).partition(":")[0].encode())
    assert b"ada" not in said


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.swapcase(), lambda t: "", str.upper]
)
def test_a_damaged_token_is_nothing(invitation, damage):
    assert tokens.read(damage(tokens.token_of(invitation))) is None


@pytest.mark.parametrize("token", ["", ":", "x:y", "é:ñ", "a" * 5000, "\x00", "eyJ9:" + "A" * 43])
def test_garbage_is_nothing(token):
    assert tokens.read(token) is None


def test_what_was_signed_for_another_purpose_is_nothing(invitation):
    said = {"i": str(invitation.pk), "v": 3}
    assert tokens.read(signing.Signer(salt="something else").sign_object(said)) is None


def test_a_token_outlives_a_change_of_the_key_while_the_former_one_is_listed(invitation, settings):
    token = tokens.token_of(invitation)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key, for tests only, of fifty characters or more"
    assert tokens.read(token) is None
    settings.SECRET_KEY_FALLBACKS = [former]
    assert tokens.read(token) == (invitation.pk, 3, False)
