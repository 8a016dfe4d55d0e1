"""People who ask for operations through the web, as browsers do: signed in, by forms with one-time keys.

When no answer comes, because the web process was killed, they send the same form again until one does.
"""

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus

import requests

from extensions.core import registry
from tests.chaos import world
from tests.chaos.plan import Planned, PlannedDevice

PATIENCE_S = 45
PAUSE_S = 0.2
REFUSED_PAUSE_S = 2.0


class NotAsPlanned(Exception):
    """The web answered what no person should be answered here."""


@dataclass
class Asking:
    """One planned operation on its way: every attempt with its time and what came of it.

    `keys` are the one-time keys of the forms that were filled in; `asked_with` is the one of the form that was taken.
    """

    planned: Planned
    attempts: list[tuple[float, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asked_with: str = ""
    repeats: int = 0
    refused: int = 0

    def note(self, what: str) -> None:
        self.attempts.append((time.time(), what))


class Crowd:
    """What all people and their watchers share."""

    def __init__(self, planned: Sequence[Planned], most_open: int) -> None:
        self.askings = [Asking(each) for each in planned]
        self.answered = 0
        self.settled = 0
        self.most_open = most_open
        self.waiting: set[str] = set()
        self.problems: list[str] = []
        self.stop = threading.Event()
        self.lock = threading.Lock()

    @property
    def steps(self) -> int:
        return self.answered + self.settled

    @property
    def all_asked(self) -> bool:
        return self.answered == len(self.askings)

    def has_room(self) -> bool:
        """People do not run far ahead of what the carrier's rate allows, so that kills meet work all the time."""
        return self.answered - self.settled < self.most_open


class Person(threading.Thread):
    """Asks for its share of the operations, in order of their places."""

    def __init__(self, crowd: Crowd, askings: Sequence[Asking], base_url: str, email: str) -> None:
        super().__init__(name=email, daemon=True)
        self._crowd, self._left, self._base_url, self._email = crowd, list(askings), base_url, email
        self._session = requests.Session()
        self._session.trust_env = False
        self._not_before: dict[tuple[str, str, str], float] = {}

    def run(self) -> None:
        try:
            self._sign_in()
            while self._left and not self._crowd.stop.is_set():
                asking = self._next()
                if asking is None or not self._crowd.has_room():
                    self._crowd.stop.wait(PAUSE_S)
                elif self._ask(asking):
                    self._left.remove(asking)
        except NotAsPlanned as surprise:
            self._crowd.problems.append(f"{self._email}: {surprise}")
            self._crowd.stop.set()

    def _next(self) -> Asking | None:
        """The first whose place is not known to be taken; a place keeps its order."""
        now, seen = time.monotonic(), set()
        for asking in self._left:
            place = asking.planned.place
            if place not in seen and self._not_before.get(place, 0) <= now:
                return asking
            seen.add(place)
        return None

    def _ask(self, asking: Asking) -> bool:
        """False if an earlier one of its kind is unsettled, or the form waits for its choices: it is asked later."""
        page = self._answer("GET", panel_path(asking.planned.device))
        form = form_in(page.text, asking.planned.operation)
        if form is None:
            return self._later(asking)
        data = {**form.hidden, asking.planned.parameter: asking.planned.value}
        key = data["form_key"]
        asking.keys.append(key)
        with self._crowd.lock:
            self._crowd.waiting.add(key)
        answer = self._answer("POST", form.action, data, asking)
        with self._crowd.lock:
            self._crowd.waiting.discard(key)
        return self._understood(asking, key, answer)

    def _understood(self, asking: Asking, key: str, answer: requests.Response) -> bool:
        if answer.status_code == HTTPStatus.CONFLICT:
            return self._later(asking)
        if answer.status_code != HTTPStatus.FOUND:
            raise NotAsPlanned(f"{asking.planned} was answered {answer.status_code}: {words_of(answer.text)}")
        asking.asked_with = key
        with self._crowd.lock:
            self._crowd.answered += 1
        return True

    def _later(self, asking: Asking) -> bool:
        asking.refused += 1
        self._not_before[asking.planned.place] = time.monotonic() + REFUSED_PAUSE_S
        return False

    def _answer(
        self, method: str, path: str, data: dict[str, str] | None = None, asking: Asking | None = None
    ) -> requests.Response:
        """The web's answer, however often it takes to get one."""
        while not self._crowd.stop.is_set():
            answer = self._try(method, path, data, asking)
            if answer is not None and "/accounts/login/" not in answer.headers.get("Location", ""):
                return answer
            if answer is not None:
                raise NotAsPlanned(f"signed out at {path}")
            if asking:
                asking.repeats += 1
            self._crowd.stop.wait(PAUSE_S)
        raise NotAsPlanned("the test was stopped")

    def _try(
        self, method: str, path: str, data: dict[str, str] | None, asking: Asking | None
    ) -> requests.Response | None:
        url = f"{self._base_url}{path}"
        try:
            answer = self._session.request(method, url, data=data, timeout=PATIENCE_S, allow_redirects=False)
        except requests.RequestException as error:
            outcome, answer = f"no answer: {type(error).__name__}", None
        else:
            outcome = str(answer.status_code)
        if asking:
            asking.note(f"{method} form {(data or {}).get('form_key')}: {outcome}")
        # A web process that is starting, or whose database is locked, says so with a 5xx: nothing is known.
        failed = answer is not None and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        return None if failed else answer

    def _sign_in(self) -> None:
        page = self._answer("GET", "/accounts/login/")
        form = form_in(page.text, "login") or Form("", {})
        data = {**form.hidden, "login": self._email, "password": world.PASSWORD}
        answer = self._answer("POST", "/accounts/login/", data)
        if answer.status_code != HTTPStatus.FOUND:
            raise NotAsPlanned(f"sign-in was answered {answer.status_code}: {words_of(answer.text)}")


def panel_path(device: PlannedDevice) -> str:
    key = registry.manifest(world.EXTENSION).device_key
    return f"/{device.organization}/devices/{world.TYPE}/{device.device_id}/extensions/{key}/"


@dataclass
class Form:
    action: str
    hidden: dict[str, str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append(Form(given.get("action") or "", {}))
            self._open = True
        elif tag == "input" and given.get("type") == "hidden" and self._open:
            self.found[-1].hidden[given["name"] or ""] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


def form_in(html: str, name: str) -> Form | None:
    """The form of a page whose address ends in `name`, if there is one."""
    parser = _Forms()
    parser.feed(html)
    for form in parser.found:
        if form.action.rstrip("/").endswith(f"/{name}") or (name == "login" and not form.action):
            return form
    return None


def words_of(html: str) -> str:
    main = html.partition("<main")[2] or html
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())[:400]
