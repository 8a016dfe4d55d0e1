"""What the manifest offers: settings that reach the sandbox, settings that do not, and its control."""

import smtplib

import pytest
import requests
from sandbox_mail import ADMIN, SendGrid, mail_to, message_to

from extensions.core.contract import Fault
from extensions.email.sandbox import Control, demo, sandbox
from extensions.email.sandbox.offer import NAME

OFFER = sandbox()


@pytest.fixture
def control(sandbox, tmp_path):
    control = Control(tmp_path / "state")
    yield control
    control.close()


def send(settings):
    """Sends with nothing but these settings; a word for what became of it."""
    if settings["method"] == "sendgrid_key":
        caller = SendGrid(settings["api_address"], settings["api_key"])
        return {202: "taken", 401: "refused", 403: "refused"}[caller.send(mail_to()).status_code]
    with smtplib.SMTP(settings["host"], settings["port"], timeout=20, local_hostname="client") as conversation:
        try:
            conversation.login(settings["username"], settings["password"])
        except smtplib.SMTPAuthenticationError:
            return "refused"
        assert conversation.send_message(message_to(sender=settings["sender_address"])) == {}
    return "taken"


def test_it_has_a_variant_for_each_method():
    methods = [variant.settings("http://127.0.0.1:8000")["method"] for variant in OFFER.variants.values()]
    assert (list(OFFER.variants), methods) == (
        ["", "SMTP", "SendGrid with username"],
        ["sendgrid_key", "smtp", "sendgrid_username"],
    )
    assert OFFER.name == NAME
    assert OFFER.ports(8000) == (8000, 9000, 10000)


@pytest.mark.parametrize("name", OFFER.variants)
def test_the_settings_of_each_variant_reach_the_inbox(sandbox, control, name):
    assert send(OFFER.variants[name].settings(sandbox.url)) == "taken"
    (message,) = control.messages()
    assert (message.sender, control.performed()) == (ADMIN, 1)


@pytest.mark.parametrize("name", OFFER.variants)
def test_wrong_settings_are_refused(sandbox, control, name):
    wrong = OFFER.variants[name].wrong_settings(sandbox.url)
    assert len(wrong) >= 3
    assert {what: send(settings) for what, settings in wrong.items()} == dict.fromkeys(wrong, "refused")
    assert control.performed() == 0


def test_an_https_address_asks_for_tls():
    settings = OFFER.others["SMTP"].settings("https://mail.example.com")
    assert (settings["host"], settings["port"], settings["security"]) == ("mail.example.com", 1443, "tls")


def test_demo_data_has_no_devices(tmp_path):
    assert list(demo(tmp_path).devices) == []


@pytest.mark.parametrize("fault", Fault)
def test_the_control_has_every_fault_of_the_contract(sandbox, control, state, fault):
    control.fail(Fault.SLOW)
    control.fail(fault)
    assert [active.kind for active in state.faults()] == [fault.value]
    control.mend()
    assert state.faults() == []


def test_a_reset_puts_the_world_back_and_keeps_faults_and_log(sandbox, control, state, sendgrid):
    control.fail(Fault.SLOW)
    sendgrid.send(mail_to())
    state.set_key_state("full access", "revoked")
    state.add(senders=["unverified.example"])
    control.reset()
    assert (control.messages(), state.senders(), len(state.faults()), control.performed()) == (
        [],
        ["example.com"],
        1,
        1,
    )
    assert requests.get(f"{sandbox.url}/inbox.json", timeout=20).json() == {"messages": []}
    assert sendgrid.send(mail_to()).status_code == 202


def test_the_clock_is_moved_and_the_limit_taken_away(control, state, sendgrid):
    state.change_settings(rate_limit=1)
    control.unlimited()
    assert [sendgrid.send(mail_to()).status_code for _ in range(2)] == [202, 202]
    control.advance(60)
    assert {message.state for message in control.messages()} == {"delivered"}
