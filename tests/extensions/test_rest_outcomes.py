"""What programs are told of operations that are not confirmed: when to ask again, and when rather not to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, QuotaSpent, Throttled
from extensions.core.models import Operation
from extensions.core.services import configurations
from extensions.sims.contract import SmsReport, SmsState
from tests.extensions.rest_world import OPERATIONS, send

TERMINAL, SMS = f"{OPERATIONS}/terminal", f"{OPERATIONS}/sms"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (lambda: Throttled("Too many calls.", retry_after=300), 300),
        (lambda: QuotaSpent("Used up.", until=timezone.now() + timedelta(days=3)), 3 * 86400),
        (lambda: CannotConnect("No answer."), 10),
        (lambda: AuthRejected("Credentials refused."), 10),
    ],
)
def test_a_read_that_cannot_be_made_says_when_to_ask_again(
    reader_client, api, target, settles, provider, later, error, seconds
):
    later(seconds=0)
    provider.will["record"] = [error()] * 9
    for _ in "12":
        answer = reader_client.get(api(TERMINAL))
        assert (answer.status_code, answer["Retry-After"]) == (503, str(seconds)), answer.json()


def test_what_the_carrier_took_and_nobody_knows_of_is_not_called_a_failure(operator_client, api, target):
    first = send(operator_client, "post", api(SMS), {"message": "hello"}, idempotency_key="k1")
    for state in ("timed out", "unknown"):
        Operation.objects.update(
            state=state, settled_at=timezone.now(), sentence="Accepted, but not confirmed in time."
        )
        again = send(operator_client, "post", api(SMS), {"message": "hello"}, idempotency_key="k1")
        assert (again.status_code, again["Location"]) == (202, first["Location"])
        assert (again.json()["state"], again.json()["settled"]) == (state, True)
    assert Operation.objects.count() == 1


def test_what_the_carrier_took_and_did_not_do_is_no_reason_to_try_again(
    operator_client, api, target, settles, provider
):
    provider.will["sms_report"] = [SmsReport("77", SmsState.FAILED, "Failed")]
    answer = send(operator_client, "post", api(SMS), {"message": "hello"})
    assert (answer.status_code, "Retry-After" in answer) == (409, False)
    assert Operation.objects.get().state == "failed"


def test_the_same_key_tells_the_same_failure_and_how_to_try_again(operator_client, api, target, settles, provider):
    provider.will["send_sms"] = [BadResponse("Nonsense.")]
    answers = [send(operator_client, "post", api(SMS), {"message": "hello"}, idempotency_key="k1") for _ in "12"]
    assert {each.status_code for each in answers} == {503}
    assert all("Retry-After" not in each and "another Idempotency-Key" in each.json()["message"] for each in answers)
    other = send(operator_client, "post", api(SMS), {"message": "hello"}, idempotency_key="k2")
    assert other.status_code == 200
    assert provider.calls["send_sms"] == 2


def test_an_extension_that_is_removed_while_it_is_asked_answers_nothing_more(
    reader_client, api, target, config, source, settings, monkeypatch
):
    def removed(seconds: float) -> None:
        Operation.objects.update(state="sent", sent_at=timezone.now())
        configurations.remove(config, source)

    settings.IOTDASH_REST_WAIT_SECONDS = 5
    monkeypatch.setattr("extensions.core.rest.waiting.time.sleep", removed)
    answer = reader_client.get(api(TERMINAL))
    assert (answer.status_code, answer["Location"]) == (503, api(f"operations/{Operation.objects.get().public_id}"))
    assert reader_client.get(api(TERMINAL)).status_code == 403
