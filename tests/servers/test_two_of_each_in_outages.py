"""What two of each survive: a broker that forgets, a database that goes away, a killed worker."""

from collections import Counter
from collections.abc import Sequence

import pytest

from extensions.core.models import State
from iotdash.demo.supervisor import health
from tests.demo.test_demo_supervisor import wait_for
from tests.servers import fleet
from tests.servers.fleet import Line
from tests.servers.installation import PATIENCE_S, WORKERS, Installation

pytestmark = [pytest.mark.servers, pytest.mark.slow]
# Three of each account.
SOME = fleet.LINES[: 3 * fleet.ACCOUNTS]


@pytest.fixture
def crowd(installation: Installation) -> "Crowd":
    for line in fleet.LINES:
        installation.sandbox.change_sim(line.iccid, status=fleet.OLD_STATE.upper())
    return Crowd(installation)


class Crowd:
    """Asks one thing for each of several SIMs, by turns at both web processes, and looks what became of it."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self._visitors = installation, installation.visitors()
        self._call = installation.sandbox.last_call()
        newest = installation.operations().order_by("-pk").first()
        self._newest = newest.pk if newest else 0

    def get(self, path: str, web: int = 0):
        return self._visitors[fleet.ORGANIZATIONS[0]].get(path, web)

    def ask(self, lines: Sequence[Line], operation: str, **values: str) -> set[int]:
        """The status codes that the web processes answered with."""
        webs = len(self.installation.ports)
        return {
            self._visitors[line.organization].ask(line, operation, line.number % webs, **values).status_code
            for line in lines
        }

    def states(self) -> Counter:
        """How many of what was asked are in which state."""
        asked = self.installation.operations().filter(pk__gt=self._newest).exclude(kind="read")
        return Counter(asked.values_list("state", flat=True))

    def performed(self) -> Counter:
        done = [each for call in self.installation.sandbox.calls(self._call) for each in call["performed"]]
        return Counter(each["iccid"] for each in done)


def once(lines: Sequence[Line]) -> dict[str, int]:
    return {line.iccid: 1 for line in lines}


def test_a_broker_that_was_away_and_has_forgotten_everything(installation, crowd):
    if installation.redis is None:
        pytest.skip("the broker is a folder, which does not go away")
    installation.redis.stop()
    assert crowd.ask(SOME, "status", status=fleet.NEW_STATE) == {302}, "rows are the truth; they need no broker"
    assert "The broker does not answer." in health(installation.ports[0])
    installation.redis.start()
    installation.wait_until_up()
    wait_for(lambda: crowd.states() == {State.CONFIRMED: len(SOME)}, PATIENCE_S)
    assert crowd.performed() == once(SOME)


def test_a_database_that_was_away(installation, crowd):
    if installation.database is None:
        pytest.skip("the database is a file, which does not go away")
    page = f"/{fleet.ORGANIZATIONS[0]}/devices/"
    assert {crowd.get(page, web).status_code for web in (0, 1)} == {200}
    installation.database.stop()
    for web in (0, 1):
        away = crowd.get(page, web)
        assert (away.status_code, away.headers["Retry-After"]) == (503, "10")
        assert "The database does not answer." in away.text
        assert "The database does not answer." in health(installation.ports[web])
    installation.database.start()
    assert {crowd.get(page, web).status_code for web in (0, 1)} == {200}, "it is connected to again by itself"
    assert crowd.ask(SOME, "status", status=fleet.NEW_STATE) == {302}
    wait_for(lambda: crowd.states() == {State.CONFIRMED: len(SOME)}, PATIENCE_S)
    assert crowd.performed() == once(SOME)
    assert not [name for name in ("web-1", "web-2") if "Traceback" in installation.log(name)]


def test_a_killed_worker_loses_nothing_and_the_other_goes_on(installation, crowd):
    assert crowd.ask(fleet.LINES, "rateplan", ratePlan=fleet.OTHER_PLAN) == {302}
    wait_for(crowd.performed)
    installation.kill(WORKERS[0])
    wait_for(lambda: crowd.states().keys() <= {State.CONFIRMED, State.UNKNOWN}, PATIENCE_S)
    states, done = crowd.states(), crowd.performed()
    assert states[State.UNKNOWN] <= fleet.ACCOUNTS, "what was under way in a lane of the killed worker"
    assert states.total() == len(fleet.LINES)
    assert set(done.values()) == {1}
    assert len(done) >= states[State.CONFIRMED]
    installation.start(WORKERS[0], again=True)
