"""Acting again on what a job did not do: where its items are selected, by the kind of the job."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from iotdash.organizations.models import Organization
from iotdash.runtime.models import Job, JobItem

# Outcomes after which somebody may want something else, or the same once more.
OUTCOMES: Sequence[JobItem.State] = (JobItem.State.FAILED, JobItem.State.UNKNOWN, JobItem.State.CANCELLED)

_pages: dict[str, str] = {}


def register(kind: str, url_name: str) -> None:
    """Called from AppConfig.ready(). Targets of the items of this kind of job can be selected at that page."""
    _pages[kind] = url_name


def address(job: Job) -> str:
    """What takes a selection of the job's items, or ""."""
    url_name = _pages.get(job.kind, "")
    return reverse(url_name, kwargs={"org": job.organization}) if url_name else ""


def jobs_of(organization: Organization, url_name: str) -> QuerySet[Job]:
    """Those whose items can be selected there."""
    kinds = [kind for kind, page in _pages.items() if page == url_name]
    return Job.objects.filter(organization=organization.public_id, kind__in=kinds)
