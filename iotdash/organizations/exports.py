"""Links by which a list is downloaded as it is shown: with its filter, order and columns."""

from django.http import HttpRequest
from django.urls import reverse

from iotdash.lib.downloads import FORMATS
from iotdash.lib.lists import ListState
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import EXPORT


def exports(request: HttpRequest, state: ListState, route: str, *names: str) -> list[tuple[str, str]]:
    """(label, address) of each format, none for who may not. Routes are named `devices:export_csv`.

    `names` are what of the address follows the organization.
    """
    if not may(request.membership, EXPORT, request.organization):
        return []
    org, query = request.organization.public_id, state.query(cursor="")
    return [(form.upper(), f"{reverse(f'{route}_{form}', args=[org, *names])}{query}") for form in FORMATS]
