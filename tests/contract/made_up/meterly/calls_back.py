"""A gateway tells of chips that were switched: lines of `number=17 chip=M-0001 power=off` under the secret's HMAC."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from extensions.core.contract import Forged, InboundRecord, Malformed
from extensions.sims.contract import SimReport, payload_of


def guide(address: str, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return (("Call back", address), ("Login", str(settings.get("login", "that of the card"))))


def parse(method: str, headers: Mapping[str, str], body: bytes, settings: Mapping[str, Any]) -> Sequence[InboundRecord]:
    secret = str(settings.get("token") or settings["card"])
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), headers.get("x-seal", "").encode()):
        raise Forged("The seal is not that of the token or card.")
    try:
        return [_record(line) for line in body.decode("ascii").splitlines()]
    except ValueError as error:
        raise Malformed("The gateway told something that is not of its protocol.") from error


def _record(line: str) -> InboundRecord:
    told = dict(word.split("=", 1) for word in line.split())
    if not told.get("number") or "chip" not in told:
        raise ValueError(line)
    return InboundRecord(told["number"], payload_of(SimReport(told["chip"])))
