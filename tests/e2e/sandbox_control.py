"""The sandbox's control surface, as a person at the machine uses it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests

from extensions.controlcenter.sandbox.generators import make_iccid
from extensions.controlcenter.sandbox.seed import FIRST_WEST_SIM, WEST_SIMS

Call = dict[str, Any]


class SandboxControl:
    """What a test wants of the carrier's stand-in at `base_url`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def sim(self, iccid: str) -> dict[str, Any]:
        return self._call("GET", f"sims/{iccid}")

    def change_sim(self, iccid: str, **values: Any) -> None:
        """Behind the API's back, as the carrier would."""
        self._call("PUT", f"sims/{iccid}", values)

    def receive_sms(self, iccid: str, text: str) -> None:
        """The device sends a message."""
        self._call("POST", "received-sms", {"iccid": iccid, "text": text})

    def sim_in(self, status: str, number: int = 0) -> str:
        """ICCID of one of the western account's SIMs in this status that is reachable and has usage to show."""
        usable = [each["iccid"] for each in self._west() if each["status"] == status and _usable(each)]
        return usable[number]

    def now(self) -> datetime:
        return datetime.fromisoformat(self._call("GET", "")["now"])

    def set(self, **settings: Any) -> None:
        self._call("POST", "settings", settings)

    def advance(self, seconds: float) -> None:
        self._call("POST", "advance", {"seconds": seconds})

    def expire_key(self, username: str) -> None:
        self.set(expire_key=username)

    def new_key(self, username: str, api_key: str = "") -> str:
        values = {"username": username, "api_key": api_key}
        return self._call("POST", "settings", {"new_api_key": values})["new_api_key"]

    def break_(self, kind: str, account: str, **more: Any) -> None:
        self._call("POST", "faults", {"kind": kind, "account": account, **more})

    def faults(self) -> list[dict[str, Any]]:
        return self._call("GET", "faults")["faults"]

    def mend(self) -> None:
        self._call("DELETE", "faults")

    def last_call(self) -> int:
        return self._call("GET", "")["last_call"]

    def calls(self, after: int = 0, account: str = "") -> list[Call]:
        """The call log, of one user only if `account` names it."""
        calls = self._call("GET", f"calls?after={after}")["calls"]
        return [call for call in calls if account in ("", call["account"])]

    def performed(self, iccid: str, after: int = 0) -> list[tuple[str, str | None]]:
        """What was really done to a SIM, in order: (field, new value), or ("sms", None)."""
        done = [each for call in self.calls(after) for each in call["performed"]]
        return [(each["what"], each["after"]) for each in done if each["iccid"] == iccid]

    def _west(self) -> Iterator[dict[str, Any]]:
        return (self.sim(make_iccid(number)) for number in range(FIRST_WEST_SIM, FIRST_WEST_SIM + WEST_SIMS))

    def _call(self, method: str, path: str, values: dict[str, Any] | None = None) -> Any:
        answer = requests.request(method, f"{self.base_url}/_sandbox/{path}", json=values, timeout=60)
        answer.raise_for_status()
        return answer.json()


def _usable(sim: dict[str, Any]) -> bool:
    return sim["suspended"] == "N" and not sim["offline"]
