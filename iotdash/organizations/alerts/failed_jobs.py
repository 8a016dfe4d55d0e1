"""Looks for jobs that ended with errors, or that paused by themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from iotdash.organizations.alerts.conditions import Finding, News, open_subjects
from iotdash.organizations.models import Alert, AlertRule, Organization
from iotdash.runtime.jobs import counting
from iotdash.runtime.models import Job, JobItem

ENDED = "ended"
# An end that was written a little later than another may be older.
OVERLAP = timedelta(minutes=5)


class JobFailed:
    name = "job-failed"
    label = "Job failed"
    subjects = "jobs"
    help_text = "A job ended with items that failed or whose outcome is unknown, or it paused by itself."
    by_hand = True
    scoping = None

    def fields(self, organization: Organization) -> dict[str, forms.Field]:
        return {}

    def words(self, parameters: Mapping[str, Any]) -> str:
        return "A job ended with errors, or paused by itself"

    def news(self, rule: AlertRule, most: int) -> News:
        """All of them, however many: jobs are few."""
        told = set(open_subjects(rule).values_list("subject", flat=True))
        paused = [_paused(job, rule) for job in _by_themselves(rule) if str(job.public_id) not in told]
        since = _since(rule)
        ended = list(_ended(rule, since))
        newest = max([since, *(job.ended_at for job in ended)])
        return News([*paused, *(_failed(job, rule) for job in ended if job.errors)], {"since": newest.isoformat()})

    def over(self, rule: AlertRule, alerts: Sequence[Alert]) -> Mapping[int, str]:
        """Jobs that ended stay as they are, for as long as they are kept; those that paused may go on."""
        jobs = {str(job.public_id): job for job in _jobs(rule).filter(public_id__in=[each.subject for each in alerts])}
        said = {alert.pk: _why_over(alert, jobs.get(alert.subject)) for alert in alerts}
        return {key: why for key, why in said.items() if why}


def _jobs(rule: AlertRule) -> QuerySet[Job]:
    return Job.objects.filter(organization=rule.organization.public_id)


def _since(rule: AlertRule) -> datetime:
    place = rule.place.get("since")
    return datetime.fromisoformat(place) if place else rule.began_at


def _by_themselves(rule: AlertRule) -> QuerySet[Job]:
    return _jobs(rule).filter(state=Job.State.PAUSED).exclude(sentence="").order_by("pk")


def _ended(rule: AlertRule, since: datetime) -> QuerySet[Job]:
    from_when = max(since - OVERLAP, rule.began_at)
    errors = JobItem.objects.filter(job=OuterRef("pk"), state__in=counting.ERRORS)
    return _jobs(rule).filter(ended_at__gte=from_when).annotate(errors=Exists(errors)).order_by("ended_at", "pk")


def _paused(job: Job, rule: AlertRule) -> Finding:
    return Finding(str(job.public_id), job.title, job.sentence, _link(job, rule))


def _failed(job: Job, rule: AlertRule) -> Finding:
    counts = counting.by_state(job)
    said = ", ".join(f"{counts[state]:,} {state.label.lower()}" for state in counting.ERRORS if counts[state])
    return Finding(str(job.public_id), job.title, f"It ended with errors: {said}.", _link(job, rule), mark=ENDED)


def _link(job: Job, rule: AlertRule) -> str:
    return reverse("organizations:job", args=[rule.organization.public_id, job.public_id])


def _why_over(alert: Alert, job: Job | None) -> str:
    if job is None:
        return "The job is not kept any more."
    by_itself = job.state == Job.State.PAUSED and job.sentence
    return "" if alert.mark or by_itself else f"The job is {job.get_state_display().lower()} by now."
