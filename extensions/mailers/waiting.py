"""Mail that waits for a configuration: one that was never added, is paused, needs attention, or cannot be read."""

from extensions.mailers import senders
from extensions.mailers.words import NOT_INSTALLED, not_set_up, obstacle
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import progress


def hold(organization: str) -> None:
    """Queued mail of an organization without a service that works waits, and says for what."""
    if not senders.working().filter(organization__public_id=organization).exists():
        progress.hold(organization, _for_what(organization))


def review() -> None:
    """Due-finder: holds and releases what nobody noticed, such as mail of an organization that removed its service."""
    unsettled, working = OutboxMail.objects.filter(settled_at=None), senders.organizations(senders.working())
    progress.recover(unsettled.exclude(holder="").values("organization"))
    progress.release(working)
    queued = unsettled.filter(state=OutboxMail.State.QUEUED, holder="").exclude(organization__in=working)
    for organization in queued.order_by().values_list("organization", flat=True).distinct():
        hold(organization)


def _for_what(organization: str) -> str:
    config = senders.of(organization)
    if config:
        return obstacle(config)
    installed = senders.manifests()
    return not_set_up(installed[0]) if installed else NOT_INSTALLED
