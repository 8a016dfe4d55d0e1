"""SMS: accepted is not delivered."""

import base64

import pytest

ACTIVE, INVENTORY = "8988200000000000014", "8988200000000000030"
FOREIGN = "8988200000000050019"
LIST = "/smsMessages?fromDate=2017-03-01T00:00:00Z"


def sent_id(reply):
    assert reply.status_code == 200
    return reply.json()["smsMessageId"]


def detail(carrier, message_id):
    return carrier.get(f"/smsMessages/{message_id}").json()


def test_a_message_is_pending_and_later_delivered(carrier, controls):
    reply = carrier.send(ACTIVE, messageText="reboot", messageEncoding="LITERAL", dataCoding=0, tpvp=10)
    assert list(reply.json()) == ["smsMessageId"]
    message_id = sent_id(reply)
    pending = detail(carrier, message_id)
    assert pending == {
        "smsMsgId": message_id,
        "status": "Pending",
        "messageText": "reboot",
        "senderLogin": "editor",
        "iccid": ACTIVE,
        "sentTo": "882350000000001",
        "sentFrom": "Server",
        "msgType": "MT",
        "dateSent": "2017-03-15 10:00:00.000+0000",
        "dateReceived": None,
        "dateModified": "2017-03-15 10:00:00.000+0000",
    }
    controls.post("advance", seconds=4)
    assert detail(carrier, message_id)["status"] == "Pending"
    controls.post("advance", seconds=1)
    delivered = detail(carrier, message_id)
    assert (delivered["status"], delivered["dateReceived"]) == ("Delivered", "2017-03-15 10:00:05.000+0000")


def test_the_delay_can_be_set(carrier, controls):
    controls.post("settings", sms_delay_s=600)
    message_id = sent_id(carrier.send(ACTIVE, messageText="x"))
    controls.post("advance", seconds=599)
    assert detail(carrier, message_id)["status"] == "Pending"


def test_an_offline_device_gets_it_when_it_is_back(carrier, controls):
    controls.call("PUT", f"sims/{ACTIVE}", {"offline": True})
    message_id = sent_id(carrier.send(ACTIVE, messageText="x"))
    controls.post("advance", seconds=86400)
    assert detail(carrier, message_id)["status"] == "Pending"
    controls.call("PUT", f"sims/{ACTIVE}", {"offline": False})
    assert detail(carrier, message_id)["dateReceived"] == "2017-03-16 10:00:00.000+0000"


def test_a_delivered_message_counts_in_the_cycle_but_is_no_change_of_the_sim(carrier, controls):
    before = carrier.device(ACTIVE)["dateUpdated"]
    carrier.send(ACTIVE, messageText="x")
    controls.post("advance", seconds=5)
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["ctdSMSUsage"] == 1
    assert carrier.device(ACTIVE)["dateUpdated"] == before


def test_trailing_slash_is_accepted(carrier):
    sent_id(carrier.call("POST", f"/devices/{ACTIVE}/smsMessages/", json={"messageText": "x"}))


def test_the_key_of_the_id_can_be_the_documented_one(carrier, controls):
    controls.post("settings", sms_id_key="smsMsgId")
    assert list(carrier.send(ACTIVE, messageText="x").json()) == ["smsMsgId"]


@pytest.mark.parametrize(("coding", "fits"), [(0, 320), (1, 320), (3, 320), (4, 280), (8, 140)])
def test_length_by_coding(carrier, error_of, coding, fits):
    sent_id(carrier.send(ACTIVE, messageText="x" * fits, dataCoding=coding))
    refused = carrier.send(ACTIVE, messageText="x" * (fits + 1), dataCoding=coding)
    assert error_of(refused) == (400, "10000020")


def test_the_longest_length_can_be_set(carrier, controls, error_of):
    controls.post("settings", sms_max_length=160)
    assert error_of(carrier.send(ACTIVE, messageText="x" * 161)) == (400, "10000020")


@pytest.mark.parametrize(("coding", "codec"), [(0, "utf-8"), (8, "utf-16-be")])
def test_base64(carrier, coding, codec):
    encoded = base64.b64encode("grüezi".encode(codec)).decode()
    reply = carrier.send(ACTIVE, messageText=encoded, messageEncoding="BASE64", dataCoding=coding)
    assert detail(carrier, sent_id(reply))["messageText"] == "grüezi"


def test_the_length_of_base64_is_that_of_its_content(carrier, error_of):
    for length, status in ((140, 200), (141, 400)):
        encoded = base64.b64encode(("ж" * length).encode("utf-16-be")).decode()
        reply = carrier.send(ACTIVE, messageText=encoded, messageEncoding="BASE64", dataCoding=8)
        assert reply.status_code == status
    assert error_of(reply) == (400, "10000020")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({}, "10000011"),
        ({"messageText": ""}, "10000011"),
        ({"messageText": "x", "messageEncoding": "HEX"}, "10000017"),
        ({"messageText": "?", "messageEncoding": "BASE64"}, "10000017"),
        ({"messageText": "x", "dataCoding": 2}, "10000018"),
        ({"messageText": "x", "dataCoding": "0"}, "10000018"),
        ({"messageText": "x", "tpvp": 256}, "10000019"),
        ({"messageText": "x", "tpvp": "10"}, "10000019"),
        ({"messageText": 5}, "10000023"),
        ({"messageText": "x", "priority": 1}, "10000028"),
    ],
)
def test_refused_messages(carrier, error_of, message, code):
    assert error_of(carrier.send(ACTIVE, **message)) == (400, code)


def test_a_callback_may_be_named(carrier):
    callback = {"callbackType": "HTTP", "callbackUrl": "https://example.org/cb"}
    sent_id(carrier.send(ACTIVE, messageText="x", callbackParam=callback))


def test_who_accepts_and_who_may_send(carrier, as_user, error_of):
    assert error_of(carrier.send(INVENTORY, messageText="x")) == (400, "10000005")
    assert error_of(carrier.send(FOREIGN, messageText="x")) == (404, "20000001")
    assert error_of(carrier.send("77", messageText="x")) == (400, "10000021")
    assert error_of(as_user("reader").send(ACTIVE, messageText="x")) == (400, "10000030")
    reply = carrier.call("POST", f"/devices/{ACTIVE}/smsMessages", data="messageText=x")
    assert error_of(reply) == (400, "10000023")


def test_list_by_time(carrier, controls, error_of):
    first = sent_id(carrier.send(ACTIVE, messageText="one"))
    controls.post("advance", seconds=3600)
    second = sent_id(carrier.send(ACTIVE, messageText="two"))
    assert second > first
    assert carrier.get(LIST).json() == {"smsMsgIds": [first, second], "pageNumber": 1, "lastPage": True}
    assert carrier.get("/smsMessages?fromDate=2017-03-15T10:30:00Z").json()["smsMsgIds"] == [second]
    assert carrier.get(f"{LIST}&toDate=2017-03-15T10:30:00Z").json()["smsMsgIds"] == [first]
    assert carrier.get(f"{LIST}&pageSize=1").json() == {"smsMsgIds": [first], "pageNumber": 1, "lastPage": False}
    assert error_of(carrier.get("/smsMessages")) == (400, "10000022")
    assert error_of(carrier.get("/smsMessages?fromDate=today")) == (400, "10000027")
    assert error_of(carrier.get(f"{LIST}&toDate=2017-01-01Z")) == (400, "10000027")


def test_messages_of_others_are_unknown(carrier, as_user, error_of):
    message_id = sent_id(carrier.send(ACTIVE, messageText="x"))
    west = as_user("west")
    assert west.get(LIST).json()["smsMsgIds"] == []
    assert error_of(west.get(f"/smsMessages/{message_id}")) == (404, "20000002")
    assert error_of(carrier.get("/smsMessages/1")) == (404, "20000002")
    assert error_of(carrier.get("/smsMessages/abc")) == (404, "20000002")


def test_the_log_knows_the_id_but_not_the_text(carrier, sandbox):
    message_id = sent_id(carrier.send(ACTIVE, messageText="gate code 4711"))
    [call] = sandbox.state.calls()
    [done] = call.performed
    assert (done.iccid, done.what, done.sms_id) == (ACTIVE, "sms", message_id)
    assert "4711" not in str(call)
