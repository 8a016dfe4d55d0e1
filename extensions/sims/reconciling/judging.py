"""Which matches are offered: those that are the only one of their SIM, and of their device at that carrier."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from extensions.sims.models import LinkProposal, Reconciliation

State = LinkProposal.State


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


def rivals(proposal: LinkProposal) -> QuerySet[LinkProposal]:
    """What makes it ambiguous."""
    same = Q(sim=proposal.sim_id) | Q(device=proposal.device_id, key=proposal.key)
    return _standing().filter(same).exclude(pk=proposal.pk)


def _standing() -> QuerySet[LinkProposal]:
    return LinkProposal.objects.exclude(state=State.REFUSED)


def _has_rival() -> Q:
    others = _standing().exclude(pk=OuterRef("pk"))
    of_sim = Exists(others.filter(sim=OuterRef("sim")))
    return Q(of_sim) | Q(Exists(others.filter(device=OuterRef("device"), key=OuterRef("key"))))
