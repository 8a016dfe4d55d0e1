"""Meterly's wire: GET asks and POST changes, lines of `name=value` both ways, the last line of an answer is `end`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    Context,
    NotFound,
    OutboundError,
    Pasted,
    PasteRefused,
    Proof,
    ProviderError,
    Refused,
    Throttled,
)
from extensions.sims.contract import Accepted, Cursor, Page, Part, SimProvider, SimRecord, SmsReport, SmsState

STATES = {"on": "Activated", "off": "Deactivated"}
LISTED, SHOWN = frozenset({Part.STATE}), frozenset({Part.STATE, Part.USAGE})
CONTENT_TYPE = "text/x-meterly"


def gateway_of(settings: Mapping[str, Any]) -> str:
    return str(settings.get("gateway", "")).strip().rstrip("/")


def settings_problems(settings: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if urlsplit(gateway_of(settings)).scheme in ("http", "https"):
        return ()
    return (("gateway", "The address of a gateway begins with http:// or https://."),)


def read_slip(text: str) -> list[Pasted]:
    found = dict(line.split(maxsplit=1) for line in text.splitlines() if len(line.split(maxsplit=1)) == 2)
    if "token" not in found:
        raise PasteRefused("There is no token on this slip. Copy it as a whole.")
    return [Pasted("slip", found)]


class Meterly(SimProvider):
    supports = frozenset({"inventory", "terminal", "status", "sms"})
    settable_states = tuple(STATES.values())
    past_cycles = 3

    def sms_limit(self, settings: Mapping[str, Any]) -> int:
        return 140

    def check(self, context: Context) -> Proof:
        who = _call(context, "GET", "whoami")["login"]
        return Proof(f"The gateway knows {who}.", {"Login": who})

    def record(self, context: Context, subject: str) -> SimRecord:
        found = _call(context, "GET", "show", chip=subject)
        state = STATES.get(found["power"], found["power"])
        return SimRecord(subject, state, ctd_data_bytes=int(found["bytes"]), parts=SHOWN)

    def inventory(self, context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
        """The gateway lists chips by number, so that nothing moves between its pages."""
        changed = f"{since.timestamp():.3f}" if since else "0"
        found = _call(context, "GET", "list", changed=changed, after=cursor["after"] if cursor else "")
        chips = [chip.split(":") for chip in filter(None, found.get("chips", "").split(","))]
        records = [SimRecord(chip, STATES.get(power, power), parts=LISTED) for chip, power in chips]
        following = {"after": records[-1].subject} if found["more"] == "yes" else None
        return Page(records, next=following, as_of=datetime.fromtimestamp(float(found["now"]), UTC))

    def refresh(self, context: Context, subjects: Sequence[str], parts: frozenset[Part]) -> Mapping[str, SimRecord]:
        found = {}
        for subject in subjects:
            try:
                found[subject] = self.record(context, subject)
            except NotFound:
                continue
        return found

    def refresh_batch(self, settings: Mapping[str, Any]) -> int:
        return 1

    def set_state(self, context: Context, subject: str, state: str) -> Accepted:
        power = next(word for word, name in STATES.items() if name == state)
        _call(context, "POST", "power", chip=subject, power=power)
        return Accepted()

    def send_sms(self, context: Context, subject: str, text: str) -> Accepted:
        return Accepted(_call(context, "POST", "text", chip=subject, text=text)["number"])

    def sms_report(self, context: Context, reference: str) -> SmsReport:
        return _report(_call(context, "GET", "texts", number=reference))

    def find_sms(
        self, context: Context, subject: str, text: str, since: datetime, taken: frozenset[str]
    ) -> SmsReport | None:
        after = f"{(since - timedelta(minutes=1)).timestamp():.0f}"
        others = ",".join(sorted(taken))
        try:
            return _report(_call(context, "GET", "texts", chip=subject, text=text, after=after, others=others))
        except NotFound:
            return None


def _report(found: Mapping[str, str]) -> SmsReport:
    state = SmsState.DELIVERED if found["state"] == "arrived" else SmsState.PENDING
    return SmsReport(found["number"], state, found["state"])


def _call(context: Context, method: str, verb: str, **fields: str) -> Mapping[str, str]:
    write = method == "POST"
    gateway = gateway_of(context.settings)
    known = {"X-Login": "login", "X-Token": "token", "X-Card": "card"}
    headers = {header: str(context.settings[name]) for header, name in known.items() if name in context.settings}
    body = {"data": urlencode(fields).replace("&", "\n")} if write else {"params": fields}
    if not _is_address(gateway):
        raise CannotConnect("The gateway is not an address. Enter it with https://.")
    try:
        answer = context.http.request(method, f"{gateway}/m2m/{verb}", headers=headers, **body)
    except OutboundError as error:
        raise CannotConnect(f"{error} Check the gateway.", may_have_happened=write and error.maybe_sent) from error
    if answer.status_code in (302, 404):
        raise CannotConnect("This host is no Meterly gateway. Check the address.")
    return _read(answer.headers.get("Content-Type", ""), answer.text, write)


def _is_address(gateway: str) -> bool:
    parts = urlsplit(gateway)
    return bool(parts.scheme and parts.hostname and "@" not in parts.netloc and " " not in gateway)


def _read(content_type: str, text: str, write: bool) -> Mapping[str, str]:
    lines = text.splitlines()
    if content_type != CONTENT_TYPE or lines[-1:] != ["end"]:
        raise BadResponse("The gateway's answer is not of its protocol. Try again later.", may_have_happened=write)
    found = dict(parse_qsl("&".join(lines[:-1])))
    if found.get("refused"):
        raise _refusal(found["refused"], found["because"], write)
    return found


def _refusal(code: str, words: str, write: bool) -> ProviderError:
    known = {"code": code, "words": words}
    if code == "pace":
        return Throttled("The gateway takes no more calls just now. It goes on by itself.", **known)
    if code == "fault":
        return BadResponse("The gateway failed inside. Try again later.", may_have_happened=write, **known)
    kinds = {
        "token": (AuthRejected, "The gateway does not accept this login and token. Enter them again."),
        "unknown": (NotFound, "The gateway does not know this. Check the number."),
    }
    error, sentence = kinds.get(code, (Refused, "The gateway refused this."))
    return error(sentence, **known)
