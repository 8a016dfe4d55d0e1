"""SIMs of the member's organization, or 404."""

from django.http import Http404, HttpRequest

from extensions.sims import queries
from extensions.sims.models import Sim


def sim_or_404(request: HttpRequest, sim_id: int) -> Sim:
    try:
        return queries.sim(request.organization, sim_id)
    except Sim.DoesNotExist:
        raise Http404("This organization has no such SIM.") from None
