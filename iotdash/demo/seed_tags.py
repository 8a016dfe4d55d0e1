"""Tags of the sample's devices, and views that are shared."""

import random
from collections.abc import Sequence

from django.http import QueryDict

from devices.models import Device, Tag
from devices.tags import services, sets
from iotdash.audit.services import Source
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.saved_views import pages
from iotdash.organizations.saved_views import services as views

SHARES = {"in winter use": 0.3, "leased": 0.15, "to replace": 0.04}
COLOURS = {"in winter use": Tag.Colour.BLUE, "to replace": Tag.Colour.AMBER}
VIEWS = {
    "Leased, and to replace": "tags-all=leased%2C+to+replace",
    "Pumps in winter use": "type=pump&tags=in+winter+use",
}


def seed(organization: Organization, devices: Sequence[Device], source: Source) -> None:
    chance = random.Random(20231202)  # noqa: S311 - the sample is the same for everybody
    tags = {tag.name: tag for tag in services.made(organization, list(SHARES))}
    for name, colour in COLOURS.items():
        services.edit_tag(tags[name], name, colour, source)
    groups: dict[tuple[str, ...], list[Device]] = {}
    for device in devices:
        names = tuple(name for name, share in SHARES.items() if chance.random() < share)
        groups.setdefault(names, []).append(device)
    for names, found in groups.items():
        sets.put(found, sets.set_of(organization, [tags[name] for name in names]))


def share_views(administrator: Membership, source: Source) -> None:
    page = pages.page_of("devices")
    for name, query in VIEWS.items():
        state = page.read(administrator, QueryDict(query))
        views.save(administrator, source, page.name, state, name, shared=True, columns=False)
