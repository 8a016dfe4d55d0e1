"""A carrier whose fleet is synchronised, in both ways of listing it, and its clock."""

import pytest

from extensions.core import lanes, registry
from extensions.core.models import ExtensionConfig
from extensions.sims.models import Synchronisation
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier


# Both in `make test`; names alone are quicker.
@pytest.fixture(params=[pytest.param("pages", marks=pytest.mark.slow), "names"])
def provider(request, monkeypatch):
    carrier = FleetCarrier(by_name=request.param == "names", page_size=10)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def still(later):
    """The clock stands still."""


@pytest.fixture
def sync(config, still, provider):
    """Runs the lane until nothing is due in it, and gives the state."""

    def run() -> Synchronisation | None:
        before = -1
        while before != (before := provider.asked.total() + provider.calls.total()):
            lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)
        return Synchronisation.objects.first()

    return run


@pytest.fixture
def asked_once(settings):
    """After the first time, nothing is asked about single SIMs."""
    settings.IOTDASH_USAGE_MINUTES = settings.IOTDASH_USAGE_MINUTES_OTHERS = 10**6
