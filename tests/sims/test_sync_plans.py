"""What is looked for at every call, and for every account at every sweep, is found in an index of just those SIMs."""

import pytest
from django.db import connection
from django.utils import timezone

from extensions.sims.models import Sim
from extensions.sims.sync import rotation


@pytest.mark.parametrize(
    ("due", "index"),
    [
        (rotation.to_refresh, "sim_to_refresh"),
        (rotation.watched, "sim_of_device"),
        (rotation.others, "sim_by_rotation"),
    ],
)
def test_what_is_due_is_found_without_going_through_what_is_not(config, due, index):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL goes through small tables as they are.")
    plan = due(Sim.objects.filter(config__in=[config]), timezone.now()).explain()
    assert f"USING INDEX {index} (config_id=? AND rotated_at<?)" in plan
    assert "TEMP B-TREE" not in plan
