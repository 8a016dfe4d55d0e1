"""Reading what is known of SIMs."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from django.db.models import QuerySet
from django.utils import timezone

from devices.queries import starting_with
from extensions.core import queries, registry
from extensions.core.contract import Quota
from extensions.core.models import ExtensionConfig, Operation
from extensions.sims.models import ReceivedSms, Sim
from extensions.sims.operations import SMS
from iotdash.organizations.models import Organization

CAPABILITY = "sims"


def configurations(organization: Organization) -> QuerySet[ExtensionConfig]:
    """Present configurations of SIM carriers."""
    carriers = [slug for slug, each in registry.manifests().items() if each.capability == CAPABILITY]
    return queries.configurations(organization).filter(slug__in=carriers)


def sim(organization: Organization, sim_id: int) -> Sim:
    """One SIM of a present configuration, with that and its device loaded. Raises Sim.DoesNotExist."""
    sims = Sim.objects.select_related("config__lane", "config__organization", "device__device_type")
    return sims.get(pk=sim_id, config__in=configurations(organization))


def sent_sms(config: ExtensionConfig, subject: str = "", prefix: str = "") -> QuerySet[Operation]:
    """Messages that were asked to be sent to one SIM, or to those whose identifier begins so."""
    return _of(config.operations.filter(operation_id=SMS).select_related("device__device_type"), subject, prefix)


def received_sms(config: ExtensionConfig, subject: str = "", prefix: str = "") -> QuerySet[ReceivedSms]:
    """Messages from one SIM, or from those whose identifier begins so."""
    return _of(config.received_sms.all(), subject, prefix)


def known_sms(config: ExtensionConfig, since: datetime) -> frozenset[str]:
    """The carrier's ids of messages since a moment of which everything is known: received ones, and those sent."""
    # By the organization, which has an index by time.
    sent = Operation.objects.filter(organization=config.organization_id, asked_at__gte=since)
    received = config.received_sms.filter(received_at__gte=since)
    ours = sent.filter(config=config, operation_id=SMS).exclude(reference="")
    return frozenset(chain.from_iterable(found.values_list("reference", flat=True) for found in (ours, received)))


def sim_ids(config: ExtensionConfig, subjects: Iterable[str]) -> dict[str, int]:
    """Identifier → primary key, of those that are SIMs of this configuration."""
    return dict(Sim.objects.filter(config=config, subject__in=set(subjects)).values_list("subject", "pk"))


def quota_of(config: ExtensionConfig) -> Quota | None:
    """The carrier's, for an account with as many SIMs as are known of it."""
    sims = Sim.objects.filter(config=config, missing_since=None).count()
    return registry.manifest(config.slug).provider.quota(config.settings, sims, timezone.now())


def _of(messages: QuerySet, subject: str, prefix: str) -> QuerySet:
    if subject:
        return messages.filter(subject=subject)
    return messages.filter(starting_with("subject", prefix)) if prefix else messages
