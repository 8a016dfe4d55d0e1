"""What organizations are told of their mail service, and what happens at once when they want mail sent."""

from django.urls import reverse

from extensions.core import lanes
from extensions.mailers import senders, waiting
from extensions.mailers.words import NOT_INSTALLED, obstacle
from iotdash.runtime.outbox import Availability


class MailTransport:
    def availability(self, organization: str) -> Availability:
        config = senders.of(organization)
        if config is None:
            return _none(organization)
        sentence = obstacle(config)
        url = reverse("extensions:configuration", args=[organization, config.pk])
        return Availability(offered=True, ready=not sentence, sentence=sentence, url=url)

    def wake(self, organization: str) -> None:
        """Without a service that works, the page that asked for mail already shows that it waits."""
        config = senders.working().filter(organization__public_id=organization).first()
        if config:
            lanes.wake(config.lane_id, people=True)
        else:
            waiting.hold(organization)


def _none(organization: str) -> Availability:
    installed = senders.manifests()
    if not installed:
        return Availability(offered=False, ready=False, sentence=NOT_INSTALLED)
    url = reverse("extensions:add", args=[organization, installed[0].slug])
    # Nothing should be queued, so nothing is said of mail that waits.
    return Availability(
        offered=False, ready=False, sentence=f"The extension {installed[0].name} is not set up.", url=url
    )
