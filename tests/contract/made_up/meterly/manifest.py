"""Meterly: a carrier that exists in tests only. It shows all that a provider's folder has to hold."""

from extensions.meterly import calls_back, sandbox
from extensions.meterly.provider import Meterly, gateway_of

from extensions.core.contract import Inbound, LanePolicy, Manifest

MANIFEST = Manifest(
    slug="meterly",
    device_key="mtr",
    name="Meterly",
    category="SIM management",
    summary="See and operate the chips of Meterly gateways.",
    life_cycle="Made up, and in use by tests only.",
    capability="sims",
    provider=Meterly(),
    settings_schema={
        "type": "object",
        "required": ["gateway", "login", "token"],
        "additionalProperties": False,
        "properties": {
            "gateway": {"type": "string", "title": "Gateway", "minLength": 1, "x-address": True},
            "login": {"type": "string", "title": "Login", "minLength": 1},
            "token": {"type": "string", "title": "Token", "minLength": 8, "writeOnly": True},
        },
    },
    device_schema={
        "type": "object",
        "required": ["chip"],
        "additionalProperties": False,
        "properties": {"chip": {"type": "string", "title": "Chip number", "pattern": "^M-[0-9]{4}$"}},
    },
    subject_field="chip",
    account_key=lambda settings: f"{gateway_of(settings)} {settings.get('login')}",
    endpoint=gateway_of,
    lane=LanePolicy(per_second=20),
    inbound=Inbound(calls_back.parse, calls_back.guide),
    sandbox=sandbox.offer,
)
