"""The services that are served: where they are, and what they can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from extensions.core.contract.sandboxing.soap.types import Sequence

from .. import quota
from . import directory, lifecycle
from .call import SoapCall
from .tables import tables

Handler = Callable[[SoapCall], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """`edits`: it changes SIMs."""

    name: str
    handler: Handler
    request: Sequence
    reply: Sequence
    edits: bool = False

    @property
    def reply_root(self) -> str:
        return f"{self.name}Response"


@dataclass(frozen=True)
class Service:
    """`name` ends with the major version, as in its path; `only_changes`: it needs the right to change SIMs."""

    name: str
    operations: tuple[Operation, ...]
    only_changes: bool = False


@cache
def services(version: str) -> dict[str, Service]:
    """Service by name, as the version has it."""
    known = tables(version)
    offered = (
        Service(
            quota.DIRECTORY,
            (
                Operation("getConnectivityDirectory", directory.get, known.get_request, known.get_reply),
                Operation("searchInConnectivityDirectory", directory.search, known.search_request, known.search_reply),
            ),
        ),
        Service(
            quota.LIFECYCLE,
            (
                Operation(
                    *("submitUpdateSimStatusRequest", lifecycle.submit, known.submit_request, known.submit_reply),
                    edits=True,
                ),
                Operation("getUpdateSimStatusResult", lifecycle.result, known.result_request, known.result_reply),
            ),
            only_changes=True,
        ),
    )
    return {service.name: service for service in offered}
