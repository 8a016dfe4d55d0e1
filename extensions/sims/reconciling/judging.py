"""Which matches are offered: those that are the only one of their SIM, and of their device at that carrier."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from extensions.sims.models import LinkProposal, Reconciliation

State = LinkProposal.State
# Looked at for the proposals of a page.
MOST_RIVALS = 1_000


def judge(proposals: QuerySet[LinkProposal], through: int) -> None:
    """Refused ones stay refused, and make no other ambiguous.

    `through` is the number of the newest pass that has seen every device: what a later one found may get rivals yet.
    """
    ambiguous = _standing().filter(_has_rival())
    standing = proposals.exclude(state=State.REFUSED)
    keys = ambiguous.values("pk")
    standing.filter(state=State.OFFERED, pk__in=keys).update(state=State.AMBIGUOUS)
    clear = standing.filter(state=State.AMBIGUOUS, seen_in__lte=through).exclude(pk__in=keys)
    clear.update(state=State.OFFERED)


def judge_near(proposal: LinkProposal) -> None:
    """Those whose SIM or device it has."""
    passes = Reconciliation.objects.filter(organization=proposal.organization_id)
    near = LinkProposal.objects.filter(Q(sim=proposal.sim_id) | Q(device=proposal.device_id))
    judge(near, passes.values_list("number", flat=True).first() or 0)


def note_rivals(proposals: Sequence[LinkProposal]) -> None:
    """Sets `rivals` of each: what makes it ambiguous, in words. One query for all."""
    unclear = [each for each in proposals if each.state == State.AMBIGUOUS]
    near = Q(sim__in={each.sim_id for each in unclear}) | Q(device__in={each.device_id for each in unclear})
    others = list(_standing().filter(near).select_related("device")[:MOST_RIVALS]) if unclear else []
    for proposal in proposals:
        rivals = [each for each in others if each.pk != proposal.pk] if proposal.state == State.AMBIGUOUS else []
        devices = [each.device.device_id for each in rivals if each.sim_id == proposal.sim_id]
        of_device = [each for each in rivals if (each.device_id, each.key) == (proposal.device_id, proposal.key)]
        proposal.rivals = [f"device {name}" for name in devices] + [f"SIM {each.subject}" for each in of_device]


def _standing() -> QuerySet[LinkProposal]:
    return LinkProposal.objects.exclude(state=State.REFUSED)


def _has_rival() -> Q:
    others = _standing().exclude(pk=OuterRef("pk"))
    of_sim = Exists(others.filter(sim=OuterRef("sim")))
    return Q(of_sim) | Q(Exists(others.filter(device=OuterRef("device"), key=OuterRef("key"))))
