import json
from datetime import UTC, datetime, timedelta

import pytest
from rest_spec import ICCID, SMS, SMS_OF_DEVICE, error_json

from extensions.controlcenter.provider import ControlCenter
from extensions.controlcenter.rest_sms import MOST_DETAILS, MOST_LIST_PAGES, MOST_REPLY_PAGES
from extensions.core.contract import BadResponse, NoData, NotFound, Refused, Throttled
from extensions.sims.contract import Accepted, SmsReply, SmsReport, SmsState

SINCE = datetime(2017, 3, 15, 9, 58, tzinfo=UTC)


def detail(**changes):
    return {
        "smsMsgId": 4302867004,
        "status": "Delivered",
        "messageText": "reboot",
        "senderLogin": "fleet-reader",
        "iccid": ICCID,
        "sentTo": ICCID,
        "sentFrom": "Server",
        "msgType": "MT",
        "dateSent": "2017-03-15 09:58:03.120+0000",
        "dateReceived": None,
        "dateModified": "2017-03-15 09:58:07.000+0000",
        **changes,
    }


def serve_list(httpserver, ids, *, last=True):
    body = {"smsMsgIds": ids, "pageNumber": 1, "lastPage": last}
    httpserver.expect_request(SMS, method="GET").respond_with_json(body)


def serve_detail(httpserver, number, **changes):
    body = detail(smsMsgId=number, **changes)
    httpserver.expect_request(f"{SMS}/{number}", method="GET").respond_with_json(body)


def find(context, text="reboot", taken=frozenset()):
    return ControlCenter().find_sms(context, ICCID, text, SINCE, taken)


@pytest.mark.parametrize("reply", [{"smsMessageId": 4302867004}, {"smsMsgId": 4302867004}, {"smsMsgId": "4302867004"}])
def test_either_key_names_the_message(httpserver, context, reply):
    httpserver.expect_request(SMS_OF_DEVICE, method="POST").respond_with_json(reply)

    assert ControlCenter().send_sms(context, ICCID, "reboot") == Accepted("4302867004")


@pytest.mark.parametrize(
    ("text", "coding"), [("reboot", 0), (" {a}\n€ ", 0), ("перезагрузка ✓", 8), ("\u00e7 \U0001f600", 8)]
)
def test_a_text_goes_out_once_as_given_in_the_coding_it_needs(httpserver, context, text, coding):
    httpserver.expect_request(SMS_OF_DEVICE, method="POST").respond_with_json({"smsMessageId": 1})

    ControlCenter().send_sms(context, ICCID, text)

    [(request, _)] = httpserver.log
    body = json.loads(request.data)
    assert body == {"messageText": text, "messageEncoding": "LITERAL", "dataCoding": coding}
    assert type(body["dataCoding"]) is int


@pytest.mark.parametrize("reply", [{}, {"smsMessageId": None}, {"smsMessageId": True}, {"smsMsgId": ""}])
def test_a_message_taken_without_a_number_may_have_been_sent(httpserver, context, reply):
    httpserver.expect_request(SMS_OF_DEVICE, method="POST").respond_with_json(reply)

    with pytest.raises(BadResponse) as caught:
        ControlCenter().send_sms(context, ICCID, "reboot")

    assert caught.value.may_have_happened


def test_a_text_too_long_for_the_account_is_refused_by_the_provider(httpserver, context):
    body = error_json("10000020", "Message too long.")
    httpserver.expect_request(SMS_OF_DEVICE, method="POST").respond_with_json(body, status=400)

    with pytest.raises(Refused) as caught:
        ControlCenter().send_sms(context, ICCID, "a" * 321)

    assert caught.value.words == "Message too long."
    assert not caught.value.may_have_happened


def test_a_sim_that_is_not_active_is_said_to_be_so(httpserver, context):
    body = error_json("10000005", "Invalid SIM status")
    httpserver.expect_request(SMS_OF_DEVICE, method="POST").respond_with_json(body, status=400)

    with pytest.raises(Refused, match="activated SIMs only") as caught:
        ControlCenter().send_sms(context, ICCID, "hello")

    assert (caught.value.code, caught.value.words) == ("10000005", "Invalid SIM status")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Pending", SmsState.PENDING),
        ("Delivered", SmsState.DELIVERED),
        ("Delivered-InLog", SmsState.DELIVERED),
        ("Failed", SmsState.FAILED),
        ("Cancelled", SmsState.FAILED),
        ("CancelPending", SmsState.PENDING),
        ("CancelFailed", SmsState.PENDING),
        ("Unknown", SmsState.PENDING),
        ("Something new", SmsState.PENDING),
    ],
)
def test_a_report_keeps_the_providers_word(httpserver, context, word, state):
    serve_detail(httpserver, 4302867004, status=word)

    report = ControlCenter().sms_report(context, "4302867004")

    sent = datetime(2017, 3, 15, 9, 58, 3, 120000, tzinfo=UTC)
    assert report == SmsReport("4302867004", state, word, "reboot", sent)


def test_a_message_that_is_not_known_is_not_taken_for_a_sim(httpserver, context):
    httpserver.expect_request(f"{SMS}/7").respond_with_json(error_json("20000002"), status=404)

    with pytest.raises(NotFound, match="message"):
        ControlCenter().sms_report(context, "7")


def test_a_lost_message_is_found_by_text_and_sim(httpserver, context):
    serve_list(httpserver, [11, 13, 12])
    serve_detail(httpserver, 13, messageText="reboot ")
    serve_detail(httpserver, 12)
    serve_detail(httpserver, 11)

    report = find(context)

    assert (report.reference, report.state) == ("12", SmsState.DELIVERED)
    assert [request.path for request, _ in httpserver.log] == [SMS, f"{SMS}/13", f"{SMS}/12"]


def test_the_list_is_asked_for_from_a_little_before_for_clocks_that_differ(httpserver, context):
    serve_list(httpserver, [])

    find(context)

    asked = datetime.fromisoformat(httpserver.log[0][0].args["fromDate"])
    assert timedelta(0) < SINCE - asked <= timedelta(minutes=5)


@pytest.mark.parametrize(
    "other",
    [
        {"iccid": "8988200000000000022"},
        {"messageText": "Reboot"},
        {"msgType": "MO"},
        {"msgType": None},
        {"dateSent": "2017-03-15 08:00:00.000+0000"},
    ],
)
def test_messages_that_differ_are_not_ours(httpserver, context, other):
    serve_list(httpserver, [11])
    serve_detail(httpserver, 11, **other)

    assert find(context) is None


@pytest.mark.parametrize("ids", [[], None])
def test_no_message_since_is_none(httpserver, context, ids):
    serve_list(httpserver, ids)

    assert find(context) is None


def test_ids_of_another_length_are_put_in_order_as_numbers(httpserver, context):
    serve_list(httpserver, ["99", "100"])
    serve_detail(httpserver, 99)
    serve_detail(httpserver, 100)

    assert find(context).reference == "100"


def test_a_message_that_has_gone_meanwhile_is_passed_over(httpserver, context):
    serve_list(httpserver, [12, 11])
    httpserver.expect_request(f"{SMS}/12").respond_with_json(error_json("20000002"), status=404)
    serve_detail(httpserver, 11)

    assert find(context).reference == "11"


def test_a_busy_account_is_searched_in_a_bounded_number_of_calls(httpserver, context):
    serve_list(httpserver, list(range(1, 100)), last=False)
    for number in range(1, 100):
        serve_detail(httpserver, number, messageText="other")

    with pytest.raises(NoData, match="too many"):
        find(context)
    assert len(httpserver.log) <= MOST_LIST_PAGES + MOST_DETAILS


def test_a_list_that_never_ends_does_not_prove_that_there_is_no_message(httpserver, context):
    serve_list(httpserver, [11], last=False)
    serve_detail(httpserver, 11, messageText="other")

    with pytest.raises(NoData):
        find(context)


def test_further_pages_of_the_list_are_read(httpserver, context):
    paged = {"query_string": {"fromDate": "2017-03-15T09:57:00Z", "pageNumber": "2"}}
    body = {"smsMsgIds": [12], "pageNumber": 2, "lastPage": True}
    httpserver.expect_ordered_request(SMS).respond_with_json({"smsMsgIds": [11], "pageNumber": 1, "lastPage": False})
    httpserver.expect_ordered_request(SMS, **paged).respond_with_json(body)
    httpserver.expect_ordered_request(f"{SMS}/12").respond_with_json(detail(smsMsgId=12))

    assert find(context).reference == "12"


def test_throttling_while_searching_is_throttling(httpserver, context):
    serve_list(httpserver, [11])
    httpserver.expect_request(f"{SMS}/11").respond_with_json(error_json("40000029"), status=429)

    with pytest.raises(Throttled):
        find(context)


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({"domain_id": "restapi3.jasper.com"}, 320),
        ({"domain_id": "api.jasper.com"}, 160),
        ({"domain_id": "restapi3.jasper.com", "protocol": "soap"}, 160),
        ({"domain_id": "no host"}, 320),
        ({}, 320),
    ],
)
def test_the_limit_is_that_of_the_protocol(settings, limit):
    assert ControlCenter().sms_limit(settings) == limit


def test_the_same_text_sent_a_moment_earlier_is_not_taken_for_the_lost_one(httpserver, context):
    serve_list(httpserver, [7])
    serve_detail(httpserver, 7)

    assert find(context).reference == "7"
    assert find(context, taken=frozenset({"7"})) is None


# --- What SIMs sent ---------------------------------------------------------------------------------------------------


def replies(context, known=frozenset(), cursor=None):
    return ControlCenter().replies(context, ICCID, SINCE, known, cursor)


def references(page):
    return [reply.reference for reply in page.replies]


def test_what_sims_sent_is_found_among_the_messages_of_the_account(httpserver, context):
    serve_list(httpserver, [10, 11, 12, 13, 14])
    mine = {"msgType": "MO", "status": "Received", "messageText": "valve shut"}
    serve_detail(httpserver, 10, **mine, iccid=None)
    serve_detail(httpserver, 11, **mine, dateSent=None, dateReceived="2017-03-15 09:58:03.120+0000")
    serve_detail(httpserver, 12, **mine, iccid="8988200000000000022", dateSent=None)
    serve_detail(httpserver, 13)
    serve_detail(httpserver, 14, **{**mine, "messageText": None, "dateSent": None})

    found = replies(context)

    at = datetime(2017, 3, 15, 9, 58, 3, 120000, tzinfo=UTC)
    of_another = SmsReply("8988200000000000022", "12", "valve shut", None)
    assert found.replies == [SmsReply(ICCID, "14", "", None), of_another, SmsReply(ICCID, "11", "valve shut", at)]
    assert found.next is None
    assert httpserver.log[0][0].args["fromDate"] == "2017-03-15T09:57:00Z"


def test_many_messages_are_looked_at_a_few_at_a_time_and_none_twice(httpserver, context):
    body = {"smsMsgIds": list(range(90, 102)), "pageNumber": 1, "lastPage": False}
    httpserver.expect_request(SMS, query_string={"fromDate": "2017-03-15T09:57:00Z"}).respond_with_json(body)
    second = {"fromDate": "2017-03-15T09:57:00Z", "pageNumber": "2"}
    httpserver.expect_request(SMS, query_string=second).respond_with_json({"smsMsgIds": [80], "lastPage": True})
    for number in (80, *range(90, 102)):
        serve_detail(httpserver, number, msgType="MO")
    pages = [replies(context, known=frozenset({"99"}))]
    while pages[-1].next:
        pages.append(replies(context, frozenset({"99"}), json.loads(json.dumps(pages[-1].next))))

    asked = [["101", "100", "98", "97", "96"], ["95", "94", "93", "92", "91"], ["90"], ["80"]]
    assert [references(page) for page in pages] == asked
    assert len(httpserver.log) == len(asked) + 12


def test_an_account_with_messages_without_end_is_left_alone_at_last(httpserver, context):
    serve_list(httpserver, [11], last=False)
    known = frozenset({"11"})

    assert replies(context, known, {"page": MOST_REPLY_PAGES - 1}).next == {"page": MOST_REPLY_PAGES}
    assert replies(context, known, {"page": MOST_REPLY_PAGES}).next is None


def test_a_message_that_is_gone_meanwhile_is_left_out(httpserver, context):
    serve_list(httpserver, [11])
    httpserver.expect_request(f"{SMS}/11").respond_with_json(error_json("20000002", "Not found."), status=404)

    assert replies(context).replies == []


def test_only_over_rest_the_list_is_of_all_sims(context, soap_context):
    carrier = ControlCenter()
    assert carrier.replies_are_of_all(context.settings)
    assert not carrier.replies_are_of_all(soap_context.settings)
    assert not carrier.replies_are_of_all({"domain_id": "://"})
