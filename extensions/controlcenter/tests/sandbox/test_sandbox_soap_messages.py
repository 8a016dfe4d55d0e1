"""SMS over SOAP: accepted is not delivered, and 160 characters are the end."""

import base64

import pytest
from sandbox_soap_client import NIL, fields, names

ACTIVE, INVENTORY = "8988200000000000014", "8988200000000000030"
FOREIGN, UNKNOWN = "8988200000000050019", "8988200000000009996"


def sent_id(answered):
    assert answered.fault == ""
    return int(answered.text("smsMsgId"))


def details(soap, *ids):
    inner = "".join(fields(smsMsgId=each) for each in ids)
    return soap.call("GetSMSDetails", f"<j:smsMsgIds>{inner}</j:smsMsgIds>")


def detail(soap, message_id):
    [message] = details(soap, message_id).all("smsMessages/smsMessage")
    return {name: None if child.get(NIL) else child.text for name, child in zip(names(message), message, strict=True)}


def search(soap, **values):
    return [int(each) for each in soap.call("GetModifiedSMS", fields(**values)).texts("smsMsgIds/smsMsgId")]


def test_a_message_is_pending_and_later_delivered(soap, controls):
    message_id = sent_id(soap.send(ACTIVE, "reboot", tpvp=10))
    assert detail(soap, message_id) == {
        "smsMsgId": str(message_id),
        "status": "Pending",
        "messageText": "reboot",
        "senderLogin": "editor",
        "sentToIccid": ACTIVE,
        "sentFrom": "Server",
        "smsMsgAttemptStatus": "Pending",
        "msgType": "MT",
        "dateSent": "2017-03-15T10:00:00.000Z",
        "dateReceived": None,
        "dateAdded": "2017-03-15T10:00:00.000Z",
        "dateModified": "2017-03-15T10:00:00.000Z",
    }
    controls.post("advance", seconds=5)
    delivered = detail(soap, message_id)
    assert (delivered["status"], delivered["dateReceived"]) == ("Delivered", "2017-03-15T10:00:05.000Z")
    assert soap.terminal(ACTIVE)["monthToDateSMSUsage"] == "1"


def test_an_offline_device_leaves_it_pending(soap, controls):
    controls.call("PUT", f"sims/{ACTIVE}", {"offline": True})
    message_id = sent_id(soap.send(ACTIVE, "x"))
    controls.post("advance", seconds=86400)
    assert detail(soap, message_id)["status"] == "Pending"


def test_both_transports_know_all_messages(soap, carrier):
    over_soap = sent_id(soap.send(ACTIVE, "one"))
    over_rest = carrier.send(ACTIVE, messageText="two").json()["smsMessageId"]
    assert carrier.get(f"/smsMessages/{over_soap}").json()["messageText"] == "one"
    assert detail(soap, over_rest)["messageText"] == "two"
    listed = carrier.get("/smsMessages?fromDate=2017-03-01T00:00:00Z").json()["smsMsgIds"]
    assert listed == search(soap) == [over_soap, over_rest]


def test_the_text_has_160_characters_at_most(soap, carrier, controls):
    sent_id(soap.send(ACTIVE, "x" * 160))
    assert soap.send(ACTIVE, "x" * 161).fault == "500500"
    assert carrier.send(ACTIVE, messageText="x" * 161).status_code == 200
    controls.post("settings", sms_max_length=100)
    assert soap.send(ACTIVE, "x" * 101).fault == "500500"


def test_an_empty_text(soap):
    assert soap.send(ACTIVE, "").fault == "500400"


def test_base64(soap):
    encoded = base64.b64encode("grüezi".encode()).decode()
    message_id = sent_id(soap.send(ACTIVE, encoded, 'messageTextEncoding="BASE64"'))
    assert detail(soap, message_id)["messageText"] == "grüezi"
    assert detail(soap, sent_id(soap.send(ACTIVE, encoded, 'messageTextEncoding="LITERAL"')))["messageText"] == encoded
    long = base64.b64encode(b"x" * 161).decode()
    assert soap.send(ACTIVE, long, 'messageTextEncoding="BASE64"').fault == "500500"
    assert soap.send(ACTIVE, "?", 'messageTextEncoding="BASE64"').fault == "500800"
    assert soap.send(ACTIVE, "x", 'messageTextEncoding="HEX"').fault == "400000"


@pytest.mark.parametrize(("validity", "fault"), [(0, ""), (143, ""), (255, ""), (256, "400000"), ("long", "400000")])
def test_validity(soap, validity, fault):
    assert soap.send(ACTIVE, "x", tpvp=validity).fault == fault


@pytest.mark.parametrize(
    ("number", "fault"), [(INVENTORY, "500700"), (UNKNOWN, "100100"), (FOREIGN, "100100"), ("1", "400500")]
)
def test_sims_that_take_no_message(soap, sandbox, number, fault):
    assert soap.send(number, "x").fault == fault
    assert sandbox.state.messages() == []


def test_a_reader_may_not_send_but_may_look(soap, soap_user):
    reader = soap_user("reader")
    assert reader.send(ACTIVE, "x").fault == "400201"
    message_id = sent_id(soap.send(ACTIVE, "x"))
    assert search(reader) == [message_id]
    assert detail(reader, message_id)["messageText"] == "x"


def test_messages_that_are_not_there(soap, soap_user):
    message_id = sent_id(soap.send(ACTIVE, "x"))
    assert len(details(soap, message_id, 1).all("smsMessages/smsMessage")) == 1
    assert details(soap, 1).fault == "500300"
    assert details(soap_user("west"), message_id).fault == "500300"
    assert details(soap, *range(51)).fault == "500200"
    assert details(soap).fault == details(soap, "first").fault == "400000"


def test_search_by_time_and_sim(soap, controls):
    first = sent_id(soap.send(ACTIVE, "x"))
    controls.call("PUT", f"sims/{ACTIVE}", {"offline": True})
    controls.post("advance", seconds=3600)
    controls.call("PUT", f"sims/{INVENTORY}", {"status": "ACTIVATED"})
    second = sent_id(soap.send(INVENTORY, "x"))
    assert search(soap, fromDate="2017-03-15T10:00:01Z") == [second]
    assert search(soap, toDate="2017-03-15T10:59:59Z") == [first]
    assert search(soap, iccid=ACTIVE) == [first]
    assert search(soap, iccid=INVENTORY, fromDate="2017-03-15T11:00:00Z", toDate="2017-03-15T11:00:00Z") == [second]
    assert soap.call("GetModifiedSMS", fields(iccid=FOREIGN)).fault == "100100"
    assert soap.call("GetModifiedSMS", fields(fromDate="2017-03-15")).fault == "400000"


def test_line_ends_come_back_as_they_were_sent(soap, carrier):
    message_id = carrier.send(ACTIVE, messageText="one\r\ntwo\rthree\n").json()["smsMessageId"]
    assert detail(soap, message_id)["messageText"] == "one\r\ntwo\rthree\n"


def test_characters_that_xml_does_not_have(soap, carrier):
    message_id = carrier.send(ACTIVE, messageText="a\x00b & \x1b<c>").json()["smsMessageId"]
    assert detail(soap, message_id)["messageText"] == "a\ufffdb & \ufffd<c>"
