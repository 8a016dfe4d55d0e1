"""The default world over SOAP, and the page that says how to reach it."""

from datetime import UTC, datetime

import pytest
import requests
from sandbox_soap_client import SoapCarrier, fields, names

from extensions.controlcenter.sandbox import running, seed_default
from extensions.controlcenter.sandbox.seed import ACCOUNTS, EAST_ADMIN, EAST_EDITOR, EAST_READER, WEST_ADMIN

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CYCLES = ("2026-09-27", "2026-08-27", "2026-07-27", "2026-06-27")


@pytest.fixture
def world(tmp_path):
    with running(tmp_path, clock=lambda: NOW) as sandbox:
        seed_default(sandbox.state)
        sandbox.state.change_settings(rate_limit=0)
        yield sandbox


def carrier_for(world, account):
    return SoapCarrier(world.url, account.username, account.password, account.licence_key)


def terminals(soap, state="ACTIVATED"):
    found = soap.modified(fields(simState=state)).texts("iccids/iccid")
    return soap.terminals(*found[:50])


def test_every_user_can_read_and_an_account_has_one_licence(world):
    for account in ACCOUNTS:
        assert carrier_for(world, account).modified().fault == ""
    assert EAST_ADMIN.licence_key == EAST_EDITOR.licence_key == EAST_READER.licence_key != WEST_ADMIN.licence_key


def test_both_accounts_have_their_sims(world):
    east, west = (carrier_for(world, account).modified().texts("iccids/iccid") for account in (EAST_ADMIN, WEST_ADMIN))
    assert (len(east), len(west), set(east) & set(west)) == (120, 40, set())


def test_elements_that_are_not_always_there_sometimes_are(world):
    every = terminals(carrier_for(world, EAST_ADMIN))
    present = [set(names(terminal)) for terminal in every.values()]
    for name in ("terminalId", "modemId", "customer", "endConsumerId", "globalSimType", "simNotes", "primaryICCID"):
        assert {name in each for each in present} == {True, False}, name
    addresses = {terminal.find("{*}fixedIpAddress").text is None for terminal in every.values()}
    assert addresses == {True, False}


def test_three_of_four_past_cycles_have_usage(world):
    soap = carrier_for(world, EAST_ADMIN)
    iccid = next(iter(terminals(soap)))
    cycles = [soap.usage(iccid, cycleStartDate=day) for day in CYCLES]
    assert [cycle.fault for cycle in cycles] == ["", "200200", "", ""]
    assert {cycle.text("billable") for cycle in cycles if not cycle.fault} == {"true"}


def test_billable_figures_are_within_the_totals(world):
    soap = carrier_for(world, EAST_ADMIN)
    shares = set()
    in_use = [iccid for iccid, sim in terminals(soap).items() if sim.find("{*}suspended").text == "N"]
    for iccid in in_use[:20]:
        usage = soap.usage(iccid, cycleStartDate=CYCLES[0])
        for what in ("Data", "SMS", "Voice"):
            billable, total = float(usage.text(f"billable{what}Volume")), float(usage.text(f"total{what}Volume"))
            assert 0 <= billable <= total
            shares.add((billable > 0, billable < total))
    assert {(True, True), (False, True)} <= shares


def test_the_page_shows_both_ways_in(world):
    text = requests.get(world.url, timeout=20).text
    for path in ("terminal", "billing", "Sms", "echo"):
        assert f"{world.url}/ws/service/{path}" in text
    for account in ACCOUNTS:
        for known in (account.username, account.api_key, account.password, account.licence_key):
            assert f"<code>{known}</code>" in text
    assert 'href="/ws/schema/Terminal.wsdl"' in text


def test_the_page_renews_password_and_licence_key(world):
    for name in ("new_password", "new_licence_key"):
        form = {name: EAST_ADMIN.username}
        reply = requests.post(f"{world.url}/_sandbox/settings", data=form, allow_redirects=False, timeout=20)
        assert (reply.status_code, reply.headers["Location"]) == (303, "/")
    text = requests.get(world.url, timeout=20).text
    assert EAST_ADMIN.password not in text
    assert EAST_ADMIN.licence_key not in text
    assert WEST_ADMIN.licence_key in text
    renewed = next(account for account in world.state.accounts() if account.username == EAST_ADMIN.username)
    assert carrier_for(world, renewed).modified().fault == ""
