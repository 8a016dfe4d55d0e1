"""Many proposals accepted as a job: rehearsed, confirmed by a person, and then linked one by one."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from extensions.sims.models import LinkProposal
from extensions.sims.reconciling import accepting
from extensions.sims.reconciling.accepting import NotAccepted
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import CONFIGURE_DEVICES
from iotdash.runtime import jobs
from iotdash.runtime.jobs import DoneInBegin, Draft, Outcome
from iotdash.runtime.jobs.sources import source_of
from iotdash.runtime.models import Job, JobItem

KIND = "link SIMs"
SIM = "sim"
# Linked in one transaction, for which everybody waits who writes as well.
AT_ONCE = 10
_LEFT_OUT = {
    LinkProposal.State.AMBIGUOUS: "It is ambiguous: refuse the wrong ones first.",
    LinkProposal.State.REFUSED: "It was refused.",
}


def rehearse(proposals: QuerySet[LinkProposal], source: Source, form_key: UUID | None = None) -> Job:
    """A job that waits to be confirmed; the same form sent twice gives the same one. Raises TooMany."""
    return jobs.rehearse(source, KIND, "Link SIMs to devices as proposed", _drafts(proposals), form_key=form_key)


def _drafts(proposals: QuerySet[LinkProposal]) -> Iterator[Draft]:
    rows = proposals.order_by("config", "subject", "pk").values_list(
        "pk", "subject", "state", "sim_id", "sim__device_id", "device__device_id"
    )
    for pk, subject, state, sim, linked, device in rows.iterator(chunk_size=2_000):
        reason = "A device has this SIM by now." if linked else _LEFT_OUT.get(state, "")
        outcome = Outcome(JobItem.State.LEFT_OUT, reason) if reason else None
        yield Draft(f"{subject} in {device}", pk, given={SIM: sim}, outcome=outcome)


class LinkingJobs(DoneInBegin):
    name = KIND
    action = CONFIGURE_DEVICES

    def room(self, job: Job, group: str) -> int:
        return AT_ONCE

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        organization, source = Organization.objects.get(public_id=job.organization), source_of(job)
        return {item.pk: _linked(organization, item, source) for item in items}

    def address(self, job: Job, item: JobItem) -> str:
        return reverse("sims:sim", kwargs={"org": job.organization, "sim_id": item.given[SIM]})


def _linked(organization: Organization, item: JobItem, source: Source) -> Outcome:
    try:
        accepting.accept(organization, item.target, source)
    except NotAccepted as refusal:
        return Outcome(JobItem.State.FAILED, str(refusal))
    return Outcome(JobItem.State.DONE, "Linked.")
