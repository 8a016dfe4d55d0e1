from datetime import datetime

from celery import shared_task

from extensions.core import inbound, lanes
from extensions.core.services import linking


@shared_task(name="extensions.run_lane")
def run_lane(lane_id: int, due_at: str) -> None:
    lanes.receive(lane_id, datetime.fromisoformat(due_at))


@shared_task(name="extensions.process_inbound")
def process_inbound(config_id: int) -> None:
    inbound.process(config_id)


@shared_task(name="extensions.relink")
def relink(config_id: int) -> None:
    linking.relink(config_id)
