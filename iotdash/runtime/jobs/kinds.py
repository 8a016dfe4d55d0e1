"""What jobs can be about: registered by whoever can do that work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from iotdash.runtime.models import Job, JobItem


@dataclass(frozen=True)
class Begun:
    """The item is under way elsewhere; `reference` finds it there."""

    reference: str


@dataclass(frozen=True)
class Outcome:
    """What became of an item: one of the states in which it stays."""

    state: JobItem.State
    sentence: str = ""


class NotNow(Exception):
    """Nothing of a group can be begun at present, whatever the item; the message says why and is shown."""


class Kind(Protocol):
    """A kind of job. `action` is what a member has to be allowed to steer it."""

    name: str
    action: Any

    def room(self, job: Job, group: str) -> int:
        """How many items of the group may be begun now. Raises NotNow."""
        ...

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Begun | Outcome]:
        """Does or asks for what the items of one group are about; by their primary keys. Raises NotNow.

        Called in a transaction that also writes what is returned. After a kill it may be called again for an item
        whose work was asked for in another process: that has to find the first one.
        """
        ...

    def outcomes(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        """Of items under way those that are at their end."""
        ...

    def take_back(self, job: Job, items: Sequence[JobItem]) -> None:
        """Cancels what of the items under way did not go out yet; `outcomes` tells of it then."""
        ...

    def address(self, job: Job, item: JobItem) -> str:
        """The page of what the item is about, or "" if there is none any more."""
        ...


class DoneInBegin:
    """For kinds that wait for nothing outside: `begin` tells of each item what became of it, so none is under way."""

    def outcomes(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        return {}

    def take_back(self, job: Job, items: Sequence[JobItem]) -> None:
        """Nothing went out."""


_kinds: dict[str, Kind] = {}
Permission = Callable[[Job], str]
_permissions: list[Permission] = []


def register_kind(kind: Kind) -> None:
    """Called from AppConfig.ready()."""
    _kinds[kind.name] = kind


def kind_of(job: Job) -> Kind | None:
    """None for one whose app is not installed any more."""
    return _kinds.get(job.kind)


def register_permission(permission: Permission) -> None:
    """A function that says in a sentence why who asked for a job may not have it done any more, or ""."""
    if permission not in _permissions:
        _permissions.append(permission)


def refusal(job: Job) -> str:
    return next(filter(None, (permission(job) for permission in _permissions)), "")
