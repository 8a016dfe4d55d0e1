from celery import shared_task

from extensions.sims.reconciling import comparing


@shared_task(name="sims.compare")
def compare(organization_id: int) -> None:
    comparing.run(organization_id)
