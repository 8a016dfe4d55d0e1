"""Who asks for the job through the web, as a browser does, and steers it: again until there is an answer."""

from http import HTTPStatus

import requests

from iotdash.runtime.models import Job
from tests.chaos import world
from tests.chaos.jobs.plan import AFTER, ORGANIZATION
from tests.chaos.people import Crowd, NotAsPlanned, Person, form_in, words_of

PAUSED_S = 2.0


class Steerer(Person):
    """`pauses`: numbers of items with an outcome at which the job is paused for a moment."""

    def __init__(self, crowd: Crowd, base_url: str, pauses: list[int]) -> None:
        super().__init__(crowd, [], base_url, world.email(ORGANIZATION, 1))
        self._pauses = pauses

    def run(self) -> None:
        try:
            self._sign_in()
            job = self._rehearse()
            self._send(job, "confirm", {"hold": "", "stop_after": ""})
            self._crowd.answered = 1
            for step in self._pauses:
                self._pause_at(job, step)
        except NotAsPlanned as surprise:
            if not self._crowd.stop.is_set():
                self._crowd.problems.append(str(surprise))
                self._crowd.stop.set()

    def _rehearse(self) -> str:
        """The path of the job's page."""
        path = f"/{ORGANIZATION}/sims/bulk/"
        page = self._answer("POST", path, {"everything": "1", "query": "", **self._token()})
        form = form_in(page.text, "bulk")
        if form is None:
            raise NotAsPlanned(f"no form: {words_of(page.text)}")
        asked = {**form.hidden, "what": "status", "status": AFTER.value}
        return self._posted(form.action, asked).headers["Location"]

    def _pause_at(self, job: str, step: int) -> None:
        while self._crowd.settled < step and not self._crowd.stop.wait(0.1):
            pass
        if Job.objects.filter(ended_at=None).exists():
            self._send(job, "pause")
            self._crowd.stop.wait(PAUSED_S)
            self._send(job, "resume")

    def _send(self, job: str, step: str, given: dict[str, str] | None = None) -> None:
        self._posted(f"{job}{step}/", {**self._token(), **(given or {})})

    def _token(self) -> dict[str, str]:
        form = form_in(self._answer("GET", f"/{ORGANIZATION}/sims/").text, "logout")
        return {name: value for name, value in (form.hidden if form else {}).items() if name.startswith("csrf")}

    def _posted(self, path: str, data: dict[str, str]) -> requests.Response:
        with self._crowd.lock:
            self._crowd.waiting.add(path)
        answer = self._answer("POST", path, data)
        with self._crowd.lock:
            self._crowd.waiting.discard(path)
        if answer.status_code != HTTPStatus.FOUND:
            raise NotAsPlanned(f"{path} was answered {answer.status_code}: {words_of(answer.text)}")
        return answer
