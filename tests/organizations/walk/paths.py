"""Every address of the product, found in its URL patterns, with real values for what stands in braces.

Pages are opened and posted to; the API is also put to and deleted from, with the examples of its schemas.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from iotdash.lib.rest import samples, schemas
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import Action, Role
from tests.extensions import meterco
from tests.organizations.walk.world import EXTENSION, House

# What names a thing of an organization or of a person: in a house that is not one's own, it is not there.
OF_A_HOUSE: dict[str, Callable[[House], Any]] = {
    "type_id": lambda house: house.device.device_type.type_id,
    "device_id": lambda house: house.device.device_id,
    "config_id": lambda house: house.config.pk,
    "sim_id": lambda house: house.sim.pk,
    "check_id": lambda house: house.check.public_id,
    "operation_id": lambda house: house.operation.public_id,
    "exchange_id": lambda house: house.exchange.pk,
    "member_id": lambda house: house.reader.pk,
    "invitation_id": lambda house: house.invitation.pk,
    "import_id": lambda house: house.open_import.public_id,
    "api_key_id": lambda house: house.api_key.public_id,
    "log_id": lambda house: house.log.public_id,
    "tag_id": lambda house: house.tag.pk,
    "view_id": lambda house: house.view.public_id,
    "device_import_id": lambda house: house.device_import.public_id,
    "job_id": lambda house: house.job.public_id,
    "proposal_id": lambda house: house.proposal.pk,
    "alert_id": lambda house: house.alert.pk,
    "rule_id": lambda house: house.alert.rule_id,
    "organizations:member_import_results import_id": lambda house: house.done_import.public_id,
}
# What is the same for everybody, and where a name means two things, the page it is meant for.
OF_NOBODY: dict[str, Any] = {
    "slug": EXTENSION,
    "key": EXTENSION,
    "action": "synchronise",
    "extensions:ask operation_id": "sms",
    "sims:ask operation_id": "sms",
    "account_reset_password_from_key key": "set-password",
    "uidb36": "1",
    "token": "made-up",
    "proof": "0" * 40,
    "app_label": "devices",
    "object_id": "1",
    "id": "1",
    "url": "nothing/",
    "content_type_id": "1",
    "event_id": "status",
    "step": "pause",
    "section": "without-device",
    "answer": "refuse",
    "client_id": "d:abc123:pump:p1",
}
OF_A_PERSON: dict[str, Callable[[House], Any]] = {
    "end_session pk": lambda house: house.session.pk,
    "mfa_edit_webauthn pk": lambda house: house.passkey.pk,
    "mfa_remove_webauthn pk": lambda house: house.passkey.pk,
}
# Who may is decided by the thing, in the view: the least role for the one of the sample.
DECIDED_INSIDE = {
    "extensions:ask": Role.OPERATOR,
    "organizations:api_key_change": Role.OPERATOR,
    "organizations:api_key_revoke": Role.OPERATOR,
    "extensions:cancel": Role.OPERATOR,
    "organizations:job_confirm": Role.OPERATOR,
    "organizations:job_discard": Role.OPERATOR,
    "organizations:job_steer": Role.OPERATOR,
    "organizations:saved_view_edit": Role.ADMINISTRATOR,
    "organizations:saved_view_delete": Role.ADMINISTRATOR,
    "sims:ask": Role.OPERATOR,
    "delete operation": Role.OPERATOR,
}
# What the API is sent where an example of its description says nothing to the sample organization.
BODIES: dict[str, Callable[[House], Any]] = {
    "post extensions": lambda house: {"extension": EXTENSION, "settings": meterco.SETTINGS | {"user": "new"}},
    "put sim-device": lambda house: {
        "typeId": house.device.device_type.type_id,
        "deviceId": house.device.device_id,
    },
}


# What stands below an organization and tells nothing of it, for anybody.
PUBLIC = {"organization-api:openapi"}


class NoSample(LookupError):
    """A new part of an address: say in this module what stands for it."""


@dataclass(frozen=True)
class Path:
    """`parameters` beside the organization; `view` as it is called."""

    name: str
    parameters: tuple[str, ...]
    below_organization: bool
    view: Callable[..., Any]

    @property
    def of_api(self) -> type[OrganizationRestView] | None:
        """The class of a view of the API."""
        found = getattr(self.view, "cls", None)
        return found if found and issubclass(found, OrganizationRestView) else None

    @property
    def by_key(self) -> bool:
        """Of the API where the key tells the organization."""
        return self.name.startswith("api:") and self.of_api is not None

    @property
    def asks(self) -> bool:
        """Asks an external service about something."""
        return hasattr(self.of_api, "spec")

    def in_api(self, method: str) -> str:
        """The same by both ways in: "get sims"."""
        return f"{method} {self.name.rpartition(':')[2]}" if self.of_api else ""

    def offers(self, method: str) -> bool:
        """Pages say so only when they are asked."""
        return self.of_api is None or hasattr(self.of_api, method)

    def body(self, method: str, house: House) -> Any:
        """What the API is sent: as its description shows it; None for nothing."""
        if made := BODIES.get(self.in_api(method)):
            return made(house)
        name = getattr(getattr(self.of_api, method, None), "body", "")
        return samples.of(schemas.ref(name)) if name else None

    def least_role(self, method: str) -> Role:
        action = self._action(method)
        inside = DECIDED_INSIDE.get(self.in_api(method)) or DECIDED_INSIDE.get(self.name, Role.READER)
        return max(action.least_role, inside, key=lambda role: role.rank)

    def _action(self, method: str) -> Action:
        if self.of_api:
            return getattr(self.of_api, method).action
        return self.view.post_action if method == "post" else self.view.action

    def bound(self) -> list[str]:
        """The parameters that name a thing of an organization."""
        return [name for name in self.parameters if name in OF_A_HOUSE and f"{self.name} {name}" not in OF_NOBODY]

    def of_a_person(self) -> bool:
        return any(f"{self.name} {name}" in OF_A_PERSON for name in self.parameters)

    def address(self, house: House, *, swapped: tuple[str, ...] = (), other: House | None = None) -> str:
        """Below `house`; the `swapped` parameters name things of the `other` one. Raises NoSample."""
        values = {name: self._sample(name, other if name in swapped else house) for name in self.parameters}
        org = {"org": house.organization.public_id} if self.below_organization else {}
        return reverse(self.name, kwargs={**org, **values})

    def _sample(self, name: str, house: House | None) -> Any:
        for key in (f"{self.name} {name}", name):
            if key in OF_NOBODY:
                return OF_NOBODY[key]
            of_a_house = OF_A_HOUSE.get(key) or OF_A_PERSON.get(key)
            if of_a_house is not None and house is not None:
                return of_a_house(house)
        raise NoSample(f"{name} of {self.name}")


def all_paths() -> list[Path]:
    return list(_below(get_resolver(), (), ()))


def _below(resolver: URLResolver, names: tuple[str, ...], given: tuple[str, ...]) -> Iterator[Path]:
    for each in resolver.url_patterns:
        parameters = (*given, *_parameters(each))
        if isinstance(each, URLResolver):
            yield from _below(each, (*names, each.namespace) if each.namespace else names, parameters)
        elif each.name:
            own = tuple(name for name in parameters if name != "org")
            yield Path(":".join((*names, each.name)), own, "org" in parameters, each.callback)


def _parameters(each: URLPattern | URLResolver) -> list[str]:
    # Not `converters`: Django shares them between equal routes, and adds to them while it reverses.
    return list(each.pattern.regex.groupindex)
