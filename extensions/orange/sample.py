"""What the sample organization gets of the sandbox: a SIM for each device, with what Orange would say of it."""

from pathlib import Path

from extensions.core.contract import DemoData, DemoDevice
from extensions.orange.records import WHOLE, state_name, without_position
from extensions.orange.sandbox import Sim, State
from extensions.orange.sandbox.numbers import make_ssn
from extensions.orange.sandbox.seed import NORTH_SIMS
from extensions.orange.serial_numbers import FIELD
from extensions.sims.contract import LocationStatus, SimRecord

# Far beyond any SIM that the sandbox makes.
UNKNOWN = DemoDevice({FIELD: make_ssn(999_999)}, note="Its SIM is unknown to the carrier")


def demo(state_dir: Path) -> DemoData:
    """The second device has a SIM that the carrier does not know."""
    state = State(state_dir)
    sims = [sim for sim in map(state.sim, map(make_ssn, range(1, NORTH_SIMS + 1))) if sim]
    state.close()
    devices = [DemoDevice({FIELD: sim.ssn}, fetched=[_record(sim)]) for sim in sims]
    devices.insert(1, UNKNOWN)
    return DemoData("Orange sandbox", devices)


def _record(sim: Sim) -> SimRecord:
    located = sim.located_at is not None
    status = LocationStatus.LOCATED if located else without_position(sim.compatibility)
    return SimRecord(
        subject=sim.ssn,
        state=state_name(sim.status),
        state_changed_at=sim.changed_at,
        state_refreshed_at=sim.refreshed_at,
        requested_state=state_name(sim.requested_status) if sim.requested_status else None,
        state_requested_at=sim.change_requested_at,
        iccid=sim.iccid,
        location_status=status.value,
        located_at=sim.located_at,
        location_accuracy=f"{sim.accuracy_m} m" if sim.accuracy_m is not None else None,
        latitude=sim.latitude,
        longitude=sim.longitude,
        parts=WHOLE,
    )
