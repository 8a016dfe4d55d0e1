"""What an account has, and what is known of it."""

from extensions.core import registry
from extensions.core.services import connection_checks
from extensions.sims.models import Sim


def names(count: int, first: int = 1) -> list[str]:
    return [f"{number:04}" for number in range(first, first + count)]


def prove(config, settings, source) -> None:
    config.refresh_from_db()
    connection_checks.ask(config.organization, registry.manifest("meterco"), settings, source, config)


def rows() -> dict[str, tuple]:
    return {sim.subject: (sim.state, sim.rate_plan, sim.missing_since is None) for sim in Sim.objects.all()}


def fleet(provider) -> dict[str, tuple]:
    return {subject: (chip.record.state, chip.record.rate_plan, True) for subject, chip in provider.fleet.items()}
