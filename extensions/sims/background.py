"""Asking a carrier for something that no person waits for."""

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import operations
from extensions.core.targets import Target
from extensions.sims.models import Sim
from iotdash.audit.services import Source


def ask_overview(sim: Sim) -> None:
    """What the carrier has to say of the SIM."""
    if manifest := registry.manifests().get(sim.config.slug):
        ask(sim.config, manifest.provider.overview, sim.subject, sim.device)


def ask(config: ExtensionConfig, operation_id: str, subject: str = "", device: Device | None = None) -> None:
    """Queues it behind what people ask; a carrier without such an operation is left alone. Raises NotCallable."""
    manifest = registry.manifests().get(config.slug)
    spec = manifest and registry.operation(manifest, operation_id)
    if spec is None:
        return
    source = Source(actor="iotdash", organization=config.organization.public_id)
    target = Target(config=config, manifest=manifest, subject=subject, device=device)
    operations.ask(target, spec, {}, source, priority=Operation.BACKGROUND)
