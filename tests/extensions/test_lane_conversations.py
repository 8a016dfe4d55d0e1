"""Conversations over a socket pass through the lane of their account as HTTP calls do."""

from urllib.parse import urlsplit

import pytest

from extensions.core import lanes
from extensions.core.contract import CannotConnect, Context, OutboundError, Proof
from extensions.core.lanes.turn import FRESH_SECONDS, LEASE_SECONDS, Turn
from extensions.core.models import CallCount, ConnectionCheck, Lane
from extensions.core.services import connection_checks
from iotdash.lib.outbound.conversations import TOTAL_SECONDS
from tests.contract.hosts import answering, closed_port
from tests.extensions import meterco


@pytest.fixture
def greeting():
    """A server that greets whoever comes: its port, and who came."""
    came = []

    def greet(connection) -> None:
        came.append(connection.getpeername())
        connection.sendall(b"220 hello\r\n")

    with answering(greet) as url:
        yield urlsplit(url).port, came


def converse(provider, port: int) -> None:
    """The provider's check is a conversation there."""

    def check(context: Context) -> Proof:
        try:
            with context.connect("127.0.0.1", port) as opened:
                return Proof(opened.recv(100).decode().strip())
        except OutboundError as error:
            raise CannotConnect(str(error)) from error

    provider.check = check


def checked(organization, carrier, source, config=None) -> ConnectionCheck:
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(check.lane_id)
    check.refresh_from_db()
    return check


def test_a_conversation_is_one_call_of_the_account(organization, carrier, provider, source, greeting):
    port, came = greeting
    converse(provider, port)
    check = checked(organization, carrier, source)
    lane = Lane.objects.get(pk=check.lane_id)
    assert (check.state, check.sentence, len(came)) == ("proved", "220 hello", 1)
    assert (len(lane.recent_calls), lane.last_purpose) == (1, "people")
    assert [count.calls for count in CallCount.objects.filter(lane=lane)] == [1]


def test_a_conversation_that_did_not_come_about_is_no_call(organization, carrier, provider, source):
    converse(provider, closed_port())
    check = checked(organization, carrier, source)
    assert (check.state, check.error) == ("failed", "CannotConnect")
    assert "refuses connections" in check.sentence
    assert not CallCount.objects.filter(lane=check.lane_id).exists()


def test_conversations_that_do_not_come_about_shut_the_lane(organization, carrier, provider, source, config):
    converse(provider, closed_port())
    for _ in range(2):
        checked(organization, carrier, source, config)
    config.refresh_from_db()
    assert (config.lane.block, config.lane.shut, config.health) == ("unreachable", True, "unreachable")


def test_conversations_keep_to_the_pace_of_the_account(
    organization, carrier, provider, source, greeting, monkeypatch, later
):
    naps = []
    monkeypatch.setattr(lanes.turn, "pause", naps.append)
    port, _ = greeting

    def check(context: Context) -> Proof:
        for _ in range(3):
            with context.connect("127.0.0.1", port) as opened:
                opened.recv(100)
        return Proof("Said hello three times.")

    provider.check = check
    queued = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    Lane.objects.filter(pk=queued.lane_id).update(per_second=1)
    lanes.run(queued.lane_id)
    assert (len(naps), all(0 < nap <= 1 for nap in naps)) == (2, True)


def test_whoever_lost_the_lane_starts_no_conversation(organization, carrier, provider, source, greeting, monkeypatch):
    port, came = greeting
    converse(provider, port)
    queued = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    turn = Turn(queued.lane_id)
    assert turn.hold()
    connection_checks.run(queued, _lost(turn))
    queued.refresh_from_db()
    assert (queued.state, came) == ("queued", [])


def _lost(turn: Turn) -> Turn:
    turn.hold = lambda: False
    return turn


def test_no_conversation_outlasts_the_lease_of_its_lane():
    """It is renewed before each, unless it was a moment ago."""
    assert TOTAL_SECONDS < LEASE_SECONDS - FRESH_SECONDS
