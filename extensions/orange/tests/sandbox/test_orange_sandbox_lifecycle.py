"""SimLifecycleManagement-1: tickets, what becomes of them, and what is pending meanwhile (specification 11.5)."""

import pytest
from orange_sandbox_client import LIFECYCLE, lines, tags

ACTIVE, SLEEPING, SUSPENDED, FRESH, ENDED, FOREIGN = (
    *("9900000000010", "9900000000028", "9900000000036", "9900000000044", "9900000000051", "9900000050015"),
)


def status(malima, ssn):
    answered = malima.get([ssn])
    pending = answered.texts(".//c:requestedStatus") + answered.texts(".//c:statusChangeRequestDate")
    return answered.texts(".//c:status")[0], pending


def test_a_change_takes_its_time(malima, controls):
    ticket = malima.ticket([ACTIVE], "SUSPENDED")
    asked = ["SUSPENDED", "2017-03-15T11:00:00.000+01:00"]
    assert (malima.outcome(ticket), status(malima, ACTIVE)) == (("WAITING", {}), ("ACTIVATED", asked))
    controls.post("advance", seconds=60)
    assert (malima.outcome(ticket), status(malima, ACTIVE)) == (("WORK_IN_PROGRESS", {}), ("ACTIVATED", asked))
    controls.post("advance", seconds=599)
    assert malima.outcome(ticket)[0] == "WORK_IN_PROGRESS"
    controls.post("advance", seconds=1)
    assert (malima.outcome(ticket), status(malima, ACTIVE)) == (("TERMINATED", {}), ("SUSPENDED", []))
    found = malima.get([ACTIVE])
    for date in ("lastStatusChangeDate", "lastStatusRefreshDate"):
        assert found.texts(f".//c:{date}") == ["2017-03-15T11:11:00.000+01:00"]


@pytest.mark.parametrize(
    ("ssn", "wanted"),
    [(FRESH, "ACTIVATED"), (FRESH, "SLEEPING"), (SLEEPING, "ACTIVATED"), (SUSPENDED, "ACTIVATED")],
)
def test_changes_that_are_allowed(malima, controls, ssn, wanted):
    ticket = malima.ticket([ssn], wanted)
    controls.post("advance", seconds=660)
    assert (malima.outcome(ticket)[0], status(malima, ssn)[0]) == ("TERMINATED", wanted)


@pytest.mark.parametrize(
    ("ssn", "wanted"),
    [(ENDED, "ACTIVATED"), (ACTIVE, "ACTIVATED"), (ACTIVE, "SLEEPING"), (FRESH, "SUSPENDED")],
)
def test_changes_that_are_not(malima, controls, sandbox, ssn, wanted):
    before = status(malima, ssn)
    ticket = malima.ticket([ssn], wanted)
    controls.post("advance", seconds=660)
    assert malima.outcome(ticket) == ("ERROR", {ssn: "STATUS_NOT_ALLOWED"})
    assert status(malima, ssn) == before
    assert sandbox.state.calls()[1].performed == ()


def test_one_pending_change_at_a_time(malima, controls):
    malima.ticket([ACTIVE], "SUSPENDED")
    second = malima.ticket([ACTIVE, SLEEPING], "SUSPENDED")
    controls.post("advance", seconds=660)
    assert malima.outcome(second) == ("TERMINATED", {ACTIVE: "UPDATE_IN_PROGRESS"})
    assert status(malima, SLEEPING) == ("SUSPENDED", [])


def test_a_status_that_changed_meanwhile(malima, controls):
    ticket = malima.ticket([ACTIVE], "SUSPENDED")
    controls.post("sims", ssn=ACTIVE, status="CANCELLED")
    controls.post("advance", seconds=660)
    assert malima.outcome(ticket) == ("ERROR", {ACTIVE: "SIM_STATUS_CHANGED"})
    assert status(malima, ACTIVE) == ("CANCELLED", [])


def test_a_result_is_told_once(malima, controls):
    ticket = malima.ticket([ACTIVE], "SUSPENDED")
    assert [malima.outcome(ticket)[0] for _ in range(2)] == ["WAITING", "WAITING"]
    controls.post("advance", seconds=660)
    assert malima.outcome(ticket)[0] == "TERMINATED"
    answered = malima.result(ticket)
    assert answered.fault == ("ResultAlreadyRetrievedError", "")
    assert answered.texts(".//x:ticketNumber") == [ticket]


def test_tickets_that_are_not_the_customers(malima, as_login):
    ticket = malima.ticket([ACTIVE], "SUSPENDED")
    assert malima.result("12").fault == ("UnknownTicketError", "")
    assert as_login("other").result(ticket).fault == ("UnknownTicketError", "")


def test_test_mode_belongs_to_a_test(malima, controls):
    assert malima.submit([FRESH], "ACTIVATED_FOR_TEST").fault[0] == "InvalidParameterError"
    assert malima.submit([FRESH], "ACTIVATED", "DURATION").fault[0] == "InvalidParameterError"
    malima.ticket([FRESH], "ACTIVATED_FOR_TEST", "DURATION")
    controls.post("advance", seconds=660)
    assert status(malima, FRESH) == ("ACTIVATED_FOR_TEST", [])


@pytest.mark.parametrize("wanted", ["CANCELLED", "PRE_ACTIVATED", "ASLEEP", ""])
def test_statuses_that_cannot_be_asked_for(malima, wanted):
    assert malima.submit([ACTIVE], wanted).fault == ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")


def test_lines_that_are_not_the_customers(malima, sandbox):
    answered = malima.submit([ACTIVE, FOREIGN], "SUSPENDED")
    assert answered.fault[0] == "InvalidParameterError"
    assert sandbox.state.sim(ACTIVE).requested_status == ""


def test_a_hundred_lines_and_no_more(malima):
    assert malima.submit(["1"] * 101, "SUSPENDED").fault[0] == "TooManyLineIdentifiersError"


def test_other_kinds_of_identifier(malima, sandbox):
    inner = lines("subscriptionNumber", ["SUB-0001"], "l") + tags("l", {"requestedStatus": "SUSPENDED"})
    assert malima.call("submitUpdateSimStatusRequest", inner, LIFECYCLE).fault == ("", "")
    assert sandbox.state.sim(ACTIVE).requested_status == "SUSPENDED"


def test_operations_belong_to_their_service(malima):
    inner = tags("l", {"ticketNumber": "1"})
    assert malima.call("getUpdateSimStatusResult", inner).fault[1] == "REQ.SCHEMA_VALIDATION_ERROR"


def test_the_log_tells_what_was_taken(malima, sandbox):
    ticket = malima.ticket([ACTIVE, ENDED], "SUSPENDED")
    [one] = sandbox.state.calls()[0].performed
    assert (one.ssn, one.before, one.after, one.ticket) == (ACTIVE, "ACTIVATED", "SUSPENDED", ticket)


def test_a_person_changes_a_state_at_the_portal(malima, controls):
    reply = controls.post("sims", ssn=ACTIVE, status="SUSPENDED", how="request")
    assert reply.json()["requested_status"] == "SUSPENDED"
    assert status(malima, ACTIVE) == ("ACTIVATED", ["SUSPENDED", "2017-03-15T11:00:00.000+01:00"])
    controls.post("advance", seconds=660)
    assert status(malima, ACTIVE) == ("SUSPENDED", [])


def test_a_person_changes_a_state_at_once(malima, controls):
    controls.post("sims", ssn=SUSPENDED, status="ACTIVATED")
    assert status(malima, SUSPENDED) == ("ACTIVATED", [])
    found = malima.get([SUSPENDED])
    assert found.texts(".//c:suspensionReason") == []
    assert found.texts(".//c:lastStatusChangeDate") == ["2017-03-15T11:00:00.000+01:00"]


@pytest.mark.parametrize(
    "values",
    [
        {"ssn": "1", "status": "ACTIVATED"},
        {"ssn": ACTIVE, "status": " "},
        {"ssn": ACTIVE, "status": "ACTIVATED", "how": "later"},
        {"ssn": ENDED, "status": "ACTIVATED", "how": "request"},
    ],
)
def test_what_a_person_cannot_change(controls, values):
    assert controls.post("sims", **values).status_code == 422
