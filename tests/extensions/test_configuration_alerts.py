"""A configuration that waits for a person, and a job that failed, as alerts."""

import pytest
from django.utils import timezone

from extensions.core.models import ExtensionConfig, Health
from iotdash.organizations.alerts import messages as alert_messages
from iotdash.organizations.alerts import services
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.models import Alert, AlertEvent
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Draft
from iotdash.runtime.models import Job, JobItem
from tests.organizations.alert_world import alerts, evaluate


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr(alert_messages, "_send", lambda rule_id, at: None)


def rule_of(source, organization, condition: str):
    return services.add(source, organization, condition, Wanted("Look", {}, "all", "", [], None))


def test_a_configuration_that_needs_attention_until_it_does_not(config, source):
    rule = rule_of(source, config.organization, "configuration-needs-attention")
    row = ExtensionConfig.objects.filter(pk=config.pk)
    evaluate(rule)
    assert alerts() == []
    row.update(health=Health.NEEDS_ATTENTION, health_reason="The key was refused.")
    for _ in range(2):
        evaluate(rule)
    alert = Alert.objects.get()
    assert (alert.title, alert.words) == ("MeterCo: Main account", "Needs attention. The key was refused.")
    assert alert.link == f"/abc123/extensions/{config.pk}/"
    row.update(health=Health.CONNECTED)
    evaluate(rule)
    assert Alert.objects.get().resolution == "It is connected now."
    row.update(health=Health.NEEDS_ATTENTION)
    evaluate(rule)
    row.update(removed_at=timezone.now())
    evaluate(rule)
    assert Alert.objects.order_by("-pk").first().resolution == "The configuration was removed."


def job_of(source, **changes) -> Job:
    job = jobs.rehearse(source, "errand", "Run <errands>", [Draft("a"), Draft("b")])
    Job.objects.filter(pk=job.pk).update(**changes)
    return job


def test_a_job_that_paused_by_itself_and_then_ended_with_errors(organization, source, later):
    rule = rule_of(source, organization, "job-failed")
    job_of(source, state=Job.State.FINISHED, ended_at=timezone.now())
    job = job_of(source, state=Job.State.PAUSED, sentence="Paused by itself after 2 errors.")
    job_of(source, state=Job.State.PAUSED, sentence="")
    for _ in range(2):
        evaluate(rule)
    assert [alert.words for alert in Alert.objects.all()] == ["Paused by itself after 2 errors."]
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, sentence="")
    evaluate(rule)
    assert Alert.objects.get().resolution == "The job is running by now."
    later(minutes=5)
    job.items.filter(subject="a").update(state=JobItem.State.UNKNOWN)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FINISHED, ended_at=timezone.now())
    for _ in range(2):
        later(minutes=1)
        evaluate(rule)
    assert [alert.words for alert in Alert.objects.filter(resolved_at=None)] == ["It ended with errors: 1 unknown."]
    assert AlertEvent.objects.count() == 3
    services.resolve(source, Alert.objects.get(resolved_at=None))
    evaluate(rule)
    assert alerts() == []


def test_jobs_that_ended_before_the_rule_are_not_told(organization, source, later):
    job = job_of(source, state=Job.State.FINISHED, ended_at=timezone.now())
    job.items.update(state=JobItem.State.FAILED)
    later(minutes=1)
    evaluate(rule_of(source, organization, "job-failed"))
    assert alerts() == []
