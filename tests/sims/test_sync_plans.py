"""What is looked for at every call, and for every account at every sweep, is found in an index of just those SIMs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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


def test_whose_turn_it_is_is_found_at_the_end_of_the_index(config):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL goes through small tables as they are.")
    with CaptureQueriesContext(connection) as queries:
        rotation.by_turns(Sim.objects.filter(config=config))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        steps = " ".join(str(row) for row in cursor.fetchall())
    assert "USING INDEX sim_by_rotation" in steps
    assert "TEMP B-TREE" not in steps
