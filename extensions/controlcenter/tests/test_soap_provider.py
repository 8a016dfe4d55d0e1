from datetime import date

import pytest
from rest_spec import CTD_JSON, CTD_USAGES, DETAILS_JSON, DEVICE
from soap_spec import (
    BILLING,
    ICCID,
    LICENCE_KEY,
    MESSAGE_XML,
    PASSWORD,
    SMS,
    TERMINAL,
    TERMINAL_XML,
    USAGE_XML,
    ids_xml,
    reply_xml,
    serve,
    terminals_xml,
)

from extensions.controlcenter.provider import ControlCenter
from extensions.core.contract import CannotConnect, NoData, Proof
from extensions.sims.contract import Accepted, PlanList, SimRecord, SmsReport, UsageRecord

CARRIER = ControlCenter()
EDITED = f"<ns2:iccid>{ICCID}</ns2:iccid>"
LISTED = ids_xml("smsMsgIds", "smsMsgId", ["4302867004"])
SENT = "<ns2:smsMsgId>4302867004</ns2:smsMsgId>"

# Every method, and the kind of what it answers.
CALLS = [
    (lambda context: CARRIER.check(context), Proof),
    (lambda context: CARRIER.record(context, ICCID), SimRecord),
    (lambda context: CARRIER.usage(context, ICCID, date(2017, 2, 1)), UsageRecord),
    (lambda context: CARRIER.set_state(context, ICCID, "Activated"), Accepted),
    (lambda context: CARRIER.set_plan(context, ICCID, "EU 5MB"), Accepted),
    (lambda context: CARRIER.send_sms(context, ICCID, "reboot"), Accepted),
    (lambda context: CARRIER.sms_report(context, "4302867004"), SmsReport),
    (lambda context: CARRIER.find_sms(context, ICCID, "reboot", context.now(), frozenset()), SmsReport),
]


@pytest.fixture
def soap_service(httpserver):
    def answer(path, operation, inside):
        serve(httpserver, path, reply_xml(operation, inside), operation=operation)

    answer(TERMINAL, "GetModifiedTerminals", "")
    answer(TERMINAL, "GetTerminalDetails", terminals_xml(TERMINAL_XML))
    answer(TERMINAL, "EditTerminal", EDITED)
    answer(BILLING, "GetTerminalUsage", USAGE_XML)
    answer(SMS, "SendSMS", SENT)
    answer(SMS, "GetSMSDetails", f"<ns2:smsMessages>{MESSAGE_XML.replace('09:58', '10:00')}</ns2:smsMessages>")
    answer(SMS, "GetModifiedSMS", LISTED)
    return httpserver


@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_every_method_goes_over_soap_where_that_is_chosen(soap_service, soap_context, call, kind):
    assert isinstance(call(soap_context), kind)
    assert all(request.headers["SOAPAction"] for request, _ in soap_service.log)


def test_rate_plans_are_not_listed_over_soap(soap_service, soap_context):
    assert isinstance(CARRIER.plans(soap_context), PlanList)
    assert soap_service.log == []


def test_the_protocol_decides_at_one_and_the_same_host(soap_service, soap_context, context):
    soap_service.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    soap_service.expect_request(CTD_USAGES).respond_with_data(CTD_JSON)

    over_soap, over_rest = CARRIER.record(soap_context, ICCID), CARRIER.record(context, ICCID)

    assert over_soap.state == over_rest.state
    assert [request.method for request, _ in soap_service.log] == ["POST", "GET", "GET"]


def test_a_soap_host_presets_the_protocol(rest_context):
    context = rest_context(domain_id="api.jasper.com", protocol="", password=PASSWORD, access_key=LICENCE_KEY)

    # Only SOAP knows without a call that the current cycle is not to be had.
    with pytest.raises(NoData):
        CARRIER.usage(context, ICCID, None)


def test_a_domain_id_that_is_no_address_is_told_so_in_every_method(rest_context):
    for call, _ in CALLS:
        with pytest.raises(CannotConnect, match="host name"):
            call(rest_context(domain_id="jasper", protocol=""))
