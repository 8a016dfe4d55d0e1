"""`/sims`: the list of SIMs, and one of them with its usage."""

from dataclasses import replace
from typing import Any

from django.db.models import Prefetch, Q
from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, operations, queries
from extensions.sims.inventory import filters
from extensions.sims.inventory.columns import COLUMNS
from extensions.sims.inventory.listing import question_of, rows_of
from extensions.sims.inventory.ranges import AGES, BY_SUBJECT, USAGES
from extensions.sims.models import Sim
from extensions.sims.rest.answers import cycle_body, sim_body
from iotdash.lib.lists import ListState, Matching, Question, Rows, matching, page
from iotdash.lib.rest import paging, problems
from iotdash.lib.rest.operations import PAGING, Parameter, operation
from iotdash.lib.rest.queries import truth
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import SEE

_TEXT, _FLAG = {"type": "string"}, {"type": "boolean"}
SHOWN_CYCLES = 12
# Name in the API → name on the page of SIMs.
_SORTS = {"identifier": BY_SUBJECT, "monthToDateDataUsage": "data", "fetchedAt": "fetched"}
_FILTERS = {
    "extension": filters.CARRIER,
    "configurationId": filters.CONFIG,
    "status": "state",
    "ratePlan": "plan",
    "linked": "linked",
    "usage": "usage",
    "age": "age",
    "known": "known",
    "q": "q",
}
_YES_OR_NO = ("linked", "known")
_WORDS = "Begins the identifier, ICCID or IMEI; for Analysts and above also IMSI and MSISDN."
_QUERY = (
    Parameter("q", _WORDS, _TEXT),
    Parameter("extension", "Only those of this carrier.", _TEXT),
    Parameter("configurationId", "Only those of this configuration.", {"type": "integer"}),
    Parameter("status", "Only those in this state.", _TEXT),
    Parameter("ratePlan", "Only those on this rate plan.", _TEXT),
    Parameter("linked", "Only those that a device has, or that none has.", _FLAG),
    Parameter("usage", "Data of the month to date, in MB.", {"enum": [*USAGES]}),
    Parameter("age", "Of their data.", {"enum": [*AGES]}),
    Parameter("known", "Only those that the carrier knows, or does not know.", _FLAG),
    *PAGING,
)


class Sims(OrganizationRestView):
    section = "SIMs"

    @operation(SEE, "SIMs of all carriers", name="listSims", answers={200: "SimPage"}, query=_QUERY, errors=())
    def get(self, request: Request) -> Response:
        wanted = paging.asked(request.query_params, _SORTS, BY_SUBJECT)
        if any(other.removeprefix("-") != BY_SUBJECT for other in wanted.sort[1:]):
            raise problems.bad_value("_sort: one field at a time.", "_sort")
        configs = list(queries.configurations(self.organization))
        state = _state(request.query_params, wanted.sort[0], configs)
        rows, question = self._asked(state, configs)
        found = matching(rows, question)

        def read(cursor: str):
            return page(found.parts, order_by=state.order_by, then=[BY_SUBJECT], cursor=cursor, size=wanted.limit)

        by_id = {config.pk: config for config in configs}
        return Response(
            paging.of_list(
                wanted,
                read,
                lambda shown: [sim_body(sim, by_id[sim.config_id], self.actor) for sim in shown],
                lambda: _total(found, rows, question),
            )
        )

    def _asked(self, state: ListState, configs: list[ExtensionConfig]) -> tuple[Rows, Question]:
        chosen = filters.chosen(configs, state)
        devices = Prefetch("device", Device.objects.only("device_id", "type_name"))
        rows = replace(rows_of(chosen), objects=Sim.objects.prefetch_related(devices))
        return rows, question_of(chosen, state, numbers.searched(self.actor))


def _state(query: QueryDict, sort: str, configs: list[ExtensionConfig]) -> ListState:
    """What the page of SIMs would be asked for. Raises RestError and BadListQuery."""
    asked = QueryDict(mutable=True)
    for name in query:
        if name in _FILTERS:
            asked.setlist(_FILTERS[name], [_value(name, text) for text in query.getlist(name)])
        elif not name.startswith("_"):
            raise problems.bad_value(f'"{name}" is no filter of this list. There is: {", ".join(_FILTERS)}.', name)
    asked["sort"] = sort
    return ListState.from_query(
        asked, [each.column for each in COLUMNS], filters.declared(configs), default_sort=BY_SUBJECT
    )


def _value(name: str, text: str) -> str:
    if name not in _YES_OR_NO or not text:
        return text
    return "yes" if truth(text, name) else "no"


def _total(found: Matching, rows: Rows, question: Question) -> int:
    """Exact, which pages do not need: they stop counting."""
    if found.count.exact:
        return found.count.value
    any_of_search = Q()
    for each in question.search:
        any_of_search |= Q(each.where)
    return rows.meeting(question.conditions).filter(any_of_search).order_by().count()


class SimView(OrganizationRestView):
    section = "SIMs"

    @operation(SEE, "A SIM, with its usage by billing cycle", name="getSim", answers={200: "SimWithUsage"})
    def get(self, request: Request, sim_id: int) -> Response:
        sim = sim_or_404(self, sim_id)
        cycles = sim.cycles.order_by("-cycle_start")[:SHOWN_CYCLES]
        provider = registry.manifest(sim.config.slug).provider
        further: dict[str, Any] = {
            "operations": [spec.id for spec in operations.of(provider, sim.config.settings)],
            "usageCycles": [cycle_body(cycle) for cycle in cycles],
        }
        return Response({**sim_body(sim, sim.config, self.actor), **further})


def sim_or_404(view: OrganizationRestView, sim_id: int) -> Sim:
    try:
        return queries.sim(view.organization, sim_id)
    except Sim.DoesNotExist:
        raise problems.not_found("There is no such SIM.") from None
