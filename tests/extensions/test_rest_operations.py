"""Operations on a device by the REST API: what is known with its age, and what becomes of what is asked."""

import pytest

from extensions.core.contract import AuthRejected, CannotConnect, NoData, NotFound, Refused
from extensions.core.models import Operation
from extensions.core.services import configurations
from iotdash.audit.models import ActivityEntry
from tests.extensions.asking import activate, text
from tests.extensions.rest_world import OPERATIONS, send


def test_what_is_known_is_answered_at_once_with_its_age(reader_client, api, target, later, work, source):
    from tests.extensions.asking import ask

    ask(target, source, "terminal")
    work()
    later(seconds=90)
    answer = reader_client.get(api(f"{OPERATIONS}/terminal"))
    assert answer.status_code == 200
    assert answer.json()["result"]["iccid"] == "0001"
    assert answer["Age"] == "90"
    assert Operation.objects.count() == 1


def test_the_path_of_the_first_description_and_a_slash_are_taken(reader_client, api, target, settles):
    old = "devices/types/pump/devices/p1/exts/meterco/ops/terminal/"
    assert reader_client.get(api(old)).json()["result"]["iccid"] == "0001"


def test_what_nobody_knows_yet_is_asked_and_waited_for(reader_client, api, target, settles):
    answer = reader_client.get(api(f"{OPERATIONS}/terminal"))
    assert (answer.status_code, answer["Age"]) == (200, "0")


def test_refresh_asks_first(reader_client, api, target, settles, later):
    reader_client.get(api(f"{OPERATIONS}/terminal"))
    later(seconds=90)
    assert reader_client.get(api(f"{OPERATIONS}/terminal?refresh=True"))["Age"] == "0"
    assert reader_client.get(api(f"{OPERATIONS}/terminal?refresh=perhaps")).status_code == 400


def test_a_carrier_that_is_away_leaves_what_was_known(reader_client, api, target, settles, later, provider):
    reader_client.get(api(f"{OPERATIONS}/terminal"))
    later(seconds=90)
    provider.will["record"] = [CannotConnect("The carrier does not answer.")] * 9
    answer = reader_client.get(api(f"{OPERATIONS}/terminal?refresh=true"))
    assert (answer.status_code, answer["Age"]) == (200, "90")
    assert answer["Warning"].startswith("111 ")


@pytest.mark.parametrize(
    ("error", "status"),
    [(AuthRejected("Credentials refused."), 503), (NotFound("No such SIM."), 404), (Refused("No."), 409)],
)
def test_a_read_that_fails_says_why(reader_client, api, target, settles, provider, error, status):
    provider.will["record"] = [error] * 9
    answer = reader_client.get(api(f"{OPERATIONS}/terminal"))
    assert answer.status_code == status
    assert error.sentence in answer.json()["message"]


def test_no_data_is_answered_as_nothing(reader_client, api, target, settles, provider):
    provider.will["usage"] = [NoData("There is no such cycle.")]
    answer = reader_client.get(api(f"{OPERATIONS}/usage?cycleStartDate=2026-01-01"))
    assert answer.status_code == 200
    assert set(answer.json()["result"].values()) == {None}


def test_nobody_waits_for_ever(reader_client, api, target):
    answer = reader_client.get(api(f"{OPERATIONS}/terminal"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    where = Operation.objects.get()
    assert answer["Location"] == api(f"operations/{where.public_id}")


@pytest.mark.parametrize(
    ("method", "operation", "body", "result"),
    [
        ("put", "status", {"status": "Activated"}, {"status": "Activated"}),
        ("post", "sms", {"message": "hello"}, {"messageId": "77"}),
        ("put", "rateplan", {"ratePlan": "Large"}, {"ratePlan": "Large"}),
    ],
)
def test_a_write_is_answered_when_it_settles(
    operator_client, api, target, settles, provider, method, operation, body, result
):
    provider.plan = "Large"
    answer = send(operator_client, method, api(f"{OPERATIONS}/{operation}"), body)
    assert (answer.status_code, answer.json()) == (200, {"result": result})


def test_a_write_that_takes_longer_is_followed_by_its_address(operator_client, api, target, organization):
    answer = send(operator_client, "put", api(f"{OPERATIONS}/status"), {"status": "Activated"})
    assert answer.status_code == 202
    followed = operator_client.get(answer["Location"])
    assert followed.json() == answer.json()
    assert (followed.json()["state"], followed.json()["settled"]) == ("queued", False)
    entry = ActivityEntry.objects.get(action="operation asked")
    assert entry.target == "0001"


def test_a_refused_write_says_the_carriers_words(operator_client, api, target, settles, provider):
    provider.will["set_state"] = [Refused("The carrier refused it.", code="10000024", words="Invalid SIM state")]
    answer = send(operator_client, "put", api(f"{OPERATIONS}/status"), {"status": "Activated"})
    assert answer.status_code == 409
    assert answer.json()["exception"]["properties"] == ["10000024", "Invalid SIM state"]


def test_a_second_write_of_a_kind_is_told_the_first(operator_client, api, target, source):
    first = activate(target, source)
    answer = send(operator_client, "put", api(f"{OPERATIONS}/status"), {"status": "Retired"})
    assert (answer.status_code, answer["Location"]) == (409, api(f"operations/{first.public_id}"))


def test_an_idempotency_key_sends_once(operator_client, api, target):
    path = api(f"{OPERATIONS}/sms")
    answers = [send(operator_client, "post", path, {"message": "hello"}, idempotency_key="k1") for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Operation.objects.count() == 1
    other = send(operator_client, "post", path, {"message": "other"}, idempotency_key="k1")
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["message"]


def test_idempotency_keys_are_of_one_caller(operator_client, owner_client, api, target, source):
    path = api(f"{OPERATIONS}/sms")
    send(operator_client, "post", path, {"message": "hello"}, idempotency_key="k1")
    assert send(owner_client, "post", path, {"message": "hello"}, idempotency_key="k1").status_code == 409
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(
    ("operation", "body", "field"),
    [("status", {"status": "Frozen"}, "status"), ("sms", {"message": "x" * 161}, "message"), ("sms", {}, "message")],
)
def test_what_is_sent_is_checked(operator_client, api, target, operation, body, field):
    method = "put" if operation == "status" else "post"
    answer = send(operator_client, method, api(f"{OPERATIONS}/{operation}"), body)
    assert answer.status_code == 400
    assert field in answer.json()["violations"][0]["message"]
    assert not Operation.objects.exists()


def test_what_is_no_parameter_is_refused(reader_client, api, target):
    assert reader_client.get(api(f"{OPERATIONS}/terminal?cycle=1")).status_code == 400
    assert reader_client.get(api(f"{OPERATIONS}/usage?cycleStartDate=01/02/2026")).status_code == 400


def test_a_role_that_is_too_low_is_refused(developer_client, api, target):
    answer = send(developer_client, "post", api(f"{OPERATIONS}/sms"), {"message": "hello"})
    assert answer.status_code == 403
    assert "Operator" in answer.json()["message"]


def test_what_is_not_set_up_is_told_apart(reader_client, api, device, config, source):
    assert reader_client.get(api(f"{OPERATIONS}/terminal")).status_code == 400
    assert reader_client.get(api(OPERATIONS.replace("p1", "p2") + "/terminal")).status_code == 404
    configurations.remove(config, source)
    assert reader_client.get(api(f"{OPERATIONS}/terminal")).status_code == 403


def test_a_paused_configuration_is_not_asked(operator_client, api, target, config, source):
    configurations.pause(config, source)
    answer = send(operator_client, "post", api(f"{OPERATIONS}/sms"), {"message": "hello"})
    assert answer.status_code == 503
    assert "paused" in answer.json()["message"]


def test_operations_are_listed_filtered_and_cancelled(operator_client, reader_client, api, target, source):
    first, second = activate(target, source), text(target, source)
    listed = reader_client.get(api("operations?_limit=1")).json()
    assert listed["results"][0]["id"] == str(second.public_id)
    assert listed["meta"]["total_rows"] == 2
    rest = reader_client.get(api(f"operations?_limit=1&_bookmark={listed['bookmark']}")).json()
    assert [each["id"] for each in rest["results"]] == [str(first.public_id)]
    assert "bookmark" not in rest
    assert reader_client.get(api("operations?operation=sms")).json()["meta"]["total_rows"] == 1
    assert reader_client.delete(api(f"operations/{first.public_id}")).status_code == 403
    assert operator_client.delete(api(f"operations/{first.public_id}")).status_code == 204
    assert operator_client.delete(api(f"operations/{first.public_id}")).status_code == 409


def test_operations_of_others_are_not_there(other_owner_client, other_organization, target, source, api):
    asked = activate(target, source)
    answer = other_owner_client.get(f"/{other_organization.public_id}/api/v0002/operations/{asked.public_id}")
    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["foo=1", "state=nonsense", "typeId=%00", "operationId=sms", "_sort=subject"])
def test_operations_are_filtered_as_every_list_is(reader_client, api, query):
    answer = reader_client.get(api(f"operations?{query}"))
    assert (answer.status_code, answer.json()["exception"]["id"]) == (400, "CUDRS0007E")
