from celery import shared_task

from extensions.core import lanes
from extensions.core.services import linking


@shared_task(name="extensions.run_lane")
def run_lane(lane_id: int) -> None:
    lanes.run(lane_id)


@shared_task(name="extensions.relink")
def relink(config_id: int) -> None:
    linking.relink(config_id)
