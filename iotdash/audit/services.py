"""Writing the activity log."""

from dataclasses import dataclass

from iotdash.audit.models import ActivityEntry

# `via` of what support staff does, who need not be members.
STAFF = "staff"
# `via` of what programs do, by the REST API.
API = "api"


@dataclass(frozen=True)
class Source:
    """Who acts and from where: made once per request (or per process) and handed down to services.

    `organization` is the public id, empty for what concerns no organization. `via` is STAFF on the support pages, and
    API for programs.
    """

    actor: str
    organization: str = ""
    address: str | None = None
    via: str = ""


def record(source: Source, action: str, target_kind: str = "", target: str = "", **details) -> ActivityEntry:
    """Adds an entry. Call it in the transaction of the change, so that neither exists without the other.

    `details` are JSON values shown on the activity page: never pass a secret.
    """
    return ActivityEntry.objects.create(
        organization=source.organization,
        actor=source.actor,
        action=action,
        target_kind=target_kind,
        target=target[:200],
        details=details,
        address=source.address,
        via=source.via,
    )
