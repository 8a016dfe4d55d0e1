from datetime import datetime

from celery import shared_task

from iotdash.organizations.alerts import evaluating


@shared_task(name="organizations.evaluate_alert_rule")
def evaluate_alert_rule(rule_id: int, due_at: str) -> None:
    evaluating.receive(rule_id, datetime.fromisoformat(due_at))
