"""HTTP, credentials, rights, rate, quota, and the service's refusals (specification 11.1, 11.6)."""

import pytest
import requests
from orange_sandbox_client import DIRECTORY, LIFECYCLE, NAMESPACES, Malima, envelope, lines, tags

ACTIVE = "9900000000010"
GET = envelope(f"<v:getConnectivityDirectory>{lines('simSerialNumber', [ACTIVE])}</v:getConnectivityDirectory>")
AGAINST_SCHEMA = ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")


def test_no_credentials(sandbox):
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    reply = requests.post(f"{sandbox.url}/MLM/{DIRECTORY}", GET, headers=headers, timeout=20)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(("login", "password"), [("manager", "wrong"), ("nobody", "pw-m"), ("manager", ""), ("", "")])
def test_wrong_credentials(sandbox, controls, login, password):
    assert Malima(sandbox.url, login, password).post(GET).status_code == 401
    controls.post("settings", wrong_password="fault")
    answered = Malima(sandbox.url, login, password).get([ACTIVE])
    assert answered.fault == ("MalimaError", "REQ.AUTHENTICATION_FAILURE")


def test_a_new_password_ends_the_old_one(sandbox, malima, controls):
    new = controls.post("passwords", login="manager").json()["password"]
    assert malima.post(GET).status_code == 401
    assert Malima(sandbox.url, "manager", new).post(GET).status_code == 200


def test_a_login_that_the_directory_does_not_know(as_login):
    assert as_login("left").get([ACTIVE]).fault == ("MalimaError", "MLM_UNKNOWN_USER")


def test_a_login_that_may_only_read(as_login):
    assert set(as_login("reader").get([ACTIVE]).entries) == {ACTIVE}
    assert as_login("reader").submit([ACTIVE], "SUSPENDED").fault == ("MalimaError", "REQ.AUTORISATION_FAILURE")
    assert as_login("reader").result("1").fault == ("MalimaError", "REQ.AUTORISATION_FAILURE")


def test_messages_are_french_among_others(malima, as_login):
    french = as_login("left").get([ACTIVE]).payload.find("detail", NAMESPACES)[0].findtext("x:message", "", NAMESPACES)
    assert french == "L'utilisateur est inconnu."
    english = malima.get([ACTIVE], kind="simNumber").texts("detail/x:MalimaError/x:message")
    assert english[0].startswith("Schema validation error")
    assert malima.search(rest=tags("d", {"rangeSize": 0})).texts("faultstring")[0].startswith("La taille")


def test_only_posts_are_calls(sandbox):
    reply = requests.get(f"{sandbox.url}/MLM/{DIRECTORY}", auth=("manager", "pw-m"), timeout=20)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("service", ["ConnectivityDirectory-2", "ConnectivityDirectory", "DeviceInfo-1", ""])
def test_services_that_are_not_there(malima, service):
    reply = malima.post(GET, service)
    assert reply.status_code == 500
    assert "REQ.SERVICE_NOT_FOUND" in reply.text


@pytest.mark.parametrize("kind", ["application/json", "application/soap+xml", "text/xml; charset=iso-8859-1", None])
def test_content_types_that_are_not_soap_1_1(malima, kind):
    assert malima.post(GET, Content_Type=kind).status_code == 415


@pytest.mark.parametrize("action", [None, "", '"getConnectivityDirectory"'])
def test_the_soap_action_is_empty(malima, action):
    reply = malima.post(GET, SOAPAction=action)
    assert reply.status_code == 500
    assert "REQ.SCHEMA_VALIDATION_ERROR" in reply.text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<html/>",
        GET.replace("schemas.xmlsoap.org/soap/envelope", "www.w3.org/2003/05/soap-envelope"),
        GET.replace("webservice.malima", "webservice.other"),
        GET.replace("common.types", "connectivityDirectory.types"),
        GET.replace("</soapenv:Body>", "<v:second/></soapenv:Body>"),
        '<!DOCTYPE x [<!ENTITY y "z">]>' + GET,
        GET.replace("getConnectivityDirectory", "deleteConnectivityDirectory"),
        GET.replace("</d:lineIdentifiers>", "</d:lineIdentifiers><d:showIccid>perhaps</d:showIccid>"),
        GET.replace(
            "</d:lineIdentifiers>", "</d:lineIdentifiers><d:showImsi>1</d:showImsi><d:showIccid>1</d:showIccid>"
        ),
    ],
)
def test_what_is_against_the_schema(malima, body):
    reply = malima.post(body)
    assert reply.status_code == 500
    assert "REQ.SCHEMA_VALIDATION_ERROR" in reply.text
    assert malima.get([ACTIVE]).fault == ("", "")


def test_an_empty_collection(malima):
    assert malima.get([]).fault == AGAINST_SCHEMA


def test_calls_of_a_customer_in_a_second(malima, as_login, controls):
    controls.post("settings", rate_limit=2)
    assert [malima.get([ACTIVE]).fault[1], as_login("reader").get([ACTIVE]).fault[1]] == ["", ""]
    assert malima.get([ACTIVE]).fault == ("MalimaError", "REQ.REJECTED_BY_SLM_MONITOR")
    assert as_login("other").get([ACTIVE]).fault == ("", "")
    controls.post("advance", seconds=1)
    assert malima.get([ACTIVE]).fault == ("", "")


def quota(controls, customer="CEN-A", service=DIRECTORY):
    [found] = [
        each
        for each in controls.call("GET", "").json()["quotas"]
        if (each["customer_id"], each["service"]) == (customer, service)
    ]
    return found["used"], found["allowed"]


def test_what_a_month_allows(controls, sandbox):
    assert quota(controls) == (0, 1015)
    assert quota(controls, service=LIFECYCLE) == (0, 1000)
    assert quota(controls, "CEN-B") == (0, 1003)


def test_calls_are_counted_by_customer_and_service(malima, as_login, controls):
    malima.get([ACTIVE])
    as_login("reader").search()
    malima.submit([ACTIVE], "SUSPENDED")
    assert quota(controls)[0] == 2
    assert quota(controls, service=LIFECYCLE)[0] == 1
    assert quota(controls, "CEN-B")[0] == 0


def test_what_is_refused_before_is_not_counted(sandbox, malima, as_login, controls):
    malima.get([], "simSerialNumber")
    as_login("left").get([ACTIVE])
    Malima(sandbox.url, "manager", "wrong").post(GET)
    assert quota(controls)[0] == 0


def test_a_spent_quota_ends_with_the_month_in_paris(malima, as_login, controls):
    controls.post("settings", directory_base=0)
    spent = ("MalimaError", "MLM_QUOTA_EXCEEDED")
    answers = [malima.get([ACTIVE]).fault for _ in range(16)]
    assert answers == [("", "")] * 15 + [spent]
    assert malima.search().fault == spent
    assert as_login("other").search().fault == ("", "")
    until_april = (16 * 24 + 12) * 3600  # from 15 March 10:00 UTC; summer time has begun by then
    controls.post("advance", seconds=until_april - 1)
    assert malima.search().fault == spent
    controls.post("advance", seconds=1)
    assert malima.search().fault == ("", "")
    assert quota(controls)[0] == 1


def test_a_quota_can_be_spent_and_given_back(malima, controls):
    controls.post("quota", customer_id="CEN-A", service=DIRECTORY)
    assert malima.search().fault == ("MalimaError", "MLM_QUOTA_EXCEEDED")
    controls.post("quota", customer_id="CEN-A", service=DIRECTORY, used=0)
    assert malima.search().fault == ("", "")
    assert controls.post("quota", customer_id="CEN-Z", service=DIRECTORY).status_code == 422


def test_the_call_log_tells_who_asked_what(malima, sandbox):
    malima.get([ACTIVE])
    malima.search(rest=tags("d", {"rangeSize": 0}))
    first, second = sandbox.state.calls()
    assert (first.account, first.path, first.status) == ("manager", f"/MLM/{DIRECTORY}/getConnectivityDirectory", 200)
    assert first.parameters == {"lineIdentifiers": [ACTIVE]}
    assert (second.status, second.error_code) == (500, "INVALID_RANGE_SIZE")
    assert "pw-m" not in str(sandbox.state.calls())
