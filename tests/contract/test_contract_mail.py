"""Services that send mail: what a message becomes under every fault of the sandbox, and the truth about it.

What really happened is what the sandbox's own log says, not what the provider believes.
"""

import logging

import pytest

from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, Fault, ProviderError, Refused, Throttled
from extensions.mailers.contract import OutgoingMail
from tests.contract.rehearsing import is_sentence, leaks, secrets_of, told

# One process runs them all, beside one sandbox.
pytestmark = [pytest.mark.mails, pytest.mark.xdist_group("contract faults")]

MAIL = OutgoingMail(
    mail_id="6d1c0f",
    recipient="new.member@example.net",
    recipient_name="New Member — é",
    subject="Einladung: Grüße",
    text="Open https://iotdash.example/i/1\n.\n",
    html='<p><a clicktracking=off href="https://iotdash.example/i/1">Open</a></p>',
    labels={"attempt": "1"},
    category="invitation",
)
EXPECTED = {
    Fault.SLOW: {None},
    Fault.HANG: {CannotConnect},
    Fault.CUT_BEFORE: {CannotConnect},
    Fault.CUT_AFTER: {CannotConnect},
    Fault.HTML: {BadResponse, CannotConnect},
    Fault.SERVER_ERROR: {BadResponse, Refused},
    Fault.THROTTLE: {Throttled},
    Fault.EXPIRED_KEY: {AuthRejected},
    # What breaks off may be enough to know that the message was taken.
    Fault.GARBAGE: {None, BadResponse, CannotConnect},
    Fault.WRONG_TYPE: {None, BadResponse, CannotConnect},
}
CERTAINLY_NOT = {Fault.THROTTLE, Fault.EXPIRED_KEY}


def send(manifest, running, calls=None) -> ProviderError | None:
    try:
        taken = manifest.provider.send(running.context(calls), MAIL)
    except ProviderError as error:
        return error
    assert taken.words
    return None


def test_a_message_is_taken_once_in_one_call_and_tells_no_secret(manifest, fresh, caplog):
    caplog.set_level(logging.DEBUG)
    before, calls = fresh.control.performed(), []
    assert send(manifest, fresh, calls) is None
    assert (fresh.control.performed() - before, len(calls)) == (1, 1)
    (message,) = fresh.control.messages(MAIL.recipient)
    assert message.subject == MAIL.subject
    assert leaks(secrets_of(manifest, fresh.settings), caplog.text) == []


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_its_error_and_the_truth_is_told(manifest, fault, healthy, caplog):
    caplog.set_level(logging.DEBUG)
    before = healthy.control.performed()
    healthy.control.fail(fault)
    error = send(manifest, healthy)
    performed = healthy.control.performed() - before
    assert (type(error) if error else None) in EXPECTED[fault]
    assert performed <= 1
    if error is None:
        assert performed == 1, "It was called sent and was not taken."
        return
    assert is_sentence(error.sentence)
    assert leaks(secrets_of(manifest, healthy.settings), told(error), caplog.text) == []
    assert error.may_have_happened or not performed, "It was taken, and the error says that it cannot have been."
    assert not (error.may_have_happened and fault in CERTAINLY_NOT)
    # Else it would be given up, although nothing is wrong with the message.
    assert error.retry_helps or fault is Fault.EXPIRED_KEY or getattr(error, "later", False)


def test_wrong_credentials_make_mail_wait_for_the_settings(manifest, healthy):
    for what, settings in healthy.wrong_settings.items():
        running = healthy.with_settings(settings)
        error = send(manifest, running)
        assert (what, type(error)) == (what, AuthRejected)


def test_a_sender_that_is_not_verified_makes_mail_wait_for_the_settings(manifest, healthy):
    running = healthy.with_settings(healthy.settings | {"sender_address": "somebody@elsewhere.example"})
    error = send(manifest, running)
    assert type(error) is AuthRejected
    assert error.words
