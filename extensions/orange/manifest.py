"""Orange: SIMs of Orange Business Services, read through its M2M API (Malima)."""

from extensions.core.contract import LanePolicy, Manifest
from extensions.orange import rehearsal, serial_numbers, settings
from extensions.orange.diagnostics import WIRE
from extensions.orange.provider import Orange

MANIFEST = Manifest(
    slug="orange",
    device_key="orange",
    name="Orange",
    category="SIM management",
    summary="See SIMs of Orange Business Services: activation status, its last changes, location status.",
    life_cycle="A beta on the original platform. The interface is that of 2017, Orange's M2M API 1.18.",
    capability="sims",
    provider=Orange(),
    settings_schema=settings.SETTINGS_SCHEMA,
    settings_problems=settings.settings_problems,
    account_key=settings.account_key,
    endpoint=settings.endpoint,
    derived=settings.derived,
    # Orange refuses calls that come too fast and wants a second of quiet then; it says no number. A month of failures
    # takes 720 calls with an hour between them, of at least a thousand.
    lane=LanePolicy(per_second=1, longest_pause=3600),
    device_schema=serial_numbers.DEVICE_SCHEMA,
    device_problems=serial_numbers.device_problems,
    subject_field=serial_numbers.FIELD,
    warnings=serial_numbers.device_warnings,
    wire=WIRE,
    sandbox=rehearsal.offer,
    demo=rehearsal.demo,
)
