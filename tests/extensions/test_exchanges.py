"""Exchanges: what is recorded of each call, where it belongs, how long it stays; and that no call suffers from it."""

import ast
import json
import logging
from types import SimpleNamespace

import pytest
from django.db import DatabaseError

from extensions.core import lanes, registry
from extensions.core.contract import Proof, Wire
from extensions.core.models import ConnectionCheck, Exchange
from extensions.core.services import configurations, connection_checks, exchanges
from extensions.sims.contract import SimRecord
from tests.architecture import house
from tests.contract.hosts import closed_port
from tests.extensions import meterco
from tests.extensions.test_performing import activate

WIRE = Wire(kept=frozenset({"state"}), named=frozenset({"chip"}), paths=frozenset({"chips"}))


class Calling(meterco.Scripted):
    """Makes one real call for a check and for a record."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def check(self, context):
        self._call(context)
        return Proof("The key of fleet is accepted.")

    def record(self, context, subject):
        self._call(context)
        return SimRecord(subject, state="Activated")

    def _call(self, context):
        context.http.get(f"{self.url}/chips/0001", params={"key": context.settings["key"]})


@pytest.fixture
def service(httpserver):
    httpserver.expect_request("/chips/0001").respond_with_json({"chip": "0001", "state": "on", "owner": "Alice"})
    return httpserver


@pytest.fixture
def provider(service, monkeypatch):
    scripted = Calling(service.url_for(""))
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(scripted, wire=WIRE))
    return scripted


def check(organization, carrier, source, config=None):
    asked = connection_checks.ask(organization, carrier, meterco.SETTINGS, source, config)
    lanes.run(asked.lane_id)
    return asked


def make(config, count, **values):
    known = {"config": config, "purpose": "check", "method": "GET", "url": "", "failed": False, "seconds": 0}
    known |= {"size": 100, "request": {}, "response": None, **values}
    return Exchange.objects.bulk_create(Exchange(**known) for _ in range(count))


def test_a_call_is_recorded_redacted_with_its_answer(organization, carrier, source):
    asked = check(organization, carrier, source)
    exchange = Exchange.objects.get()
    assert (exchange.check_asked, exchange.config) == (asked, None)
    assert (exchange.purpose, exchange.method, exchange.status, exchange.failed) == ("check", "GET", 200, False)
    assert "/chips/" in exchange.url
    assert "0001" not in exchange.url
    shown = json.loads(exchange.response["body"]["text"])
    assert shown["state"] == "on"
    assert shown["chip"] in exchange.url
    assert "Alice" not in str(Exchange.objects.values())
    assert meterco.SETTINGS["key"] not in str(Exchange.objects.values())


def test_exchanges_of_a_draft_move_to_the_configuration_that_it_becomes(organization, carrier, source):
    check(organization, carrier, source)
    config = configurations.add(organization, carrier, "Main account", meterco.SETTINGS, source)
    ConnectionCheck.objects.all().delete()
    assert [exchange.config for exchange in Exchange.objects.all()] == [config]


def test_exchanges_of_other_settings_stay_with_their_check(organization, carrier, source):
    check(organization, carrier, source)
    configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "somebody"}, source)
    assert Exchange.objects.get().config is None


def test_exchanges_of_a_forgotten_draft_are_forgotten(organization, carrier, source, later):
    check(organization, carrier, source)
    later(hours=2)
    connection_checks.forget_old()
    assert not Exchange.objects.exists()


def test_an_operation_names_itself(config, target, source, work, later):
    activate(target, source)
    operation = work()
    later(minutes=1)
    work()
    found = list(Exchange.objects.order_by("pk").values_list("purpose", "operation", "config"))
    assert ("read-back of status", operation.public_id, config.pk) in found


def test_nothing_is_recorded_where_that_is_switched_off(organization, carrier, source, settings):
    settings.IOTDASH_EXCHANGES_KEPT = 0
    check(organization, carrier, source)
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("error", [DatabaseError("row holds s3cret-key"), ValueError("s3cret-key"), RecursionError()])
def test_a_recording_that_fails_fails_no_call_and_tells_no_content(
    organization, carrier, source, monkeypatch, caplog, error
):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(Exchange, "save", fail)
    with caplog.at_level(logging.DEBUG, logger="extensions"):
        asked = check(organization, carrier, source)
    asked.refresh_from_db()
    assert asked.state == ConnectionCheck.State.PROVED
    assert f"an exchange could not be recorded: {type(error).__name__}" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("extensions")]
    assert ours
    assert "s3cret-key" not in str(ours)


def test_an_answer_that_never_came_is_recorded(organization, carrier, source, provider):
    provider.url = f"http://127.0.0.1:{closed_port()}"
    check(organization, carrier, source)
    exchange = Exchange.objects.get()
    assert (exchange.status, exchange.error, exchange.response) == (None, "ConnectFailed", None)
    assert (exchange.failed, exchange.sent) == (True, False)


def test_failures_are_not_pushed_out_by_what_goes_well(config, settings):
    Exchange.objects.all().delete()
    settings.IOTDASH_EXCHANGES_KEPT = 5
    failed = make(config, 2, failed=True)
    well = make(config, 20)
    exchanges.forget_old()
    assert list(Exchange.objects.order_by("pk")) == [*failed, *well[-5:]]


def test_other_configurations_keep_theirs(config, settings, other_organization, carrier, source):
    Exchange.objects.all().delete()
    settings.IOTDASH_EXCHANGES_KEPT = 5
    theirs = configurations.add(other_organization, carrier, "Theirs", meterco.SETTINGS, source)
    kept = make(theirs, 5)
    make(config, 9)
    exchanges.forget_old()
    assert list(theirs.exchanges.order_by("pk")) == kept
    assert config.exchanges.count() == 5


def test_a_configuration_has_so_many_bytes_at_most(config, settings):
    Exchange.objects.all().delete()
    settings.IOTDASH_EXCHANGES_KEPT = 5
    rows = make(config, 6, size=exchanges.LARGEST_PER_CONFIGURATION // 3)
    exchanges.forget_old()
    assert list(Exchange.objects.order_by("pk")) == rows[-3:]


def test_old_exchanges_go(config, later, settings):
    make(config, 1)
    later(days=settings.IOTDASH_EXCHANGES_DAYS, minutes=1)
    young = make(config, 1)
    exchanges.forget_old()
    assert list(Exchange.objects.all()) == young


def test_removing_a_configuration_takes_its_exchanges_along(config, source):
    make(config, 2)
    configurations.remove(config, source)
    assert not Exchange.objects.exists()


def test_recording_costs_one_query(config, carrier, django_assert_num_queries):
    recorder = exchanges.of_configuration(config, meterco.SETTINGS, "check")
    call = SimpleNamespace(method="GET", status=200, error=None, sent=True, seconds=0.1)
    request = SimpleNamespace(url="https://api.test/chips/0001", headers={}, body=None)
    response = SimpleNamespace(headers={}, content=b'{"state": "on"}')
    with django_assert_num_queries(1):
        recorder(call, request, response)


def test_every_session_of_a_lane_is_recorded():
    """A call without a witness would be missing when support looks for it."""
    calls = [
        (house.name_of(path), node.lineno, len(node.args))
        for path in house.product_files()
        for node in ast.walk(house.parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("turn.session")
    ]
    assert calls
    assert [call for call in calls if call[2] == 0] == []
