import pytest

from iotdash.runtime import jobs
from iotdash.runtime.jobs import kinds, messages
from tests.runtime.errands import Errands


@pytest.fixture
def errands(monkeypatch) -> Errands:
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(kinds, "_permissions", [])
    errands = Errands()
    jobs.register_kind(errands)
    return errands


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """Messages that were sent, none of which is received."""
    sent: list[int] = []
    monkeypatch.setattr(messages, "_send", lambda job_id, at: sent.append(job_id))
    return sent
