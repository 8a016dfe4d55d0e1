"""The mail transport: what sends organizations' mail. Registered from above; without one there is no mail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Availability:
    """Whether an organization's mail can be sent now.

    `offered`: there is a mail service; without one, nothing should be queued. `ready`: it works as far as is known;
    else mail waits. `sentence` says why not and what to do, `url` is where.
    """

    offered: bool
    ready: bool
    sentence: str = ""
    url: str = ""


class Transport(Protocol):
    def availability(self, organization: str) -> Availability:
        """`organization` is the public id."""

    def wake(self, organization: str) -> None:
        """Mail of this organization was queued and committed. May be lost: rows are the truth."""


_NONE = Availability(offered=False, ready=False, sentence="No mail service is installed.")
_transport: list[Transport] = []


def register_transport(transport: Transport) -> None:
    """Called from AppConfig.ready(); the last one counts."""
    _transport[:] = [transport]


def availability(organization: str) -> Availability:
    """Of the organization with this public id."""
    return _transport[0].availability(organization) if _transport else _NONE


def wake(organization: str) -> None:
    for transport in _transport:
        transport.wake(organization)
