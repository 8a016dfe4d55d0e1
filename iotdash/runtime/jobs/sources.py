"""Who a job is done for."""

from iotdash.audit.services import Source
from iotdash.runtime.models import Job


def source_of(job: Job) -> Source:
    return Source(actor=job.asked_by, organization=job.organization, address=job.asked_from, via=job.asked_via)
