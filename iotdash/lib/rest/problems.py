"""Errors as the original platform words them: `{"message", "exception": {"id", "properties"}, "violations"?}`.

Ids that begin with CUD are the original's, as far as they are known; IOTD… are ours, where they are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INTERNAL = "CUDRS0001E"
NOT_JSON = "CUDRS0006E"
NOT_VALID = "CUDRS0007E"
MISSING = "CUDRS0009E"
TOO_HIGH = "CUDRS0012E"
QUOTA_REACHED = "CUDRS0018E"
TOO_LARGE = "CUDRS0021E"
LOCATION_NOT_VALID = "CUDHT0300I"
EVENT_CACHE_OFF = "CUDCS0105E"
USAGE_NEEDS = "CUDUS0002E"
BAD_VALUE = "IOTD0400E"
NOT_AUTHENTICATED = "IOTD0401E"
NOT_ALLOWED = "IOTD0403E"
NOT_FOUND = "IOTD0404E"
WRONG_METHOD = "IOTD0405E"
CONFLICT = "IOTD0409E"
WRONG_TYPE = "IOTD0415E"
TOO_MANY = "IOTD0429E"
UNAVAILABLE = "IOTD0503E"


@dataclass(frozen=True)
class Problem:
    """One message. `properties` are the values that stand in it, as text: programs read them apart."""

    id: str
    words: str
    properties: Sequence[str] = ()

    def body(self) -> dict[str, Any]:
        return {
            "message": f"{self.id}: {self.words}",
            "exception": {"id": self.id, "properties": list(self.properties)},
        }


class RestError(Exception):
    """An answer that is an error. Raised anywhere below a view; nothing was changed."""

    def __init__(
        self,
        status: int,
        problem: Problem,
        violations: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.words)
        self.status, self.problem, self.violations = status, problem, tuple(violations)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        violations = {"violations": [each.body() for each in self.violations]} if self.violations else {}
        return self.problem.body() | violations


def not_valid(violations: Sequence[Problem]) -> RestError:
    return RestError(400, Problem(NOT_VALID, "The request was not valid."), violations)


def bad_value(words: str, *properties: str) -> RestError:
    return not_valid([Problem(BAD_VALUE, words, properties)])


def not_found(words: str, *properties: str) -> RestError:
    return RestError(404, Problem(NOT_FOUND, words, properties))


def conflict(words: str, headers: Mapping[str, str] | None = None) -> RestError:
    return RestError(409, Problem(CONFLICT, words), headers=headers)


def not_allowed(words: str) -> RestError:
    return RestError(403, Problem(NOT_ALLOWED, words))
