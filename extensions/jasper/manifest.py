"""Jasper: SIMs of carriers on Cisco (formerly Jasper) Control Center."""

from extensions.controlcenter.parts import manifest_parts
from extensions.core.contract import Manifest

MANIFEST = Manifest(
    slug="jasper",
    device_key="jasper",
    name="Jasper",
    summary="See and operate SIMs in Jasper Control Center: overall data, state, usage, SMS, rate plan.",
    life_cycle="Jasper Control Center became Cisco IoT Control Center; existing accounts keep working.",
    **manifest_parts(rest_host="restapi3.jasper.com"),
)
