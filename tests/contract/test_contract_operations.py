"""Every operation that an extension has, performed at its sandbox until it is confirmed."""

from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from extensions.core import registry
from extensions.core.contract import NotFound, ProviderError, Verdict
from tests.contract.rehearsing import operations

# One process runs them all, beside one sandbox.
pytestmark = pytest.mark.xdist_group("contract operations")

STEP_SECONDS = 30


def perform(running, spec):
    ask = running.ask(spec)
    return ask, registry.capability(running.manifest).perform(running.manifest, running.context(), ask)


def attempt(running, ask):
    """(answer, error): one of them is None."""
    try:
        return registry.capability(running.manifest).perform(running.manifest, running.context(), ask), None
    except ProviderError as error:
        return None, error


def read_back(running, ask):
    return registry.capability(running.manifest).read_back(running.manifest, running.context(), ask)


def confirmed(running, ask, within):
    """The read-back that confirms it, while the service's clock runs; fails after the operation's own deadline."""
    waited, seen = 0, read_back(running, ask)
    while seen.verdict is Verdict.PENDING and waited < within.total_seconds():
        running.control.advance(STEP_SECONDS)
        waited, seen = waited + STEP_SECONDS, read_back(running, ask)
    assert seen.verdict is Verdict.CONFIRMED, f"{seen.verdict} after {waited} s: {seen.words}"
    return seen


def test_there_is_an_example_of_every_operation_and_it_is_valid(manifest, running):
    assert set(running.examples) == {spec.id for spec in operations(manifest)}
    for spec in operations(manifest):
        example = running.examples[spec.id]
        Draft202012Validator(spec.parameters).validate(dict(example.parameters))
        Draft202012Validator(manifest.device_schema or {}).validate(dict(example.part))
        assert not manifest.device_problems(example.part)
        assert not manifest.warnings(example.part)


def test_a_read_answers_as_declared_and_a_write_is_confirmed(manifest, spec, fresh):
    before = fresh.control.performed()
    if not spec.reads:
        unasked = read_back(fresh, fresh.ask(spec))
        assert unasked.verdict is not Verdict.CONFIRMED, "It seems confirmed before it is asked."
    ask, answer = perform(fresh, spec)
    Draft202012Validator(spec.result).validate(dict(answer.result))
    assert fresh.control.performed() - before == (0 if spec.reads else 1)
    if spec.reads:
        assert answer.result
        return
    seen = confirmed(fresh, replace(ask, reference=answer.reference), spec.confirm_within)
    Draft202012Validator(spec.result).validate({**answer.result, **seen.result})
    assert fresh.control.performed() - before == 1, "Reading back changed something."


def test_what_is_fetched_belongs_to_the_subject(manifest, spec, fresh):
    if not spec.reads:
        return
    ask, answer = perform(fresh, spec)
    assert getattr(answer.fetched, "subject", ask.subject) == ask.subject


def test_a_subject_that_the_service_does_not_know_is_told_as_such(manifest, spec, fresh):
    before = fresh.control.performed()
    example = fresh.ask(spec)
    unknown = replace(example, subject=_altered(example.subject))
    answer, error = attempt(fresh, unknown)
    if error is None:
        # An operation that concerns the account, not a subject.
        assert spec.reads
        assert getattr(answer.fetched, "subject", None) is None
    else:
        assert type(error) is NotFound
        assert not error.may_have_happened
    assert fresh.control.performed() == before


def _altered(subject: str) -> str:
    """Of the same shape, with other digits."""
    return subject.translate(str.maketrans("0123456789", "9876543219"))
