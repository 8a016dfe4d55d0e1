"""What the sample organization gets of the sandbox: a SIM for each device, with what the carrier would say of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from extensions.controlcenter import sandbox
from extensions.controlcenter.iccid import FIELD
from extensions.controlcenter.sandbox.cycles import current_start, shifted
from extensions.controlcenter.sandbox.generators import make_iccid
from extensions.controlcenter.sandbox.model import Account, CycleUsage, Sim
from extensions.controlcenter.sandbox.usage import totals
from extensions.controlcenter.states import state_name
from extensions.core.contract import DemoDevice
from extensions.sims.contract import SimRecord, UsageRecord

# Far beyond any SIM that the sandbox makes.
UNKNOWN = DemoDevice({FIELD: make_iccid(999_999)}, note="Its SIM is unknown to the carrier")


def devices(state_dir: Path, account: Account, numbers: Iterable[int]) -> list[DemoDevice]:
    """A device for each SIM number of the account."""
    state = sandbox.State(state_dir)
    now = state.now()
    made = [_device(state, account, make_iccid(number), now) for number in numbers]
    state.close()
    return made


def _device(state: sandbox.State, account: Account, iccid: str, now: datetime) -> DemoDevice:
    sim, cycles = state.sim(iccid), state.usage(iccid)
    running = current_start(account, now)
    used = [_usage(sim, start, running, entries) for start, entries in cycles.items()]
    return DemoDevice({FIELD: iccid}, fetched=[_record(sim, cycles.get(running, [])), *used])


def _record(sim: Sim, running: list[CycleUsage]) -> SimRecord:
    used = totals(sim, running)
    return SimRecord(
        subject=sim.iccid,
        state=state_name(sim.status),
        rate_plan=sim.rate_plan,
        ctd_data_bytes=used.data_bytes,
        ctd_sms=used.sms,
        ctd_voice_seconds=used.voice_s,
        overage_limit_reached=sim.overage_limit_reached,
        overage_limit_override=sim.overage_limit_override,
        added_at=sim.date_added,
        modified_at=sim.date_updated,
        activated_at=sim.date_activated,
        imsi=sim.imsi or None,
        msisdn=sim.msisdn or None,
        imei=sim.imei or None,
        communication_plan=sim.communication_plan,
        carrier_account=sim.account_id,
        carrier_device_id=sim.device_id or None,
    )


def _usage(sim: Sim, start: date, running: date, entries: list[CycleUsage]) -> UsageRecord:
    used = totals(sim, entries)
    return UsageRecord(
        subject=sim.iccid,
        cycle_start=start,
        cycle_end=shifted(start, 1) - timedelta(days=1),
        total_data_bytes=used.data_bytes,
        total_sms=used.sms,
        total_voice_seconds=used.voice_s,
        rate_plans=tuple(sorted({entry.rate_plan for entry in entries})),
        closed=start < running,
    )
