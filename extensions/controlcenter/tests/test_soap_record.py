from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rest_spec import CTD_JSON, CTD_USAGES, DETAILS_JSON, DEVICE
from soap_spec import (
    ICCID,
    OTHER_ICCID,
    TERMINAL,
    TERMINAL_XML,
    asked_ids,
    fault_xml,
    fields,
    payload,
    reply_xml,
    serve,
    serve_by,
    terminals_xml,
)

from extensions.controlcenter import rest_sims, soap_sims
from extensions.core.contract import BadResponse, NotFound, Refused, Throttled
from extensions.sims.contract import SimRecord

OPERATION = "GetTerminalDetails"


def serve_terminals(httpserver, *terminals):
    serve(httpserver, TERMINAL, reply_xml(OPERATION, terminals_xml(*terminals)), operation=OPERATION)


def serve_changed(httpserver, *changes):
    terminal = TERMINAL_XML
    for before, after in changes:
        assert before in terminal
        terminal = terminal.replace(before, after)
    serve_terminals(httpserver, terminal)


def without(*names):
    """Changes that take these elements away; each holds what it holds in the specification's terminal."""
    values = dict(line.split(">")[:2] for line in TERMINAL_XML.replace("</", ">").split("<ns2:") if ">" in line)
    return [(f"<ns2:{name}>{values[name]}</ns2:{name}>", "") for name in names]


def record(context) -> SimRecord:
    return soap_sims.record(context, ICCID)


def test_one_call_gives_the_whole_record(httpserver, soap_context):
    serve_terminals(httpserver, TERMINAL_XML)

    assert record(soap_context) == SimRecord(
        subject=ICCID,
        state="Activated",
        rate_plan="EU 5MB",
        ctd_data_bytes=12944671,
        ctd_sms=3,
        ctd_voice_seconds=0,
        overage_limit_reached=False,
        overage_limit_override="DEFAULT",
        added_at=datetime(2016, 11, 15, 9, 27, 33, 69000, tzinfo=UTC),
        modified_at=datetime(2017, 2, 17, 15, 42, 57, 743000, tzinfo=UTC),
        activated_at=datetime(2017, 1, 5, 9, 12, 44, 120000, tzinfo=UTC),
        imsi="901161700000001",
        msisdn="882350000000001",
        imei=None,
        communication_plan=None,
        carrier_account="100020001",
        carrier_device_id="pump-17",
    )
    assert len(httpserver.log) == 1


def test_rest_gives_the_same_but_for_what_soap_does_not_tell(httpserver, soap_context, context):
    serve_terminals(httpserver, TERMINAL_XML)
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_data(CTD_JSON)

    over_soap, over_rest = record(soap_context), rest_sims.record(context, ICCID)

    # Three decimals of a MB are what SOAP tells of the bytes.
    assert abs(over_soap.ctd_data_bytes - over_rest.ctd_data_bytes) <= 525
    assert over_soap == replace(over_rest, communication_plan=None, ctd_data_bytes=over_soap.ctd_data_bytes)


def test_the_sim_is_asked_for_by_its_number(httpserver, soap_context):
    serve_terminals(httpserver, TERMINAL_XML)

    record(soap_context)

    request = httpserver.log[0][0]
    assert [name for name, _ in fields(request)] == ["iccids"]
    assert asked_ids(payload(request), "iccid") == [ICCID]


FIGURES = ("monthToDateUsage", "monthToDateDataUsage", "monthToDateSMSUsage", "monthToDateVoiceUsage")


def test_missing_is_unknown_and_not_zero(httpserver, soap_context):
    serve_changed(httpserver, *without(*FIGURES, "overageLimitReached", "overageLimitOverride", "dateActivated"))

    found = record(soap_context)

    assert found.ctd_data_bytes is found.ctd_sms is found.ctd_voice_seconds is None
    assert found.overage_limit_reached is found.overage_limit_override is found.activated_at is None
    assert found.state == "Activated"


def test_nil_is_unknown_and_not_zero(httpserver, soap_context):
    nil = [(before, before.partition(">")[0] + ' xsi:nil="true"/>') for before, _ in without(*FIGURES, "ratePlan")]
    serve_changed(httpserver, *nil)

    found = record(soap_context)

    assert found.ctd_data_bytes is found.ctd_sms is found.ctd_voice_seconds is found.rate_plan is None


def test_zero_is_zero_and_not_unknown(httpserver, soap_context):
    serve_changed(httpserver, (">12.345<", ">0.000<"), (">3</ns2:monthToDateSMS", ">0</ns2:monthToDateSMS"))

    found = record(soap_context)

    assert (found.ctd_data_bytes, found.ctd_sms, found.ctd_voice_seconds) == (0, 0, 0)


def test_the_older_name_of_data_usage_stands_in_where_the_other_is_missing(httpserver, soap_context):
    serve_changed(httpserver, *without("monthToDateDataUsage"))

    assert record(soap_context).ctd_data_bytes == 12944671


@pytest.mark.parametrize(("word", "value"), [("true", True), ("1", True), ("0", False), ("yes", None), ("", None)])
def test_booleans_are_those_of_xml(httpserver, soap_context, word, value):
    serve_changed(httpserver, (">false<", f">{word}<"))

    assert record(soap_context).overage_limit_reached is value


@pytest.mark.parametrize("override", ["DEFAULT", "TEMPORARY_OVERRIDE", "PERMANENT_OVERRIDE"])
def test_the_override_is_the_carriers_word(httpserver, soap_context, override):
    serve_changed(httpserver, (">DEFAULT<", f">{override}<"))

    assert record(soap_context).overage_limit_override == override


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("INVENTORY_NAME", "Inventory"),
        ("ACTIVATION_READY_NAME", "Activation Ready"),
        ("ACTIVATED_NAME", "Activated"),
        ("DEACTIVATED_NAME", "Deactivated"),
        ("RETIRED_NAME", "Retired"),
        ("TEST_READY_NAME", "Test Ready"),
        ("TRIAL_NAME", "Trial"),
        ("PURGED_NAME", "Purged"),
        ("REPLACED_NAME", "Replaced"),
        ("ACTIVATED", "Activated"),
        ("HELD_BY_OPERATOR_NAME", "HELD_BY_OPERATOR_NAME"),
        ("_NAME", "_NAME"),
        ("", None),
    ],
)
def test_states_have_names_and_unknown_ones_their_raw_text(httpserver, soap_context, word, name):
    serve_changed(httpserver, ("ACTIVATED_NAME", word))

    assert record(soap_context).state == name


@pytest.mark.parametrize("written", ["2017-02-17T15:42:57.743Z", "2017-02-17T23:42:57.743+08:00"])
def test_instants_are_read_in_any_zone(httpserver, soap_context, written):
    serve_changed(httpserver, ("2017-02-17T15:42:57.743Z", written))

    assert record(soap_context).modified_at == datetime(2017, 2, 17, 15, 42, 57, 743000, tzinfo=UTC)


def test_prefixes_and_order_do_not_matter_and_unknown_elements_are_ignored(httpserver, soap_context):
    content = reply_xml(
        OPERATION, terminals_xml(TERMINAL_XML.replace("<ns2:version>", "<ns2:eid>1</ns2:eid><ns2:version>"))
    )
    content = content.replace("ns2:", "q:").replace("xmlns:ns2", "xmlns:q").replace("SOAP-ENV", "soap")
    serve(httpserver, TERMINAL, content)

    assert record(soap_context).rate_plan == "EU 5MB"


@pytest.mark.parametrize("inside", ["", "<ns2:terminals/>"])
def test_an_absent_sim_is_not_in_this_account(httpserver, soap_context, inside):
    serve(httpserver, TERMINAL, reply_xml(OPERATION, inside))

    with pytest.raises(NotFound):
        record(soap_context)


def test_a_fault_about_a_foreign_sim_is_the_same(httpserver, soap_context):
    serve(httpserver, TERMINAL, fault_xml("100100"), status=500)

    with pytest.raises(NotFound):
        record(soap_context)


@pytest.mark.parametrize("iccid", [OTHER_ICCID, ""])
def test_an_answer_about_another_sim_is_unusable(httpserver, soap_context, iccid):
    serve_changed(httpserver, (ICCID, iccid))

    with pytest.raises(BadResponse):
        record(soap_context)


# Many at once


def terminal_of(iccid):
    return TERMINAL_XML.replace(ICCID, iccid)


def number(index):
    return f"89882000000000{index:05}"


def serve_known(httpserver, known, *, most=50, one_unknown_is_a_fault=False):
    """Answers as the carrier does: unknown ones absent, in no order, a limit, and perhaps a fault for a single one."""

    def answer(element):
        asked = asked_ids(element, "iccid")
        if len(asked) > most:
            return fault_xml("10001")
        if one_unknown_is_a_fault and len(asked) == 1 and asked[0] not in known:
            return fault_xml("100100")
        return reply_xml(OPERATION, terminals_xml(*(terminal_of(iccid) for iccid in reversed(asked) if iccid in known)))

    serve_by(httpserver, TERMINAL, OPERATION, answer)


@pytest.mark.parametrize(("amount", "calls"), [(0, 0), (1, 1), (50, 1), (51, 2), (101, 3)])
def test_fifty_are_asked_for_in_a_call(httpserver, soap_context, amount, calls):
    subjects = [number(index) for index in range(amount)]
    serve_known(httpserver, set(subjects))

    found = soap_sims.refresh(soap_context, subjects)

    assert set(found) == set(subjects)
    assert all(sim.subject == iccid for iccid, sim in found.items())
    assert len(httpserver.log) == calls


def test_the_same_one_is_asked_for_once_and_what_is_no_number_not_at_all(httpserver, soap_context):
    serve_known(httpserver, {ICCID})

    assert set(soap_sims.refresh(soap_context, [ICCID, "<x>", ICCID])) == {ICCID}
    assert asked_ids(payload(httpserver.log[0][0]), "iccid") == [ICCID]


def test_unknown_ones_are_absent(httpserver, soap_context):
    serve_known(httpserver, {number(3)}, one_unknown_is_a_fault=True)

    assert set(soap_sims.refresh(soap_context, [number(1), number(3), number(2)])) == {number(3)}
    assert soap_sims.refresh(soap_context, [number(1)]) == {}


def test_a_server_that_takes_fewer_is_asked_in_halves(httpserver, soap_context):
    subjects = [number(index) for index in range(50)]
    serve_known(httpserver, set(subjects), most=20)

    assert set(soap_sims.refresh(soap_context, subjects)) == set(subjects)
    assert len(httpserver.log) == 1 + 2 + 4


def test_a_fault_about_one_of_many_does_not_hide_the_others(httpserver, soap_context):
    subjects = [number(index) for index in range(50)]

    def answer(element):
        asked = asked_ids(element, "iccid")
        if number(17) in asked:
            return fault_xml("100101")
        return reply_xml(OPERATION, terminals_xml(*map(terminal_of, asked)))

    serve_by(httpserver, TERMINAL, OPERATION, answer)

    assert set(soap_sims.refresh(soap_context, subjects)) == set(subjects) - {number(17)}
    assert len(httpserver.log) <= 15


@pytest.mark.parametrize(("code", "kind"), [("400101", Throttled), ("100200", Refused), ("10001", Refused)])
def test_other_failures_end_it(httpserver, soap_context, code, kind):
    serve(httpserver, TERMINAL, fault_xml(code), status=500)

    with pytest.raises(kind):
        soap_sims.refresh(soap_context, [ICCID])
    assert len(httpserver.log) == 1
