"""Who may talk to the sandbox, and what a wrong address looks like."""

import pytest
import requests


def test_echo_proves_host_user_and_key(carrier):
    reply = carrier.get("/echo/hello%20there")
    assert (reply.status_code, reply.json()) == (200, {"context": "hello there"})
    assert reply.headers["Content-Type"].startswith("application/json")


def test_without_authorization_there_is_no_error_code(carrier):
    reply = carrier.get("/echo/x", auth=None)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="Jasper"'
    assert "errorMessage" in reply.json()
    assert "errorCode" not in reply.json()


@pytest.mark.parametrize(
    ("name", "key"), [("editor", "wrong"), ("nobody", "key-editor"), ("editor", "pw-e"), ("editor", "key-reader")]
)
def test_wrong_credentials(as_user, error_of, name, key):
    reply = as_user(name, key).get("/echo/x")
    assert error_of(reply) == (401, "10000001")
    assert reply.json()["errorMessage"] == "Invalid credentials"


def test_only_basic_authentication_counts(carrier, error_of):
    reply = carrier.get("/echo/x", auth=None, headers={"Authorization": "Bearer key-editor"})
    assert error_of(reply) == (401, "10000001")


@pytest.mark.parametrize("path", ["/ws/service/sms", "/ws/service", "/rws/api", "/rws/api/v2/echo/x", "/provision/ui"])
def test_console_host_answers_html_404(sandbox, path):
    reply = requests.get(sandbox.url + path, auth=("editor", "key-editor"), timeout=20)
    assert reply.status_code == 404
    assert reply.headers["Content-Type"].startswith("text/html")


def test_unknown_path_and_method_of_the_api(carrier):
    assert carrier.get("/nothing").status_code == 404
    assert carrier.call("DELETE", "/devices/8988200000000000014").status_code == 405


def test_regenerated_key_ends_the_old_one(carrier, controls, as_user, error_of):
    controls.post("settings", new_api_key={"username": "editor", "api_key": "brand-new"})
    assert error_of(carrier.get("/echo/x")) == (401, "10000001")
    assert as_user("editor", "brand-new").get("/echo/x").status_code == 200


def test_expired_key_ends_and_a_new_one_mends_it(carrier, controls, as_user, error_of):
    controls.post("settings", expire_key="editor")
    assert error_of(carrier.get("/echo/x")) == (401, "10000001")
    key = controls.post("settings", new_api_key={"username": "editor"}).json()["new_api_key"]
    assert as_user("editor", key).get("/echo/x").status_code == 200


def test_rate_plans_are_for_administrators(as_user, carrier, error_of):
    assert error_of(carrier.get("/rateplans")) == (400, "10000030")
    reply = as_user("admin").get("/rateplans?accountId=100020001").json()
    assert [plan["name"] for plan in reply["ratePlans"]] == ["EU 5MB", "Fleet, roaming 1GB"]
    assert reply["timeStamp"] == "2017-03-15T10:00:00.000Z"
    assert reply["lastPage"] is True
    assert {"operatorName", "operatorId", "pageNumber"} <= set(reply)


def test_rate_plans_page(as_user):
    first = as_user("admin").get("/rateplans?pageSize=1").json()
    second = as_user("admin").get("/rateplans?pageSize=1&pageNumber=2&fields=name").json()
    assert (first["lastPage"], second["lastPage"]) == (False, True)
    assert second["ratePlans"] == [{"name": "Fleet, roaming 1GB"}]


@pytest.mark.parametrize(
    ("account_id", "refusal"),
    [("abc", (400, "10000004")), ("100020002", (400, "10000062")), ("999", (404, "20000003"))],
)
def test_account_id_must_be_ones_own(as_user, error_of, account_id, refusal):
    assert error_of(as_user("admin").get(f"/rateplans?accountId={account_id}")) == refusal


def test_five_calls_a_second_for_all_users_of_an_account(as_user, sandbox, controls, error_of):
    sandbox.state.change_settings(rate_limit=5)
    replies = [as_user(name).get("/echo/x") for name in ("editor", "reader", "admin", "editor", "reader", "admin")]
    assert [reply.status_code for reply in replies] == [200] * 5 + [429]
    assert error_of(replies[-1]) == (429, "40000029")
    assert "Retry-After" not in replies[-1].headers
    assert as_user("west").get("/echo/x").status_code == 200
    controls.post("advance", seconds=0.9)
    assert as_user("editor").get("/echo/x").status_code == 429
    controls.post("advance", seconds=0.1)
    assert as_user("editor").get("/echo/x").status_code == 200


def test_rate_and_its_status_can_be_set(carrier, sandbox, error_of):
    sandbox.state.change_settings(rate_limit=1, throttle_status=400)
    carrier.get("/echo/x")
    assert error_of(carrier.get("/echo/x")) == (400, "40000029")


def test_unknown_query_parameter(carrier, error_of):
    assert error_of(carrier.get("/devices/8988200000000000014?verbose=1")) == (400, "10000028")
