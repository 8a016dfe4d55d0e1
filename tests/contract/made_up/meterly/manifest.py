"""Meterly: a carrier that exists in tests only. It shows all that a provider's folder has to hold."""

from extensions.meterly import calls_back, sandbox
from extensions.meterly.provider import Meterly, gateway_of, read_slip, settings_problems

from extensions.core.contract import Inbound, LanePolicy, Manifest, Paste


def _text(title, **marks):
    return {"type": "string", "title": title, **marks}


def _way(method, **fields):
    return {"properties": {"method": {"const": method}, **fields}, "required": list(fields)}


METHODS = [{"const": "token", "title": "Login and token"}, {"const": "card", "title": "Key card"}]
CHIP = _text("Chip number", pattern="^M-[0-9]{4}$")


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
        "required": ["method", "gateway"],
        "properties": {
            "method": _text("Method", oneOf=METHODS),
            "gateway": _text("Gateway", minLength=1, **{"x-address": True}),
        },
        "oneOf": [
            _way("token", login=_text("Login", minLength=1), token=_text("Token", minLength=8, writeOnly=True)),
            _way("card", card=_text("Card number", minLength=8, writeOnly=True)),
        ],
        "unevaluatedProperties": False,
    },
    settings_problems=settings_problems,
    paste=Paste("Token slip", "The gateway prints it: a line for the login, a line for the token.", read_slip, "token"),
    device_schema={"type": "object", "required": ["chip"], "additionalProperties": False, "properties": {"chip": CHIP}},
    subject_field="chip",
    account_key=lambda settings: f"{gateway_of(settings)} {settings.get('login')}",
    endpoint=gateway_of,
    lane=LanePolicy(per_second=20),
    inbound=Inbound(calls_back.parse, calls_back.guide),
    sandbox=sandbox.offer,
)
