"""Every fault that the sandbox can have, during every operation: the right error, and the truth about what happened.

What really happened is what the sandbox's own log says, not what the provider believes.
"""

import logging
from collections.abc import Callable

import pytest

from extensions.core import registry
from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, Fault, ProviderError, Throttled
from tests.contract.rehearsing import is_sentence, leaks, operations, secrets_of, told

# One process runs them all, beside one sandbox.
pytestmark = pytest.mark.xdist_group("contract faults")

# What a call may end as; None: with an answer.
EXPECTED = {
    Fault.SLOW: {None},
    Fault.HANG: {CannotConnect},
    Fault.CUT_BEFORE: {CannotConnect},
    Fault.CUT_AFTER: {CannotConnect},
    Fault.HTML: {BadResponse, CannotConnect},
    Fault.SERVER_ERROR: {BadResponse},
    Fault.THROTTLE: {Throttled},
    Fault.EXPIRED_KEY: {AuthRejected},
    Fault.GARBAGE: {BadResponse, CannotConnect},
    # The right answer under a wrong name: a provider may see through it or not.
    Fault.WRONG_TYPE: {None, BadResponse},
}
# After these nobody on our side can know whether a write was carried out.
NOBODY_KNOWS = {Fault.HANG, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.GARBAGE}
CERTAINLY_NOT = {Fault.THROTTLE, Fault.EXPIRED_KEY}


def failed(call: Callable[[], object]) -> ProviderError | None:
    try:
        call()
    except ProviderError as error:
        return error
    return None


def outcome(manifest, spec, running, calls=None) -> ProviderError | None:
    capability = registry.capability(manifest)
    return failed(lambda: capability.perform(manifest, running.context(calls), running.ask(spec)))


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_its_error_and_the_truth_is_told(manifest, spec, fault, healthy, caplog):
    caplog.set_level(logging.DEBUG)
    before = healthy.control.performed()
    healthy.control.fail(fault)
    calls = []
    error = outcome(manifest, spec, healthy, calls)
    performed = healthy.control.performed() - before
    if spec.reads and not calls:
        # What is answered without asking the service has no fault of the service.
        assert (error, performed) == (None, 0)
        return

    assert (type(error) if error else None) in EXPECTED[fault]
    assert performed <= 1, "An operation was carried out more than once."
    assert not (spec.reads and performed), "A read changed something."
    if error is None:
        assert spec.reads or performed == 1
        return
    assert is_sentence(error.sentence)
    assert leaks(secrets_of(manifest, healthy.settings), told(error), caplog.text) == []
    _assert_truth(spec, fault, error, performed)


def _assert_truth(spec, fault, error, performed):
    if spec.reads:
        assert not error.may_have_happened
        return
    assert error.may_have_happened or not performed, "It happened, and the error says that it cannot have."
    if fault in NOBODY_KNOWS:
        assert error.may_have_happened
    if fault in CERTAINLY_NOT:
        assert not error.may_have_happened, "It would not be sent again, although it never happened."


@pytest.mark.parametrize("fault", Fault)
def test_a_check_under_a_fault_fails_in_the_same_way(manifest, fault, healthy):
    healthy.control.fail(fault)
    error = failed(lambda: manifest.provider.check(healthy.context()))
    assert (type(error) if error else None) in EXPECTED[fault]
    assert not (error and error.may_have_happened)


@pytest.mark.operates
def test_after_the_fault_everything_works_again(manifest, healthy):
    spec = operations(manifest)[0]
    healthy.control.fail(Fault.HANG)
    assert outcome(manifest, spec, healthy)
    healthy.control.mend()
    assert outcome(manifest, spec, healthy) is None
