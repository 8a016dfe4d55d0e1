"""Terminals over SOAP: details with their gaps, search by change, sessions."""

import pytest
from sandbox_soap_client import NIL, fields, iccids, names

ACTIVE, USED, INVENTORY = "8988200000000000014", "8988200000000000022", "8988200000000000030"
SUSPENDED, DEACTIVATED = "8988200000000000048", "8988200000000000055"
FOREIGN, UNKNOWN = "8988200000000050019", "8988200000000009996"
MINE = (ACTIVE, USED, INVENTORY, SUSPENDED, DEACTIVATED)
IN_ORDER = """
iccid terminalId modemId customer endConsumerId suspended ratePlan status monthToDateUsage
overageLimitReached overageLimitOverride dateActivated dateAdded dateModified dateShipped monthToDateDataUsage
monthToDateSMSUsage monthToDateVoiceUsage secureSimId custom1 custom2 custom3 rating secureSimUsernameCopyRule
secureSimPasswordCopyRule accountId fixedIpAddress ctdSessionCount customerCustom1 customerCustom2 customerCustom3
customerCustom4 customerCustom5 operatorCustom1 operatorCustom2 operatorCustom3 operatorCustom4 operatorCustom5 imsi
primaryICCID imei globalSimType simNotes version custom4 custom5 custom6 custom7 custom8 custom9 custom10
"""


def change(controls, iccid, **values):
    assert controls.call("PUT", f"sims/{iccid}", values).status_code == 200


def test_fields_of_a_terminal(soap):
    known = soap.terminal(ACTIVE)
    assert known["terminalId"] == "pump-17"
    assert (known["status"], known["ratePlan"], known["suspended"]) == ("ACTIVATED_NAME", "EU 5MB", "N")
    assert (known["overageLimitReached"], known["overageLimitOverride"]) == ("false", "DEFAULT")
    assert known["dateActivated"] == known["dateModified"] == "2017-01-05T09:12:44.120Z"
    assert (known["accountId"], known["imsi"]) == ("100020001", "901161700000001")
    assert soap.terminals(ACTIVE)[ACTIVE].get("msisdn") == "882350000000001"


def test_usage_is_in_decimal_megabytes_messages_and_seconds(soap):
    used = soap.terminal(USED)
    assert used["monthToDateDataUsage"] == used["monthToDateUsage"] == "101.501"
    assert (used["monthToDateSMSUsage"], used["monthToDateVoiceUsage"]) == ("11", "90")
    assert used["ctdSessionCount"] == "8"
    assert soap.terminal(ACTIVE)["monthToDateDataUsage"] == "0.000"


def test_all_elements_come_in_the_order_of_the_schema(soap, controls):
    filled = {"modem_id": "m", "customer": "Harbour", "end_consumer_id": "e", "imei": "35", "sim_notes": "n"}
    change(controls, ACTIVE, **filled, global_sim_type="Primary", date_shipped="2017-01-01T00:00:00Z")
    assert names(soap.terminals(ACTIVE)[ACTIVE]) == IN_ORDER.split()


def test_what_is_not_known_is_missing_or_nil(soap):
    terminal = soap.terminals(INVENTORY)[INVENTORY]
    missing = set(IN_ORDER.split()) - set(names(terminal))
    assert missing == {
        *("terminalId", "modemId", "customer", "endConsumerId", "dateActivated", "dateShipped"),
        *("monthToDateUsage", "monthToDateDataUsage", "monthToDateSMSUsage", "monthToDateVoiceUsage"),
        *("primaryICCID", "imei", "globalSimType", "simNotes"),
    }
    assert [name for name, child in zip(names(terminal), terminal, strict=True) if child.get(NIL) == "true"] == [
        "fixedIpAddress",
        "ctdSessionCount",
    ]


def test_a_fixed_address_is_not_nil(soap, controls):
    change(controls, ACTIVE, fixed_ip_address="100.64.0.1")
    assert soap.terminal(ACTIVE)["fixedIpAddress"] == "100.64.0.1"


def test_states_have_their_own_spelling(soap):
    assert soap.terminal(INVENTORY)["status"] == "INVENTORY_NAME"
    assert (soap.terminal(SUSPENDED)["status"], soap.terminal(SUSPENDED)["suspended"]) == ("ACTIVATED_NAME", "Y")


def test_unknown_and_foreign_sims_are_absent(soap):
    assert set(soap.terminals(UNKNOWN, ACTIVE, FOREIGN, "1", USED, ACTIVE)) == {ACTIVE, USED}
    assert soap.terminals(UNKNOWN) == soap.terminals(FOREIGN) == {}


def test_a_foreign_sim_alone_may_be_a_fault(soap, controls):
    controls.post("settings", lone_foreign_iccid="fault")
    assert soap.call("GetTerminalDetails", iccids(FOREIGN)).fault == "100100"
    assert set(soap.terminals(FOREIGN, ACTIVE)) == {ACTIVE}
    assert soap.terminals(UNKNOWN) == {}


def test_the_order_of_the_request_is_not_kept(soap):
    asked = [list(soap.terminals(*order)) for order in (MINE, MINE[::-1])]
    assert asked[0] != list(MINE)
    assert asked[1] != list(MINE[::-1])
    assert sorted(asked[0]) == sorted(MINE)


def test_fifty_at_most(soap):
    numbers = [f"{8988200000000100000 + n}" for n in range(51)]
    assert soap.call("GetTerminalDetails", iccids(*numbers[:50])).fault == ""
    assert soap.call("GetTerminalDetails", iccids(*numbers)).fault == "10001"


def test_modified_terminals_come_oldest_change_first(soap, controls):
    change(controls, ACTIVE, imei="1")
    controls.post("advance", seconds=1)
    change(controls, INVENTORY, imei="1")
    assert soap.modified().texts("iccids/iccid") == [USED, SUSPENDED, DEACTIVATED, ACTIVE, INVENTORY]
    assert soap.modified(fields(since="2017-03-15T09:00:00Z")).texts("iccids/iccid") == [ACTIVE, INVENTORY]


def test_since_is_exclusive(soap, controls):
    change(controls, ACTIVE, imei="1")
    assert soap.terminal(ACTIVE)["dateModified"] == "2017-03-15T10:00:00.000Z"
    for before in ("2017-03-15T09:59:59.999Z", "2017-03-15T11:59:59.999+02:00", "2017-03-15T09:59:59"):
        assert soap.modified(fields(since=before)).texts("iccids/iccid") == [ACTIVE]
    for at in ("2017-03-15T10:00:00.000Z", "2017-03-15T12:00:00+02:00", "2017-03-15T10:00:00"):
        answered = soap.modified(fields(since=at))
        assert (answered.texts("iccids/iccid"), len(answered.all("iccids"))) == ([], 1)


def test_since_leaves_out_what_was_shown_with_fewer_digits(soap, controls):
    controls.post("advance", seconds=0.0004)
    change(controls, ACTIVE, imei="1")
    shown = soap.terminal(ACTIVE)["dateModified"]
    assert soap.modified(fields(since=shown)).texts("iccids/iccid") == []


@pytest.mark.parametrize(
    ("state", "found"), [("INVENTORY", [INVENTORY]), ("DEACTIVATED", [DEACTIVATED]), ("ACTIVATIONREADY", [])]
)
def test_search_by_state_spelt_without_underscores(soap, state, found):
    assert soap.modified(fields(simState=state)).texts("iccids/iccid") == found


def test_the_unusual_spelling_of_a_state(soap, controls):
    change(controls, ACTIVE, status="ACTIVATION_READY")
    assert soap.modified(fields(simState="ACTIVATIONREADY")).texts("iccids/iccid") == [ACTIVE]
    assert soap.modified(fields(simState="ACTIVATION_READY")).fault == "400000"


@pytest.mark.parametrize("since", ["yesterday", "2017-03-15", "2017-02-30T00:00:00Z", "2017-03-15 10:00:00Z", ""])
def test_since_is_a_date_and_time(soap, since):
    assert soap.modified(fields(since=since)).fault == "400000"


@pytest.mark.parametrize(
    ("account", "fault"), [("100020001", ""), ("100020002", "400201"), ("999", "400201"), ("mine", "400000")]
)
def test_the_account_must_be_ones_own(soap, account, fault):
    assert soap.modified(attributes=f'accountId="{account}"').fault == fault


def test_an_account_sees_its_own_sims_only(soap_user):
    assert soap_user("west").modified().texts("iccids/iccid") == [FOREIGN]


def test_without_pages_there_is_no_page_number(soap):
    answered = soap.modified()
    assert answered.text("totalPages") is answered.text("pageNumber") is None
    assert soap.modified(fields(pageNumber=1)).fault == "400000"


def test_pages_of_a_newer_server(soap, controls):
    controls.post("settings", modified_page_size=2)
    pages = [soap.modified(fields(pageNumber=number)) for number in (1, 2, 3)]
    assert [page.text("totalPages") for page in pages] == ["3", "3", "3"]
    assert [page.text("pageNumber") for page in pages] == ["1", "2", "3"]
    assert [len(page.all("iccids/iccid")) for page in pages] == [2, 2, 1]
    assert {iccid for page in pages for iccid in page.texts("iccids/iccid")} == set(MINE)
    assert soap.modified().texts("iccids/iccid") == pages[0].texts("iccids/iccid")
    assert soap.modified(fields(pageNumber=4)).texts("iccids/iccid") == []
    assert soap.modified(fields(pageNumber=0)).fault == "400000"
    assert soap.modified(fields(simState="INVENTORY")).text("totalPages") == "1"


def session(soap, *numbers):
    return soap.call("GetSessionInfo", "".join(fields(iccid=number) for number in numbers))


def test_sessions(soap, controls):
    started, ended = "2017-03-15T08:00:00Z", "2017-03-15T08:30:00Z"
    change(controls, ACTIVE, session_started=started, ip_address="10.0.0.1")
    change(controls, DEACTIVATED, session_started=started, session_ended=ended)
    answered = session(soap, ACTIVE, DEACTIVATED, USED, UNKNOWN)
    found = {each[0].text: each for each in answered.all("sessionInfo/session")}
    assert set(found) == {ACTIVE, DEACTIVATED}
    assert names(found[ACTIVE]) == ["iccid", "ipAddress", "dateSessionStarted", "dateSessionEnded"]
    assert [child.text for child in found[ACTIVE]] == [ACTIVE, "10.0.0.1", "2017-03-15T08:00:00.000Z", None]
    assert [child.get(NIL) for child in found[ACTIVE]] == [None, None, None, "true"]
    assert [child.get(NIL) for child in found[DEACTIVATED]] == [None, "true", None, None]


@pytest.mark.parametrize(("number", "fault"), [(USED, "900100"), (UNKNOWN, "100100"), ("12", "400500")])
def test_sims_without_a_session(soap, number, fault):
    assert session(soap, number).fault == fault


def test_readers_may_read(soap_user):
    reader = soap_user("reader")
    assert reader.modified().fault == ""
    assert set(reader.terminals(*MINE)) == set(MINE)
