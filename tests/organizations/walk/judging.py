"""What an answer has to be, and the figures of a walk."""

from dataclasses import dataclass, field

from tests.organizations.walk.paths import Path
from tests.organizations.walk.people import FRAGMENT, Answer, Person
from tests.organizations.walk.world import House

NOT_OFFERED = 405
# What the API answers to who may, where it is not what it usually is: about what is not there, or not possible.
API_SAYS = {
    **{f"get {name}": {404} for name in ("mgmt", "event", "connection_state")},
    "delete sim-device": {404},
    "get sim-sim": {403},
}
NOT_SET_UP = {403}
# The service is asked, and nobody waits for it.
ASKED, ASKED_IN = {"get": {503}, "put": {202}, "post": {202}}, {"extensions_operation"}
DONE = {200, 201, 202, 204, 302}
API_LETS_IN = {"get": {200, 400}, "post": {200, 201, 202}, "put": {200}, "delete": {204, 409}}
LET_IN = {"get": {200, 302}, FRAGMENT: {200, 302}, "post": {200, 302, 400, 409, 422}}
# What a GET may change, and somebody who may nothing: their own session, and how often they tried.
OWN_TABLES = {"django_session", "usersessions_usersession", "cache"}


def expected(person: Person, path: Path, method: str) -> set[int]:
    """Statuses below `/{org}/`; a method that is not offered is refused before anybody is looked up."""
    if path.of_api:
        return _of_api(person, path, method)
    if person.user is None:
        return {302, NOT_OFFERED}
    if person.role is None:
        return {404, NOT_OFFERED}
    if person.kept_out or not person.role.reaches(path.least_role(method)):
        return {403, NOT_OFFERED}
    return {*LET_IN[method], NOT_OFFERED}


def _of_api(person: Person, path: Path, method: str) -> set[int]:
    """Who asks is looked up first, so that nobody else learns which methods there are."""
    if person.user is None:
        return {401}
    if person.role is None:
        return {404}
    if person.kept_out:
        return {403}
    if not path.offers(method):
        return {NOT_OFFERED}
    if not person.role.reaches(path.least_role(method)):
        return {403}
    if hasattr(path.of_api, "manifest"):
        # The sample organization has not added the extensions that are installed.
        return NOT_SET_UP
    usual = ASKED if path.asks else API_LETS_IN
    return API_SAYS.get(path.in_api(method), usual[method])


@dataclass
class Walk:
    """`problems` say who asked what and got what; `shown` are the paths that showed a member what was planted."""

    house: House
    other: House
    paths: set[str] = field(default_factory=set)
    cases: int = 0
    leaks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)

    def go(self, person: Person, path: Path, method: str, address: str, statuses: set[int]) -> None:
        answer = person.ask(self.house, method, address, path.body(method, self.house))
        case = f"{person.name}: {method.upper()} {address} ({path.name})"
        self.cases += 1
        self.paths.add(path.name)
        if answer.status not in statuses:
            self.problems.append(f"{case} answered {answer.status}")
        harmless = method in ("get", FRAGMENT) or not statuses & DONE
        may_write = OWN_TABLES | person.noted | (ASKED_IN if path.asks and statuses & ASKED["get"] else set())
        if harmless and not answer.written <= may_write:
            self.problems.append(f"{case} wrote into {answer.written - may_write}")
        self._look_for_leaks(person, path, case, answer, address)
        if answer.status != NOT_OFFERED:
            self.answered.add(path.name)

    def _look_for_leaks(self, person: Person, path: Path, case: str, answer: Answer, address: str) -> None:
        body = answer.body
        if path.of_api and answer.status >= 400:
            # The API repeats which ID it does not know.
            for part in sorted(filter(None, address.split("/")), key=len, reverse=True):
                body = body.replace(part.encode(), b"")
        for house in (self.house, self.other):
            knows_name = person.home is house or (person.kept_out and house is self.house)
            if house.planted.encode() in body:
                if person.home is house:
                    self.shown.add(path.name)
                else:
                    self.leaks.append(f"{case} shows what is planted in {house.organization.public_id}")
            if house.named.encode() in body and not knows_name:
                self.leaks.append(f"{case} shows the name of {house.organization.public_id}")

    def figures(self, title: str) -> str:
        return (
            f"{title}: {len(self.paths)} paths, {self.cases} cases, {len(self.problems)} wrong answers, "
            f"{len(self.leaks)} leaks; {len(self.shown)} paths show their members what is planted"
        )
