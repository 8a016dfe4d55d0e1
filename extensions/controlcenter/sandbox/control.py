"""The control surface under `/_sandbox/` and the page at `/`: for the person or test at this machine only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing import pages
from extensions.core.contract.sandboxing.controls import (
    PREFIX,
    Controls,
    common_rules,
    json_reply,
    rule,
    values_of,
    whole,
)

from . import page
from .push.model import AS_IT_IS, FORM, Rule
from .state import State

_RENEWALS: Mapping[str, tuple[str, Callable[[State, str, str], str]]] = {
    "new_api_key": ("api_key", State.set_api_key),
    "new_password": ("password", State.set_password),
    "new_licence_key": ("licence_key", State.set_licence_key),
}

ROUTES = Map(
    [
        *common_rules(),
        rule("GET", "/", "show_page"),
        rule("GET", f"{PREFIX}/style.css", "show_style"),
        rule("GET", f"{PREFIX}/", "summary"),
        rule("POST", f"{PREFIX}/settings", "change_settings"),
        rule("GET", f"{PREFIX}/sims/<iccid>", "show_sim"),
        rule("PUT", f"{PREFIX}/sims/<iccid>", "change_sim"),
        rule("POST", f"{PREFIX}/push-rules", "put_push_rule"),
        rule("GET", f"{PREFIX}/pushes", "list_pushes"),
        rule("POST", f"{PREFIX}/pushes", "push"),
        rule("POST", f"{PREFIX}/usage", "use_data"),
        rule("POST", f"{PREFIX}/received-sms", "receive_sms"),
    ]
)


class Control(Controls):
    routes = ROUTES

    def serves(self, path: str) -> bool:
        return path in ("/", PREFIX) or path.startswith(f"{PREFIX}/")

    def show_page(self, request: Request) -> Response:
        return page.response(self._state, request.host_url)

    def show_style(self, request: Request) -> Response:
        return pages.style()

    def summary(self, request: Request) -> Response:
        """Time, accounts without their secrets, SIMs by status, settings, faults, and the last call's id."""
        state = self._state
        last = state.calls(last=1)
        return json_reply(
            {
                "now": state.now(),
                "accounts": [
                    {name: getattr(account, name) for name in ("username", "account_id", "zone", "role", "key_expired")}
                    for account in state.accounts()
                ],
                "sims": state.counts(),
                "settings": asdict(state.settings),
                "faults": [asdict(fault) for fault in state.faults()],
                "last_call": last[0].id if last else 0,
            }
        )

    def change_settings(self, request: Request) -> Response:
        """Settings by name; also `expire_key`: a user name, and what renews a secret of a user:

        `new_api_key`: {username, api_key}, `new_password`: {username, password}, `new_licence_key`: {username,
        licence_key}; or a user name alone for a secret that is made up. A licence key is the whole account's.
        """
        values = dict(values_of(request))
        expired = values.pop("expire_key", None)
        wanted = {name: values.pop(name) for name in _RENEWALS if name in values}
        reply = asdict(self._state.change_settings(**values))
        if expired is not None:
            self._state.expire_key(str(expired))
        return self.done(request, reply | {name: self._renewed(name, value) for name, value in wanted.items()})

    def _renewed(self, name: str, value: object) -> str:
        what, renew = _RENEWALS[name]
        wanted = value if isinstance(value, Mapping) else {"username": value}
        return renew(self._state, str(wanted.get("username", "")), str(wanted.get(what, "")))

    def show_sim(self, request: Request, iccid: str) -> Response:
        sim = self._state.sim(iccid)
        return json_reply(asdict(sim)) if sim else json_reply({"error": f"There is no SIM {iccid}."}, 404)

    def change_sim(self, request: Request, iccid: str) -> Response:
        """Fields of a SIM by name, changed behind the API's back."""
        return json_reply(asdict(self._state.change_sim(iccid, **values_of(request))))

    def put_push_rule(self, request: Request) -> Response:
        """`account_id`, `url` (empty: pushes go nowhere), shared `secret`, `body`: form or json."""
        values = _texts(request, "account_id", "url", "secret", "body")
        self._state.put_push_rule(Rule(values["account_id"], values["url"], values["secret"], values["body"] or FORM))
        return self.done(request, {"rules": [asdict(each) for each in self._state.push_rules()]})

    def list_pushes(self, request: Request) -> Response:
        """`last=`: only so many, newest first."""
        last = whole("last", request.args.get("last", 100))
        return json_reply({"pushes": [asdict(push) for push in self._state.pushes(last)]})

    def push(self, request: Request) -> Response:
        """A push on request: `iccid`, `event_type`, `way` (what is wrong with it), `body` where not the rule's."""
        values = _texts(request, "iccid", "event_type", "way", "body")
        way = values["way"] or AS_IT_IS
        push = self._state.push(values["iccid"], values["event_type"], way, values["body"])
        return self.done(request, asdict(push), 201)

    def use_data(self, request: Request) -> Response:
        """A device uses data: `iccid`, `bytes`."""
        values = _texts(request, "iccid", "bytes")
        return self.done(request, {"used": self._state.use_data(values["iccid"], whole("bytes", values["bytes"]))})

    def receive_sms(self, request: Request) -> Response:
        """A device sends an SMS: `iccid`, `text`."""
        values = _texts(request, "iccid", "text")
        return self.done(request, asdict(self._state.receive_sms(values["iccid"], values["text"])), 201)


def _texts(request: Request, *names: str) -> dict[str, str]:
    """What was given of these, and empty texts for the rest."""
    given = values_of(request)
    return {name: str(given.get(name, "")).strip() for name in names}
