"""Jobs that add tags to devices, or remove them.

What becomes of a device depends on its set of tags only, of which there are few: each is looked at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from devices.models import NO_TAGS, Device, Tag
from devices.tags import names, queries, services, sets
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.runtime import jobs
from iotdash.runtime.jobs import TOLD, DoneInBegin, Draft, Outcome, Told
from iotdash.runtime.models import Job, JobItem

KIND = "device tags"
ADD, REMOVE = "add", "remove"
TITLES = {ADD: "Add tags", REMOVE: "Remove tags"}
# Names in `Job.parameters`.
WHAT, TAGS = "what", "tags"
_AT_ONCE = 500
_DELETED = Outcome(JobItem.State.FAILED, "The device was deleted.")


def rehearse(
    organization: Organization,
    devices: QuerySet[Device],
    what: str,
    tags: Sequence[str],
    source: Source,
    form_key: UUID | None = None,
    told: Told = (),
) -> Job:
    """A job that waits to be confirmed; the same form sent twice gives the same one. Raises TooMany."""
    drafts = _drafts(_Change(organization, what, tags), devices)
    title = f"{TITLES[what]} {names.joined(tags)}"
    parameters = {WHAT: what, TAGS: list(tags)}
    forecast = partial(dict, {TOLD: told})
    return jobs.rehearse(source, KIND, title, drafts, parameters=parameters, forecast=forecast, form_key=form_key)


def _drafts(change: "_Change", devices: QuerySet[Device]) -> Iterator[Draft]:
    rows = devices.order_by("device_id", "pk").values_list("pk", "type_name", "device_id", "tag_set")
    for pk, type_id, device_id, tag_set in rows.iterator(chunk_size=2_000):
        reason = change.reason_against(tag_set)
        outcome = Outcome(JobItem.State.LEFT_OUT, reason) if reason else None
        yield Draft(f"{type_id}/{device_id}", pk, outcome=outcome)


class TagJobs(DoneInBegin):
    name = KIND
    action = EDIT_DEVICES

    def room(self, job: Job, group: str) -> int:
        return _AT_ONCE

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        organization = Organization.objects.filter(public_id=job.organization).first()
        if organization is None:
            return dict.fromkeys((item.pk for item in items), _DELETED)
        change = _Change(organization, job.parameters[WHAT], job.parameters[TAGS])
        wanted = sorted(item.target for item in items)
        devices = Device.objects.filter(organization=organization, pk__in=wanted).order_by("pk").only("pk", "tag_set")
        became = change.make(devices.select_for_update(of=("self",)))
        return {item.pk: became.get(item.target, _DELETED) for item in items}

    def address(self, job: Job, item: JobItem) -> str:
        if item.sentence == _DELETED.sentence:
            return ""
        type_id, _, device_id = item.subject.partition("/")
        return reverse("devices:device", args=[job.organization, type_id, device_id])


class _Change:
    """What is to become of sets of tags."""

    def __init__(self, organization: Organization, what: str, tags: Sequence[str]) -> None:
        self.organization, self.adds, self.tags = organization, what == ADD, tags
        self.wanted = {names.folded(name) for name in tags}
        self._before: dict[int, list[Tag]] = {NO_TAGS: []}

    def before(self, tag_set: int) -> Sequence[Tag]:
        if tag_set not in self._before:
            self._before[tag_set] = queries.of_sets([tag_set]).get(tag_set, [])
        return self._before[tag_set]

    def reason_against(self, tag_set: int) -> str:
        """A sentence, or ""."""
        had = {tag.folded for tag in self.before(tag_set)}
        if self.adds and self.wanted <= had:
            return "It has these tags already."
        if not self.adds and not self.wanted & had:
            return "It has none of these tags."
        if self.adds and len(self.wanted | had) > names.MOST_ON_A_DEVICE:
            return f"It would have more than {names.MOST_ON_A_DEVICE} tags."
        return ""

    @cached_property
    def added(self) -> Sequence[Tag]:
        """Raises TooManyTags."""
        return services.made(self.organization, self.tags)

    def make(self, devices: QuerySet[Device]) -> Mapping[int, Outcome]:
        """What became of each, by its primary key."""
        found: dict[int, list[Device]] = {}
        for device in devices:
            found.setdefault(device.tag_set, []).append(device)
        became = {tag_set: self._of_set(tag_set, those) for tag_set, those in found.items()}
        return {device.pk: became[tag_set] for tag_set, those in found.items() for device in those}

    def _of_set(self, tag_set: int, devices: Sequence[Device]) -> Outcome:
        reason = self.reason_against(tag_set)
        if reason:
            return Outcome(JobItem.State.LEFT_OUT, reason)
        try:
            sets.put(devices, sets.set_of(self.organization, self._after(tag_set)))
        except services.TooManyTags as refusal:
            return Outcome(JobItem.State.FAILED, str(refusal))
        return Outcome(JobItem.State.DONE)

    def _after(self, tag_set: int) -> Sequence[Tag]:
        if not self.adds:
            return [tag for tag in self.before(tag_set) if tag.folded not in self.wanted]
        return list({tag.pk: tag for tag in (*self.before(tag_set), *self.added)}.values())
