"""What apps above do with selected devices, each on a page of its own."""

from dataclasses import dataclass

from iotdash.organizations.roles import Action

# The name by which such a page is told that devices were selected, and not its own rows.
OF, DEVICES = "of", "devices"


@dataclass(frozen=True)
class BulkAction:
    """`url_name` reverses with the organization's public id as only kwarg, `org`; what is posted there is a selection.

    `devices.bulk.selection.selected` reads it, where OF is DEVICES. `action` is what a member has to be allowed.
    """

    title: str
    summary: str
    url_name: str
    action: Action


_actions: dict[str, BulkAction] = {}


def register(action: BulkAction) -> None:
    """Called from AppConfig.ready()."""
    _actions[action.url_name] = action


def actions() -> tuple[BulkAction, ...]:
    return tuple(_actions.values())
