"""What SIMs put into the frame of every page, and where the panel of a SIM stands that is looked at by itself."""

from django.urls import reverse

from extensions.core import registry
from extensions.core.device_pages import Panel
from extensions.core.places import Place
from extensions.core.targets import Target
from extensions.sims.models import Sim
from iotdash.lib import nav
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import CONFIGURE_DEVICES


def register() -> None:
    """Called from AppConfig.ready()."""
    nav.register(nav.NavEntry("SIMs", "device-sim", "sims:list", order=20))


def target_of(sim: Sim) -> Target:
    """The SIM itself, whether a device has it or not; for one loaded by `queries.sim`."""
    manifest = registry.manifest(sim.config.slug)
    return Target(config=sim.config, manifest=manifest, subject=sim.subject, device=sim.device)


def panel_of(sim: Sim, membership: Membership) -> Panel:
    target = target_of(sim)
    return Panel(target.manifest.device_key, target.manifest, target, _place(sim, membership))


def _place(sim: Sim, membership: Membership) -> Place:
    may_link = sim.device is None and may(membership, CONFIGURE_DEVICES, membership.organization)
    return Place(
        url=reverse("sims:sim", args=[sim.config.organization.public_id, sim.pk]),
        page="sims/inventory/sim.html",
        crumbs="sims/inventory/_crumbs.html",
        words=f"SIM {sim.subject}",
        typed=sim.subject,
        typed_name="identifier",
        context={"shown_sim": sim, "device": sim.device, "may_link": may_link},
    )
