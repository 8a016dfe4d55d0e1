"""What a mail service's page shows of the organization's mail. Rows only."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.mailers import senders, testmail
from extensions.mailers.words import standstill
from iotdash.lib.lists import bounded_count
from iotdash.organizations.invitations.queries import pending as pending_invitations
from iotdash.runtime.models import OutboxMail

TEMPLATE = "mailers/card.html"
SHOWN_FOR = timedelta(hours=1)
LATELY = timedelta(days=1)
State = OutboxMail.State


def render(request: HttpRequest, config: ExtensionConfig) -> tuple[str, Mapping[str, Any]]:
    mail = counts(config)
    test = testmail.newest_of(config.organization, request.user)
    if test and test.created_at < timezone.now() - SHOWN_FOR:
        test = None
    return TEMPLATE, {
        "mail": mail,
        "test": test,
        "sends": senders.of(config.organization.public_id) == config,
        "standstill": standstill(config),
        "on_its_way": bool(test and not test.settled) or mail["queued"] > 0,
    }


def removal(config: ExtensionConfig) -> Sequence[tuple[str, str]]:
    """For `Capability.removal`: what becomes of mail and of invitations."""
    mail = counts(config)
    unsent, pending = mail["queued"] + mail["waiting"], bounded_count(pending_invitations(config.organization))
    return (
        ("Waiting", f"Mail that was not sent yet ({unsent}), until a mail service is set up again."),
        ("Invitations", f"{pending} pending. Links that were sent go on working. Nobody can be invited meanwhile."),
    )


def counts(config: ExtensionConfig) -> dict[str, Any]:
    """Open mail of the organization, what was taken and what failed since yesterday, and the oldest that waits."""
    of_organization = OutboxMail.objects.filter(organization=config.organization.public_id)
    lately = Q(settled_at__gt=timezone.now() - LATELY)
    return of_organization.filter(lately | Q(settled_at=None)).aggregate(
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        waiting_since=Min("created_at", filter=Q(state=State.WAITING)),
        taken=Count("pk", filter=Q(state__in=(State.SENT, State.DEFERRED, State.DELIVERED))),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
