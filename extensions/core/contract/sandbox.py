"""The local stand-in of an external service: how it is run, how an extension is pointed at it, how it is made to fail.

`tests/contract` holds every provider against its sandbox by what is declared here.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

Settings = Mapping[str, Any]


class Fault(StrEnum):
    """Ways of failing that every sandbox has, and what each does to a call."""

    SLOW = "slow"  # carried out, answered half a second late at most
    HANG = "hang"  # taken, not carried out, never answered
    CUT_BEFORE = "cut_before"  # the connection ends, nothing is carried out
    CUT_AFTER = "cut_after"  # carried out, then the connection ends without an answer
    HTML = "html"  # the 502 page of a gateway instead of the service
    SERVER_ERROR = "server_error"  # the service's own fault, nothing is carried out
    THROTTLE = "throttle"  # refused for the number of calls
    EXPIRED_KEY = "expired_key"  # the credentials are refused, whatever they are
    GARBAGE = "garbage"  # carried out, the answer breaks off in the middle
    WRONG_TYPE = "wrong_type"  # carried out, the right answer with a wrong content type


@dataclass(frozen=True)
class Example:
    """An operation that fits the sandbox's world. `part` is the device's part, without the device key.

    A write changes something the first time, is accepted as often as it is asked, and is confirmed in the end.
    """

    part: Mapping[str, Any]
    parameters: Mapping[str, Any]


class SandboxControl(Protocol):
    """What can be done behind the service's back, while it is served by another process too."""

    def fail(self, fault: Fault) -> None:
        """Every call from now on fails in this way, instead of in an earlier one."""

    def mend(self) -> None:
        """Ends every fault; calls that hang are let go."""

    def reset(self) -> None:
        """Puts the world back as it was made; faults and the call log stay."""

    def unlimited(self) -> None:
        """Takes away the limit on calls a second."""

    def advance(self, seconds: float) -> None:
        """Moves the service's clock forward, and lets happen what is due."""

    def performed(self) -> int:
        """How many changes and messages were really carried out so far, by the sandbox's call log."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Variant:
    """A way of reaching the service, such as one of its protocols.

    `settings(base_url)` are extension settings that reach the sandbox's default account; `wrong_settings(base_url)`
    name what is wrong with others, whose credentials are refused.
    """

    settings: Callable[[str], Settings]
    wrong_settings: Callable[[str], Mapping[str, Settings]] = lambda base_url: {}


@dataclass(frozen=True)
class Sent:
    """What the service sends by itself, proved as it proves it. `settings` hold what makes it believed, made for it."""

    settings: Settings
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Sandbox:
    """A local stand-in of the service. `serve(state_dir, host, port, ready)` runs until SIGTERM.

    `settings` and `wrong_settings` are those of the variant that people are pointed at; `others` are further ones by
    name, which reach the same account and do the same there. `ports(port)` are all that it listens at when it is run at
    `port`. `seed(state_dir)` makes the world that people rehearse in; `examples(state_dir)` are operations in it by id,
    which every variant can do; `control(state_dir)` changes it behind the service's back. `sends(settings)` is what
    the service sends by itself, if it does, to who has these settings of the usual variant: under another secret each
    time.
    """

    name: str
    serve: Callable[..., None]
    seed: Callable[..., None]
    settings: Callable[[str], Settings]
    hint: str = ""
    wrong_settings: Callable[[str], Mapping[str, Settings]] = lambda base_url: {}
    examples: Callable[[Path], Mapping[str, Example]] = lambda state_dir: {}
    control: Callable[[Path], SandboxControl] | None = None
    others: Mapping[str, Variant] = field(default_factory=dict)
    sends: Callable[[Settings], Sent] | None = None
    ports: Callable[[int], Collection[int]] = lambda port: (port,)

    @property
    def variants(self) -> Mapping[str, Variant]:
        """Every variant by name, the usual one first and under ""."""
        return {"": Variant(self.settings, self.wrong_settings), **self.others}
