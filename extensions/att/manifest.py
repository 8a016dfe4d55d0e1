"""AT&T: SIMs in AT&T Control Center, which is Cisco Control Center run for AT&T."""

from extensions.controlcenter.parts import manifest_parts
from extensions.controlcenter.rehearsal import WEST
from extensions.core.contract import Manifest

MANIFEST = Manifest(
    slug="att",
    device_key="atnt",
    name="AT&T",
    summary="See and operate SIMs in AT&T Control Center: overall data, state, usage, SMS, rate plan.",
    life_cycle="AT&T Control Center is Cisco's, run for AT&T. AT&T M2X was another service, and is shut.",
    **manifest_parts(rest_host="restapi19.att.com", rehearsal=WEST),
)
