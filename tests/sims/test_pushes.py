"""Pushes of Control Center from the address to what the lane asks: what is forged, stale or repeated changes nothing.

They are made here from the specification's description, with the standard library alone.
"""

import base64
import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from extensions.core import inbound, registry
from extensions.core.diagnostics.about import manifest_of
from extensions.core.inbound import processing
from extensions.core.models import ExtensionConfig, InboundCount, InboundEvent, InboundHook
from extensions.core.services import configurations
from extensions.sims.models import ReportedSim, Sim
from iotdash.audit.models import ActivityEntry

SECRET = "the-shared-secret-of-the-account"
ICCID, OTHER = "8988200000000000014", "8988200000000000022"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SETTINGS = {
    "username": "fleet-reader",
    "access_key": "0f0f0f0f-0000-4000-8000-000000000000",
    "domain_id": "restapi3.jasper.com",
    "push_secret": SECRET,
}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def account(organization, source) -> ExtensionConfig:
    return configurations.add(organization, registry.manifest("jasper"), "Main account", SETTINGS, source)


def signed(timestamp: str, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), timestamp.encode(), hashlib.sha256).digest()).decode()


def event(iccid: str = ICCID, **changes: str) -> dict[str, str]:
    timestamp = changes.get("timestamp", "2026-11-23T10:00:00.000Z")
    data = f'<SimStateChange xmlns="http://api.jasperwireless.com/ws/schema"><iccid>{iccid}</iccid></SimStateChange>'
    known = {"eventId": "1", "eventType": "SIM_STATE_CHANGE", "timestamp": timestamp, "signature2": signed(timestamp)}
    return known | {"data": data} | changes


def push(config: ExtensionConfig, fields: dict[str, str], *, as_json: bool = False) -> int:
    """What a push is answered; what it told is processed."""
    path = urlsplit(inbound.address_of(config)).path
    body = json.dumps(fields) if as_json else urlencode(fields)
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    response = Client().post(path, body.encode(), content_type=kind)
    inbound.process(config.pk)
    return response.status_code


def due() -> list[str]:
    return list(ReportedSim.objects.values_list("subject", flat=True))


@pytest.mark.parametrize("as_json", [False, True])
def test_a_push_makes_its_sim_due_and_nothing_else(account, as_json):
    assert push(account, event(), as_json=as_json) == 200
    assert (due(), Sim.objects.count()) == ([ICCID], 0)
    assert InboundEvent.objects.get().payload == {"subject": ICCID, "about": "change"}


def test_forged_pushes_change_nothing(account):
    forged = [
        event(signature2=signed("2026-11-23T10:00:00.000Z", "another secret")),
        event(signature2=""),
        event(timestamp="2026-11-23T10:00:01.000Z", signature2=signed("2026-11-23T10:00:00.000Z")),
    ]
    assert [push(account, each) for each in forged] == [403, 403, 403]
    assert (due(), InboundEvent.objects.count()) == ([], 0)
    assert InboundCount.objects.get().refused == 3


def test_stale_pushes_change_nothing(account, clock):
    clock.move_to(datetime(2026, 11, 23, 10, 6, tzinfo=UTC), tick=False)
    assert push(account, event()) == 403
    clock.move_to(datetime(2026, 11, 23, 9, 54, tzinfo=UTC), tick=False)
    assert push(account, event()) == 403
    assert (due(), InboundEvent.objects.count()) == ([], 0)
    assert "clocks" in InboundHook.objects.get().refused_reason


def test_a_replayed_push_changes_nothing(account):
    assert push(account, event()) == 200
    ReportedSim.objects.all().delete()
    assert [push(account, event()), push(account, event(OTHER))] == [200, 200]
    assert (due(), InboundEvent.objects.count()) == ([], 1)


def test_a_push_of_another_account_is_forged_here(account, organization, source):
    other = SETTINGS | {"username": "another", "push_secret": "another secret"}
    second = configurations.add(organization, registry.manifest("jasper"), "Second", other, source)
    assert push(second, event()) == 403
    assert push(second, event(signature2=signed("2026-11-23T10:00:00.000Z", "another secret"))) == 200
    assert ReportedSim.objects.get().config == second


def test_a_new_secret_ends_the_former_one_at_once(account, source):
    configurations.replace_settings(account, SETTINGS | {"push_secret": "a newer secret"}, source)
    assert push(account, event()) == 403
    assert push(account, event(signature2=signed("2026-11-23T10:00:00.000Z", "a newer secret"))) == 200


def test_a_push_that_is_packed_is_not_unpacked(account):
    body = gzip.compress(urlencode(event()).encode())
    kind = "application/x-www-form-urlencoded"
    path = urlsplit(inbound.address_of(account)).path
    response = Client().post(path, body, content_type=kind, headers={"content-encoding": "gzip"})
    assert (response.status_code, InboundEvent.objects.count()) == (403, 0)


def test_many_pushes_on_one_sim_are_one_report(account):
    path, kind = urlsplit(inbound.address_of(account)).path, "application/x-www-form-urlencoded"
    for number in range(processing.AT_ONCE + 1):
        assert Client().post(path, urlencode(event(eventId=str(number))), content_type=kind).status_code == 200
    inbound.process(account.pk)
    assert (due(), InboundEvent.objects.filter(state="processed").count()) == ([ICCID], number + 1)


def test_without_a_shared_secret_the_page_asks_for_it_and_nothing_is_taken(organization, source, owner_client):
    settings = {name: value for name, value in SETTINGS.items() if name != "push_secret"}
    config = configurations.add(organization, registry.manifest("jasper"), "Main account", settings, source)
    assert push(config, event()) == 403
    page = configuration_page(owner_client, config)
    assert "“Shared secret of pushes” is not entered" in page
    assert reverse("extensions:credentials", args=["abc123", config.pk]) in page


def test_the_page_says_what_to_paste_where_and_not_the_secret(account, owner_client):
    page = configuration_page(owner_client, account)
    assert inbound.address_of(account) in page
    assert "Automation rules" in page
    assert "is not entered" not in page
    assert SECRET not in page


def configuration_page(client, config) -> str:
    return client.get(reverse("extensions:configuration", args=["abc123", config.pk])).content.decode()


def test_the_secret_is_in_neither_activity_nor_diagnostics_nor_rows(account, source, owner_client):
    push(account, event())
    configurations.replace_settings(account, SETTINGS | {"push_secret": "a newer secret of it"}, source)
    told = [str(list(ActivityEntry.objects.values())), str(list(InboundEvent.objects.values()))]
    told += [str(list(ExtensionConfig.objects.values())), str(manifest_of(account))]
    about = owner_client.get(reverse("extensions:diagnostics", args=["abc123", account.pk])).content.decode()
    assert [text for text in (*told, about) if SECRET in text or "a newer secret" in text] == []


def test_activity_does_not_tell_of_pushes(account):
    before = ActivityEntry.objects.count()
    push(account, event())
    assert ActivityEntry.objects.count() == before, "the configuration's page counts them"
