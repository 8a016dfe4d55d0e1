"""Which device a SIM belongs to, and which of several accounts has it."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from devices.models import Device
from extensions.core.models import ExtensionConfig
from extensions.core.services import linking
from extensions.core.targets import Target
from extensions.sims.models import Sim
from extensions.sims.services import row_of

_LISTED = Q(listed_in__isnull=False, missing_since=None)


def listed(configs: Sequence[ExtensionConfig]) -> QuerySet[Sim]:
    """SIMs that the carrier listed in these accounts and still has there."""
    return Sim.objects.filter(_LISTED, config__in=configs)


def devices(config: ExtensionConfig, *, listed: bool) -> QuerySet:
    """Primary keys of devices of this account's SIMs; `listed`: of those that its inventory has.

    Told by the SIMs alone, of which an index has those with a device: a device has one of an account at most.
    """
    sims = Sim.objects.filter(_LISTED if listed else Q(), config=config, device__isnull=False)
    return sims.values_list("device", flat=True)


def link(device: Device, targets: Sequence[Target]) -> None:
    """Makes the device's SIMs those of these targets and of no other configuration.

    A row that was only made for this device, and that no carrier ever told of, goes with it.
    """
    linked = [row_of(target.config, target.subject).pk for target in targets]
    before = set(Sim.objects.filter(device=device).values_list("pk", flat=True))
    if before == set(linked):
        return
    left = Sim.objects.filter(pk__in=before.difference(linked))
    if before:
        left.filter(listed_in=None, fetched_at=None).delete()
        left.update(device=None)
    Sim.objects.filter(pk__in=linked).update(device=device)


def note_inventory(config: ExtensionConfig) -> None:
    """Where another account answers for devices whose SIMs are in this one and not in that, they are linked anew."""
    others = ExtensionConfig.objects.present().filter(organization=config.organization_id, slug=config.slug)
    others = others.exclude(pk=config.pk)
    theirs = Sim.objects.filter(~_LISTED, config__in=others, device__isnull=False)
    if theirs.filter(subject__in=listed([config]).values("subject")).exists():
        linking.mark(config)
