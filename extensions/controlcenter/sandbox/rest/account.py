"""What concerns the account: the echo that proves a connection, and its rate plans."""

from __future__ import annotations

from extensions.core.contract.sandboxing.records import load

from ..dates import iso_date
from ..model import RatePlan, Role
from .call import Answer, RestCall, check_account_id, page
from .errors import RestError

OPERATOR_NAME = "Sandbox operator"
OPERATOR_ID = "1"


def echo(call: RestCall, text: str) -> Answer:
    """`GET /echo/{text}`"""
    return Answer({"context": text})


def rate_plans(call: RestCall) -> Answer:
    """`GET /rateplans`, for administrators only."""
    if call.account.role != Role.ADMINISTRATOR:
        raise RestError("10000030")
    check_account_id(call)
    size, number = page(call)
    with call.state.store.read() as db:
        rows = db.execute(
            "select * from plans where account_id = ? order by name, version limit ? offset ?",
            (call.account.account_id, size + 1, (number - 1) * size),
        )
        plans = [load(RatePlan, row) for row in rows]
    return Answer(
        {
            "operatorName": OPERATOR_NAME,
            "operatorId": OPERATOR_ID,
            "timeStamp": iso_date(call.now),
            "pageNumber": number,
            "ratePlans": [{"name": plan.name, "type": plan.kind, "version": plan.version} for plan in plans[:size]],
            "lastPage": len(plans) <= size,
        }
    )
