from celery import shared_task

from extensions.core import lanes


@shared_task(name="extensions.run_lane")
def run_lane(lane_id: int) -> None:
    lanes.run(lane_id)
