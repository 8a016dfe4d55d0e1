"""The lists that are measured."""

from collections.abc import Sequence

from devices.listing import columns as device_columns
from devices.listing import devices
from devices.listing import filters as device_filters
from devices.models import Device
from devices.tags import showing
from extensions.sims import numbers, queries
from extensions.sims.inventory import columns as sim_columns
from extensions.sims.inventory import filters as sim_filters
from extensions.sims.inventory import listing as sims
from extensions.sims.models import Sim
from iotdash.lib.lists import Column, Filter, ListState, Parts, matching
from iotdash.organizations.models import Organization
from tests.benchmarks import fleet
from tests.benchmarks.list_cases import Listed


def _columns_of_devices(organization: Organization) -> Sequence[Column]:
    return device_columns.list_columns(device_columns.facet_columns(organization))


def _filters_of_devices(organization: Organization) -> Sequence[Filter]:
    return device_filters.list_filters(device_filters.facet_filters(organization))


def _parts_of_devices(organization: Organization, state: ListState) -> Parts:
    question = devices.question_of(organization, state, device_filters.facet_filters(organization))
    return matching(devices.rows_of(organization), question).parts


def _filters_of_sims(organization: Organization) -> Sequence[Filter]:
    return sim_filters.declared(list(queries.configurations(organization)))


def _parts_of_sims(organization: Organization, state: ListState) -> Parts:
    configs = sim_filters.chosen(list(queries.configurations(organization)), state)
    question = sims.question_of(configs, state, (*numbers.MASKED, *numbers.OPEN))
    return matching(sims.rows_of(configs), question).parts


DEVICES = Listed(
    path="devices",
    model=Device,
    key=devices.KEY,
    columns=_columns_of_devices,
    filters=_filters_of_devices,
    parts=_parts_of_devices,
    fields={
        "type": "type_name",
        "manufacturer": "manufacturer",
        "model": "model",
        "firmware": "fw_version",
        **dict.fromkeys((showing.ANY, showing.ALL, showing.NONE), (fleet.USUAL_TAG, fleet.RARE_TAG, "no-such-tag")),
    },
    further={
        "any of two tags": {showing.ANY: "leased, wet"},
        "all of two tags": {showing.ALL: "in use, wet"},
        "all of three tags": {showing.ALL: "in use, leased, wet"},
        "tags that stand last": {showing.ANY: "wet"},
        "none of two tags": {showing.NONE: "in use, leased"},
    },
    texts={
        "no device": "zzz",
        "one SIM": "8901" + "0" * 13 + "123",
        "some dozen": "pump-0000",
        "some hundred": "meter-001",
        "some thousand": "meter-01",
        "a third": "pump-",
        "nearly all": "8901",
    },
)
SIMS = Listed(
    path="sims",
    model=Sim,
    key="subject",
    columns=lambda organization: [each.column for each in sim_columns.COLUMNS],
    filters=_filters_of_sims,
    parts=_parts_of_sims,
    fields={"state": "state", "plan": "rate_plan"},
    texts={
        "no SIM": "zzz",
        "one identifier": "8901" + "0" * 13 + "123",
        "a hundred identifiers": "8901" + "0" * 12 + "01",
        "a thousand identifiers": "8901" + "0" * 11 + "01",
        "ten thousand identifiers": "8901" + "0" * 10 + "01",
        "nearly all identifiers": "8901",
        "one IMSI": "00101" + "0" * 7 + "123",
        "a thousand IMSI": "00101" + "0" * 5 + "01",
        "all IMSI": "00101",
        "a thousand MSISDN": "882" + "0" * 5 + "01",
        "a few IMEI": "35491000",
        "a third of the IMEI": "3549",
    },
)
