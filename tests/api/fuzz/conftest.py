"""Counts requests by what they were answered with, for the report of `make fuzz`."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.api.fuzz.report import answered

REPORTS = Path(settings.BASE_DIR) / "build/fuzz"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each process leaves its own; they run side by side."""
    if answered and "FUZZ_CASES" in os.environ:
        REPORTS.mkdir(parents=True, exist_ok=True)
        (REPORTS / f"{os.getpid()}.json").write_text(json.dumps(answered))
