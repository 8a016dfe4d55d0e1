from datetime import UTC, datetime, timedelta

import pytest
from soap_spec import (
    ICCID,
    MESSAGE_XML,
    OTHER_ICCID,
    SMS,
    asked_ids,
    fault_xml,
    fields,
    ids_xml,
    payload,
    reply_xml,
    serve,
    serve_by,
)

from extensions.controlcenter import soap_sms
from extensions.core.contract import BadResponse, NoData, NotFound, Refused, Throttled
from extensions.sims.contract import Accepted, ReplyPage, SmsReport, SmsState

SINCE = datetime(2017, 3, 15, 9, 58, tzinfo=UTC)
NUMBER = "4302867004"


def message(number=NUMBER, *changes):
    content = MESSAGE_XML.replace(NUMBER, str(number))
    for before, after in changes:
        assert before in content
        content = content.replace(before, after)
    return content


def serve_sent(httpserver, inside=f"<ns2:smsMsgId>{NUMBER}</ns2:smsMsgId>"):
    serve(httpserver, SMS, reply_xml("SendSMS", inside), operation="SendSMS")


def serve_messages(httpserver, messages):
    """The list of numbers, and details of those that are asked for; others are absent."""
    listed = reply_xml("GetModifiedSMS", ids_xml("smsMsgIds", "smsMsgId", messages))
    serve(httpserver, SMS, listed, operation="GetModifiedSMS")

    def details(element):
        found = (messages.get(int(number), "") for number in asked_ids(element, "smsMsgId"))
        return reply_xml("GetSMSDetails", f"<ns2:smsMessages>{''.join(found)}</ns2:smsMessages>")

    serve_by(httpserver, SMS, "GetSMSDetails", details)


def find(context, text="reboot", taken=frozenset()):
    return soap_sms.find(context, ICCID, text, SINCE, taken)


# Sending


def test_a_message_has_the_number_that_it_is_given(httpserver, soap_context):
    serve_sent(httpserver)

    assert soap_sms.send(soap_context, ICCID, "reboot") == Accepted(NUMBER)


@pytest.mark.parametrize("text", ["reboot", " {a}\n€ ", "<&> ]]>", "line\r\nend\r", "перезагрузка ✓", "😀", "x" * 160])
def test_any_text_goes_out_once_as_given_and_literally(httpserver, soap_context, text):
    serve_sent(httpserver)

    soap_sms.send(soap_context, ICCID, text)

    [(request, _)] = httpserver.log
    assert fields(request) == [("sentToIccid", ICCID), ("messageText", text)]
    # LITERAL is what the schema takes where nothing is said.
    assert b"BASE64" not in request.data


def test_more_than_160_characters_are_refused_without_a_call(httpserver, soap_context):
    with pytest.raises(Refused, match="at most 160 characters, and this one has 161"):
        soap_sms.send(soap_context, ICCID, "x" * 161)
    assert httpserver.log == []


@pytest.mark.parametrize("text", ["a\x0cb", "bell\x07", "\ud800"])
def test_characters_that_no_xml_can_hold_are_refused_without_a_call(httpserver, soap_context, text):
    with pytest.raises(Refused, match="character"):
        soap_sms.send(soap_context, ICCID, text)
    assert httpserver.log == []


@pytest.mark.parametrize("inside", ["", "<ns2:smsMsgId/>", '<ns2:smsMsgId xsi:nil="true"/>'])
def test_a_message_taken_without_a_number_may_have_been_sent(httpserver, soap_context, inside):
    serve_sent(httpserver, inside)

    with pytest.raises(BadResponse) as caught:
        soap_sms.send(soap_context, ICCID, "reboot")

    assert caught.value.may_have_happened


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("500400", "empty"),
        ("500500", "Shorten"),
        ("500600", "could not send"),
        ("500700", "activated SIMs only"),
        ("500800", "plain characters"),
    ],
)
def test_a_refused_message_was_not_sent(httpserver, soap_context, code, words):
    serve(httpserver, SMS, fault_xml(code), status=500)

    with pytest.raises(Refused, match=words) as caught:
        soap_sms.send(soap_context, ICCID, "reboot")

    assert not caught.value.may_have_happened
    assert len(httpserver.log) == 1


# Following


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Received", SmsState.DELIVERED),
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
def test_a_report_keeps_the_providers_word(httpserver, soap_context, word, state):
    serve_messages(httpserver, {int(NUMBER): message(NUMBER, ("<ns2:status>Delivered", f"<ns2:status>{word}"))})

    report = soap_sms.report(soap_context, NUMBER)

    sent = datetime(2017, 3, 15, 9, 58, 3, 120000, tzinfo=UTC)
    assert report == SmsReport(NUMBER, state, word, "reboot", sent)


def test_a_message_is_asked_for_by_its_number(httpserver, soap_context):
    serve_messages(httpserver, {int(NUMBER): message()})

    soap_sms.report(soap_context, NUMBER)

    [(request, _)] = httpserver.log
    assert asked_ids(payload(request), "smsMsgId") == [NUMBER]


@pytest.mark.parametrize(("content", "status"), [(fault_xml("500300"), 500), (reply_xml("GetSMSDetails"), 200)])
def test_a_message_that_is_not_known_is_not_taken_for_a_sim(httpserver, soap_context, content, status):
    serve(httpserver, SMS, content, status=status)

    with pytest.raises(NotFound, match="message"):
        soap_sms.report(soap_context, "7")


@pytest.mark.parametrize("reference", ["", "x", "7 8", "-1", "१"])
def test_what_is_no_number_of_a_message_is_not_asked_for(httpserver, soap_context, reference):
    with pytest.raises(NotFound, match="message"):
        soap_sms.report(soap_context, reference)
    assert httpserver.log == []


# Finding


def test_a_lost_message_is_found_by_text_and_sim_in_two_calls(httpserver, soap_context):
    other = message(13, ("reboot", "reboot "))
    serve_messages(httpserver, {11: message(11), 13: other, 12: message(12)})

    report = find(soap_context)

    assert (report.reference, report.state) == ("12", SmsState.DELIVERED)
    assert len(httpserver.log) == 2


def test_the_list_is_asked_for_the_sim_from_a_little_before_for_clocks_that_differ(httpserver, soap_context):
    serve_messages(httpserver, {})

    find(soap_context)

    (iccid, (name, since)) = fields(httpserver.log[0][0])
    assert (iccid, name) == (("iccid", ICCID), "fromDate")
    assert timedelta(0) < SINCE - datetime.fromisoformat(since) <= timedelta(minutes=5)


@pytest.mark.parametrize(
    "change",
    [
        (ICCID, OTHER_ICCID),
        (">reboot<", ">Reboot<"),
        (">MT<", ">MO<"),
        (">MT<", "><"),
        ("2017-03-15T09:58:03.120Z", "2017-03-15T08:00:00.000Z"),
    ],
)
def test_messages_that_differ_are_not_ours(httpserver, soap_context, change):
    serve_messages(httpserver, {11: message(11, change)})

    assert find(soap_context) is None


def test_a_message_that_is_not_sent_yet_is_placed_by_when_it_was_added(httpserver, soap_context):
    unsent = ("<ns2:dateSent>2017-03-15T09:58:03.120Z</ns2:dateSent>", '<ns2:dateSent xsi:nil="true"/>')
    old = ("2017-03-15T09:58:02.000Z", "2017-03-15T08:00:00.000Z")
    serve_messages(httpserver, {11: message(11, unsent), 12: message(12, unsent, old)})

    assert find(soap_context).reference == "11"


@pytest.mark.parametrize("came_back", ["a&#13;&#10;b", "a\nb", "a&#10;b", "a&#13;b"])
def test_line_ends_do_not_hide_a_message(httpserver, soap_context, came_back):
    serve_messages(httpserver, {11: message(11, (">reboot<", f">{came_back}<"))})

    assert find(soap_context, "a\r\nb").reference == "11"


@pytest.mark.parametrize("listed", ["", "<ns2:smsMsgIds/>"])
def test_no_message_since_is_none_and_costs_one_call(httpserver, soap_context, listed):
    serve(httpserver, SMS, reply_xml("GetModifiedSMS", listed), operation="GetModifiedSMS")

    assert find(soap_context) is None
    assert len(httpserver.log) == 1


def test_numbers_of_another_length_are_put_in_order_as_numbers(httpserver, soap_context):
    serve_messages(httpserver, {99: message(99), 100: message(100)})

    assert find(soap_context).reference == "100"


def test_a_message_that_has_gone_meanwhile_is_passed_over(httpserver, soap_context):
    serve_messages(httpserver, {12: "", 11: message(11)})

    assert find(soap_context).reference == "11"


def test_a_fault_about_one_that_has_gone_does_not_hide_the_others(httpserver, soap_context):
    listed = reply_xml("GetModifiedSMS", ids_xml("smsMsgIds", "smsMsgId", [11, 12, 13]))
    serve(httpserver, SMS, listed, operation="GetModifiedSMS")

    def details(element):
        asked = asked_ids(element, "smsMsgId")
        if "13" in asked:
            return fault_xml("500300")
        return reply_xml("GetSMSDetails", f"<ns2:smsMessages>{''.join(map(message, asked))}</ns2:smsMessages>")

    serve_by(httpserver, SMS, "GetSMSDetails", details)

    assert find(soap_context).reference == "12"


def test_the_same_text_sent_a_moment_earlier_is_not_taken_for_the_lost_one(httpserver, soap_context):
    serve_messages(httpserver, {7: message(7)})

    assert find(soap_context).reference == "7"
    assert find(soap_context, taken=frozenset({"7"})) is None


def test_many_messages_are_looked_at_fifty_in_a_call_and_not_without_end(httpserver, soap_context):
    serve_messages(httpserver, {index: message(index, ("reboot", "other")) for index in range(1, 201)})

    with pytest.raises(NoData, match="too many"):
        find(soap_context)
    assert len(httpserver.log) == 1 + soap_sms.MOST_DETAILS / 50


def test_the_last_of_those_looked_at_is_found(httpserver, soap_context):
    others = {index: message(index, ("reboot", "other")) for index in range(2, 1 + soap_sms.MOST_DETAILS)}
    serve_messages(httpserver, {1: message(1), **others})

    assert find(soap_context).reference == "1"


def test_throttling_while_searching_is_throttling(httpserver, soap_context):
    serve(httpserver, SMS, fault_xml("400101"), status=500)

    with pytest.raises(Throttled):
        find(soap_context)


def test_the_limit_is_that_of_soap():
    assert soap_sms.SMS_LIMIT == 160


# What SIMs sent


def replies(context, known=frozenset(), cursor=None):
    return soap_sms.replies(context, ICCID, SINCE, known, cursor)


def test_what_the_sim_sent_is_found_among_its_messages(httpserver, soap_context):
    received = ("<ns2:msgType>MT<", "<ns2:msgType>MO<")
    serve_messages(httpserver, {11: message(11, received, ("reboot", "valve shut")), 12: message(12), 13: ""})

    [found] = replies(soap_context).replies

    assert (found.subject, found.reference, found.text) == (ICCID, "11", "valve shut")
    assert found.at == soap_sms.report(soap_context, "12").at
    assert fields(httpserver.log[0][0]) == [("iccid", ICCID), ("fromDate", "2017-03-15T09:57:00Z")]


def test_without_messages_no_details_are_asked_for(httpserver, soap_context):
    serve_messages(httpserver, {})

    assert replies(soap_context) == ReplyPage([])
    assert len(httpserver.log) == 1


def test_more_messages_than_one_call_tells_come_in_several(httpserver, soap_context):
    received = ("<ns2:msgType>MT<", "<ns2:msgType>MO<")
    serve_messages(httpserver, {number: message(number, received) for number in range(100, 170)})
    first = replies(soap_context, known=frozenset({"169"}))
    second = replies(soap_context, frozenset({"169"}), first.next)

    told = [int(reply.reference) for reply in (*first.replies, *second.replies)]
    assert told == list(range(168, 99, -1))
    assert (len(first.replies), second.next) == (50, None)
