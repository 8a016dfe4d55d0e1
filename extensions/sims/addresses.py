"""Addresses of SIMs, for links made in Python."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from extensions.core.places import Place
from extensions.sims.models import Sim
from iotdash.organizations.models import Organization


def list_url(organization: Organization, **filters: object) -> str:
    """The list of SIMs, filtered: `list_url(organization, carrier="one", state="Activated")`."""
    url = reverse("sims:list", args=[organization.public_id])
    return f"{url}?{urlencode(filters)}" if filters else url


def sim_links(organization: Organization) -> Callable[[Sim], str]:
    """Pages of many SIMs of an organization, without asking the routes for each."""
    listed = list_url(organization)
    return lambda sim: f"{listed}{sim.pk}/"


def messages_url(place: Place) -> str:
    """The messages of a SIM, below its panel wherever that stands."""
    return f"{place.url}messages/"
