"""A pass: the devices of an organization compared with its SIMs, some hundred at a time, in the background.

A pass that is killed is begun anew; what it wrote is written again. Nothing is offered before all of it is through.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from time import monotonic

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import queries
from extensions.sims.models import LinkProposal, Reconciliation, SharedIdentifier, Sim
from extensions.sims.reconciling import judging, matches, told
from extensions.sims.reconciling.holding import alone, held
from extensions.sims.reconciling.matches import Match
from extensions.sims.reconciling.sharing import Shared
from iotdash.audit.services import Source, record
from iotdash.lib import batches, broker
from iotdash.organizations.models import Organization
from iotdash.runtime import leases

AT_ONCE = 500
# Renewed after each so many devices, which take much less than the lease lasts.
LEASE_SECONDS = 60
AGAIN_AFTER = timedelta(hours=1)
# A pass may take one part in so many of the time.
SHARE = 50


class _Lost(Exception):
    """Somebody else has the lease by now."""


def wake_due() -> None:
    """Due-finder: a task for each organization whose SIMs are to be compared."""
    from extensions.sims.tasks import compare

    sims = Sim.objects.filter(organization=OuterRef("pk"))
    new = Organization.objects.filter(Exists(sims), reconciliation=None)
    Reconciliation.objects.bulk_create(
        [Reconciliation(organization=organization) for organization in new], ignore_conflicts=True
    )
    due = Reconciliation.objects.filter(next_at__lte=timezone.now())
    for organization_id in due.values_list("organization_id", flat=True):
        broker.send(compare, organization_id)


def ask(organization: Organization, source: Source) -> None:
    """Has them compared now. Call it for a person who wants to see what is new."""
    from extensions.sims.tasks import compare

    with transaction.atomic():
        Reconciliation.objects.update_or_create(organization=organization, defaults={"next_at": timezone.now()})
        record(source, "comparison of SIMs and devices asked for", "organization", organization.public_id)
        transaction.on_commit(partial(broker.send, compare, organization.pk))


def soon(organization_id: int) -> None:
    """The SIMs were listed anew: the sweep has them compared."""
    Reconciliation.objects.filter(organization=organization_id).update(next_at=timezone.now())


def run(organization_id: int) -> None:
    """A whole pass. Ends at once where none is due, or while another is at work."""
    name, holder = f"reconciliation {organization_id}", uuid.uuid4().hex
    if not leases.acquire(name, holder, LEASE_SECONDS):
        return
    try:
        due = Reconciliation.objects.select_related("organization").filter(next_at__lte=timezone.now())
        state = due.filter(organization=organization_id).first()
        if state:
            _pass(state, partial(leases.renew, name, holder, LEASE_SECONDS))
    except _Lost:
        return
    finally:
        leases.release(name, holder)


def _pass(state: Reconciliation, hold: Callable[[], bool]) -> None:
    began, organization, number = monotonic(), state.organization, state.number + 1
    configs = list(queries.configurations(organization))
    for devices in _chunks(organization.devices.only(*told.READ), hold):
        _propose(organization, configs, devices, number)
    shared = Shared(organization, configs, number)
    for identifiers in _chunks(shared.identifiers(), hold):
        shared.note(identifiers)
    _end(state, number, monotonic() - began, hold)


def _chunks(rows: QuerySet, hold: Callable[[], bool]) -> Iterator[Sequence]:
    for chunk in batches.of_rows(rows, AT_ONCE):
        if not hold():
            raise _Lost
        yield chunk


def _propose(
    organization: Organization, configs: Sequence[ExtensionConfig], devices: Sequence[Device], number: int
) -> None:
    """New ones wait to be judged; what people said of the others stays."""
    found = matches.find(configs, devices)
    keys = {config.pk: registry.manifest(config.slug).device_key for config in configs}
    with transaction.atomic():
        alone(organization.pk)
        rows = [_row(organization, keys[match.sim.config_id], match, number) for match in _there(found)]
        LinkProposal.objects.bulk_create(
            rows,
            update_conflicts=True,
            update_fields=["config", "key", "subject", "matched", "place", "number", "seen_in"],
            unique_fields=["sim", "device"],
        )


def _there(found: Sequence[Match]) -> list[Match]:
    """Without those whose device or SIM was deleted meanwhile; the others stay until they are written."""
    devices = held(Device.objects.filter(pk__in={match.device.pk for match in found}))
    sims = held(Sim.objects.filter(pk__in={match.sim.pk for match in found}, device=None), "config_id", "subject")
    there = [match for match in found if match.device.pk in devices and match.sim.pk in sims]
    return sorted(there, key=lambda match: (match.sim.pk, match.device.pk))


def _row(organization: Organization, key: str, match: Match, number: int) -> LinkProposal:
    return LinkProposal(
        organization=organization,
        config_id=match.sim.config_id,
        sim=match.sim,
        device=match.device,
        key=key,
        subject=match.sim.subject,
        matched=match.matched,
        place=match.told.place,
        number=match.told.text,
        state=LinkProposal.State.AMBIGUOUS,
        seen_in=number,
    )


@contextmanager
def _alone(state: Reconciliation) -> Iterator[None]:
    with transaction.atomic():
        alone(state.organization_id)
        yield


def _end(state: Reconciliation, number: int, seconds: float, hold: Callable[[], bool]) -> None:
    """In pieces: others want to write meanwhile. The number comes last, so that a pass is through or is not."""
    proposals = LinkProposal.objects.filter(organization=state.organization_id)
    old = proposals.filter(seen_in__lt=number).exclude(state=LinkProposal.State.REFUSED)
    shared = SharedIdentifier.objects.filter(organization=state.organization_id, seen_in__lt=number)
    for rows in (old, shared):
        for chunk in _chunks(rows.only("pk"), hold):
            with _alone(state):
                rows.filter(pk__in=[each.pk for each in chunk]).delete()
    for chunk in _chunks(proposals.only("pk"), hold):
        with _alone(state):
            judging.judge(proposals.filter(pk__range=(chunk[0].pk, chunk[-1].pk)), number)
    now = timezone.now()
    again_at = now + max(AGAIN_AFTER, timedelta(seconds=seconds * SHARE))
    Reconciliation.objects.filter(pk=state.pk).update(number=number, compared_at=now, seconds=seconds)
    # Unless somebody asked for another one since this one began.
    Reconciliation.objects.filter(pk=state.pk, next_at=state.next_at).update(next_at=again_at)
