"""The control surface under `/_sandbox/` and the page at `/`: for the person or test at this machine only."""

from __future__ import annotations

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
from extensions.core.contract.sandboxing.problems import Unusable

from . import page
from .state import State


class Control(Controls):
    routes = Map(
        [
            *common_rules(),
            rule("GET", "/", "show_page"),
            rule("GET", f"{PREFIX}/style.css", "show_style"),
            rule("GET", f"{PREFIX}/", "summary"),
            rule("POST", f"{PREFIX}/settings", "change_settings"),
            rule("POST", f"{PREFIX}/passwords", "new_password"),
            rule("POST", f"{PREFIX}/quota", "set_quota"),
            rule("GET", f"{PREFIX}/sims/<ssn>", "show_sim"),
            rule("POST", f"{PREFIX}/sims", "change_status"),
        ]
    )
    _state: State

    def show_page(self, request: Request) -> Response:
        return page.response(self._state, request.host_url)

    def show_style(self, request: Request) -> Response:
        return pages.style()

    def summary(self, request: Request) -> Response:
        """Time, logins without their passwords, SIMs by customer and status, quotas, settings and faults."""
        state = self._state
        return json_reply(
            {
                "now": state.settle(),
                "accounts": [
                    {name: getattr(account, name) for name in ("login", "customer_id", "may_change", "known")}
                    for account in state.accounts()
                ],
                "sims": [
                    dict(zip(("customer_id", "status", "sims", "one"), line, strict=True)) for line in state.overview()
                ],
                "quotas": [asdict(quota) for quota in state.quotas()],
                "settings": asdict(state.settings),
                "faults": [asdict(fault) for fault in state.faults()],
            }
        )

    def change_settings(self, request: Request) -> Response:
        return self.done(request, asdict(self._state.change_settings(**values_of(request))))

    def new_password(self, request: Request) -> Response:
        """`login`, and its new `password`, made up if there is none."""
        values = values_of(request)
        password = self._state.set_password(str(values.get("login", "")), str(values.get("password", "")))
        return self.done(request, {"password": password})

    def set_quota(self, request: Request) -> Response:
        """`customer_id`, `service`, and how many calls of the month are `used`; without it: all."""
        values = values_of(request)
        used = None if "used" not in values else whole("used", values["used"])
        quota = self._state.set_used(str(values.get("customer_id", "")), str(values.get("service", "")), used)
        return self.done(request, asdict(quota))

    def show_sim(self, request: Request, ssn: str) -> Response:
        sim = self._state.sim(ssn)
        return json_reply(asdict(sim)) if sim else json_reply({"error": f"There is no SIM {ssn}."}, 404)

    def change_status(self, request: Request) -> Response:
        """`ssn`, its new `status`, and `how`: now, or request to have it pending first."""
        values = {name: str(value).strip() for name, value in values_of(request).items()}
        ssn, status, how = (values.get(name, "") for name in ("ssn", "status", "how"))
        if how == "request":
            self._state.request_status(ssn, status)
        elif how in ("", "now"):
            self._state.put_status(ssn, status)
        else:
            raise Unusable("how is now or request.")
        return self.done(request, asdict(self._state.sim(ssn)))
