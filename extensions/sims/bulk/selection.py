"""Which SIMs are meant: those that were ticked, all that the list's filter finds, or those of selected devices."""

from collections.abc import Sequence
from functools import partial

from django.http import QueryDict

from devices.bulk import selection as of_devices
from devices.bulk.actions import DEVICES, OF
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, queries
from extensions.sims.inventory import filters
from extensions.sims.inventory.listing import question_of, rows_of, state_of
from extensions.sims.models import Sim
from iotdash.organizations.jobs import again, selection
from iotdash.organizations.jobs.selection import Asked, NothingSelected, Selectable, Selection
from iotdash.organizations.models import Membership

TICKED, PAGE = "sim", "sims:bulk"


def selected(membership: Membership, given: QueryDict) -> Selection[Sim]:
    """Raises NothingSelected, TooMany, and BadListQuery for a filter that there is not."""
    configs = list(queries.configurations(membership.organization))
    sims = Sim.objects.filter(config__in=configs)
    if given.get(OF) != DEVICES:
        jobs = again.jobs_of(membership.organization, PAGE)
        return selection.selected(given, Selectable(TICKED, "SIMs", sims, partial(_asked, membership, configs), jobs))
    devices = of_devices.selected(membership.organization, given)
    found = sims.filter(device__in=devices.rows.order_by().values("pk"))
    if not found.exists():
        raise NothingSelected("None of these devices has a SIM.")
    return Selection(found, [(OF, DEVICES), *devices.hidden], f"those of the devices {devices.words}")


def _asked(membership: Membership, configs: Sequence[ExtensionConfig], query: QueryDict) -> Asked:
    state = state_of(configs, query)
    chosen = filters.chosen(configs, state)
    return Asked(state, rows_of(chosen), question_of(chosen, state, numbers.searched(membership)))
