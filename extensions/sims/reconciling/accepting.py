"""What people say of a proposal: linked as if they had chosen the device themselves, refused, or offered again."""

from django.db import transaction
from django.utils import timezone

from devices.models import Device
from extensions.core.services import device_configuration
from extensions.core.services.device_configuration import Invalid, Stale
from extensions.sims import linking, queries
from extensions.sims.models import LinkProposal, Sim
from extensions.sims.pages import target_of
from extensions.sims.reconciling import judging, matches
from extensions.sims.reconciling.holding import alone
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization

State = LinkProposal.State
GONE = "This proposal is gone: the SIM or the device was linked, changed or deleted meanwhile."


class NotAccepted(Exception):
    """It cannot be done (any more); the message says why."""


def accept(organization: Organization, proposal_id: int, source: Source) -> LinkProposal:
    """Writes the SIM into the device's configuration, if both are still as proposed. Raises NotAccepted."""
    with transaction.atomic():
        proposal = _standing(organization, proposal_id)
        sim, device = _sim(organization, proposal), _device(organization, proposal)
        version = _require_free(sim, device)
        if matches.still(sim, device) is None:
            raise NotAccepted(f"Nothing in device {device.device_id} names SIM {sim.subject} any more.")
        _link(sim, device, version, source)
        LinkProposal.objects.filter(sim=sim).exclude(state=State.REFUSED).delete()
        of_device = LinkProposal.objects.filter(device=device, key=proposal.key)
        of_device.exclude(state=State.REFUSED).delete()
        _record(source, "link proposal accepted", proposal, device)
    return proposal


def refuse(organization: Organization, proposal_id: int, source: Source) -> LinkProposal:
    """It is not offered again, and others that it made ambiguous may be. Raises NotAccepted."""
    return _change(organization, proposal_id, source, "link proposal refused", State.REFUSED, source.actor)


def offer_again(organization: Organization, proposal_id: int, source: Source) -> LinkProposal:
    """Takes a refusal back. Raises NotAccepted."""
    return _change(organization, proposal_id, source, "link proposal offered again", State.AMBIGUOUS, "")


def _change(
    organization: Organization, proposal_id: int, source: Source, action: str, state: State, by: str
) -> LinkProposal:
    with transaction.atomic():
        proposal = _locked(organization, proposal_id)
        if (proposal.state == State.REFUSED) == (state == State.REFUSED):
            raise NotAccepted("Somebody did that already.")
        proposal.state, proposal.refused_by = state, by
        proposal.refused_at = timezone.now() if by else None
        proposal.save(update_fields=["state", "refused_by", "refused_at"])
        judging.judge_near(proposal)
        _record(source, action, proposal, proposal.device)
    return proposal


def _standing(organization: Organization, proposal_id: int) -> LinkProposal:
    """One that is offered, also after another look at what competes with it."""
    proposal = _locked(organization, proposal_id)
    if proposal.state == State.OFFERED:
        judging.judge_near(proposal)
        proposal.refresh_from_db(fields=["state"])
    if proposal.state == State.REFUSED:
        raise NotAccepted(f"{proposal.refused_by or 'Somebody'} refused this proposal.")
    if proposal.state == State.AMBIGUOUS:
        raise NotAccepted("This proposal is ambiguous: refuse the wrong ones first.")
    return proposal


def _locked(organization: Organization, proposal_id: int) -> LinkProposal:
    alone(organization.pk)
    proposals = LinkProposal.objects.select_for_update(of=("self",)).select_related("device__device_type")
    proposal = proposals.filter(organization=organization, pk=proposal_id).first()
    if proposal is None:
        raise NotAccepted(GONE)
    return proposal


def _sim(organization: Organization, proposal: LinkProposal) -> Sim:
    try:
        return queries.sim(organization, proposal.sim_id)
    except Sim.DoesNotExist:
        raise NotAccepted("The extension of this SIM was removed.") from None


def _device(organization: Organization, proposal: LinkProposal) -> Device:
    """Held until the end of the transaction, so that it is not deleted meanwhile."""
    devices = organization.devices.select_related("device_type").select_for_update(of=("self",), no_key=True)
    device = devices.filter(pk=proposal.device_id).first()
    if device is None:
        raise NotAccepted(GONE)
    device.organization = organization
    return device


def _require_free(sim: Sim, device: Device) -> int:
    """The version of the device's configuration."""
    target = target_of(sim)
    if sim.device_id:
        raise NotAccepted(f"SIM {sim.subject} is in device {sim.device.device_id} by now.")
    if sim.missing_since:
        raise NotAccepted(f"{target.manifest.name} does not know SIM {sim.subject} any more.")
    current = device_configuration.current(device)
    if target.manifest.device_key in current.document:
        raise NotAccepted(f"Device {device.device_id} has a SIM of {target.manifest.name} by now.")
    return current.version


def _link(sim: Sim, device: Device, version: int, source: Source) -> None:
    try:
        linking.link(target_of(sim), device, version, source)
    except linking.NotLinkable as refusal:
        raise NotAccepted(str(refusal)) from refusal
    except Invalid as invalid:
        problems = invalid.validation.problems
        raise NotAccepted(" ".join(problem.message for problem in problems) or str(invalid)) from invalid
    except Stale as stale:
        raise NotAccepted(str(stale)) from stale


def _record(source: Source, action: str, proposal: LinkProposal, device: Device) -> None:
    details = {"matched": proposal.get_matched_display(), "found in": proposal.place, "device": device.path}
    record(source, action, "SIM", proposal.subject, **details)
