"""People at work: pages, credentials saved with the stored secrets kept, connection checks. Every answer is counted."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

CHECK_WITHIN_POLLS = 300


class Person:
    """Signed in with a browser's cookies. Each request has a connection of its own, as behind a reverse proxy."""

    def __init__(self, base_url: str, email: str, password: str) -> None:
        self._base_url, self._session = base_url, requests.Session()
        self._session.trust_env = False
        self._session.headers["Connection"] = "close"
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": email, "password": password})
        assert answer.status_code == 302, answer.text

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._base_url + path, timeout=30, allow_redirects=False)

    def post(self, path: str, values: Mapping[str, Any]) -> requests.Response:
        token = {"X-CSRFToken": self._session.cookies["csrftoken"]}
        return self._session.post(self._base_url + path, values, headers=token, timeout=30, allow_redirects=False)


class Load:
    """`answers` by what was done and status; `refused` are sentences about what was not as it should be."""

    def __init__(self, person: Person, config_url: str, settings: Mapping[str, Any], secrets: tuple[str, ...]) -> None:
        self._person, self._url = person, config_url
        # Secrets are left empty: those that are stored are kept, which needs their key.
        self._kept = {**settings, **dict.fromkeys(secrets, ""), "action": "save"}
        self._stop = threading.Event()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.refused: list[str] = []
        self.checks = 0

    @contextmanager
    def going_on(self) -> Iterator["Load"]:
        work = (self._look, self._look, self._save, self._check)
        threads = [threading.Thread(target=self._repeat, args=(each,)) for each in work]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except requests.RequestException as error:
                self.refused.append(f"{work.__name__}: {type(error).__name__} {error}")

    def _note(self, what: str, answer: requests.Response, expected: int) -> requests.Response:
        self.answers[what, answer.status_code] += 1
        if answer.status_code != expected:
            self.refused.append(f"{what}: {answer.status_code} {answer.text[:2000]}")
        return answer

    def _look(self) -> None:
        for path in ("/abc123/", "/abc123/extensions/", self._url, f"{self._url}credentials/"):
            page = self._note("page", self._person.get(path), 200).text
            if "cannot be read" in page:
                self.refused.append(f"{path} says that secrets cannot be read")

    def _save(self) -> None:
        self._note("save", self._person.post(f"{self._url}credentials/", self._kept), 302)
        self._stop.wait(0.2)

    def _check(self) -> None:
        asked = self._note("check", self._person.post(f"{self._url}check/", {}), 302)
        public_id = re.search(r"check=([0-9a-f-]{36})", asked.headers.get("Location", ""))
        if public_id is None:
            self.refused.append(f"no check was asked: {asked.headers}")
            return
        self._wait_for(f"/abc123/extensions/checks/{public_id[1]}/")
        self._stop.wait(0.5)

    def _wait_for(self, path: str) -> None:
        for _ in range(CHECK_WITHIN_POLLS):
            page = self._note("poll", self._person.get(path), 200).text
            if "Asking" not in page:
                self.checks += 1
                if "Connected" not in page:
                    self.refused.append(f"a check did not prove: {page[-2000:]}")
                return
            threading.Event().wait(0.2)
        self.refused.append("a check was not answered in time")
