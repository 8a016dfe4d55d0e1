"""A made-up carrier that fails in every way, and runners that are killed at any statement: for the property test."""

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

from django.db import connection

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    Proof,
    Refused,
    Throttled,
)
from extensions.sims.contract import Accepted, SimRecord, SmsReport, SmsState
from tests.extensions.meterco import Scripted

LOST = {"may_have_happened": True}
ERRORS = {
    "cut before": lambda: CannotConnect("No answer came.", **LOST),
    "no connection": lambda: CannotConnect("Nobody there."),
    "throttled": lambda: Throttled("Too many calls."),
    "auth": lambda: AuthRejected("The key is refused."),
    "refused": lambda: Refused("No."),
    "garbage": lambda: BadResponse("Unreadable.", **LOST),
    "bug": lambda: KeyError("oops"),
    "killed before": lambda: Killed(),
}
ERRORS_AFTER = {
    "cut after": lambda: CannotConnect("No answer came.", **LOST),
    "garbage after": lambda: BadResponse("Unreadable.", **LOST),
    "throttled after": lambda: Throttled("Too many calls."),
    "killed after": lambda: Killed(),
}
MEANWHILE = ("suspended before", "suspended after", "replaced", "paused")
BEHAVIOURS = ("fine", *ERRORS, *ERRORS_AFTER, *MEANWHILE)


class Killed(BaseException):
    """SIGKILL: nothing of the process runs after it."""


class HostileCarrier(Scripted):
    """`script` holds a behaviour for each of the next calls. `performed` counts what was really done, by text."""

    def __init__(self) -> None:
        super().__init__()
        self.script: list[str] = []
        self.killed = False
        self.performed: Counter = Counter()
        self.references: dict[str, str] = {}
        self.meanwhile: dict[str, Callable[[], None]] = {}

    def _call(self, context, perform):
        context.http._before()
        behaviour = self.script.pop(0) if self.script else "fine"
        self._meanwhile(behaviour, after=False)
        self.killed = behaviour == "killed before"
        if behaviour in ERRORS:
            raise ERRORS[behaviour]()
        answer = perform()
        self._meanwhile(behaviour, after=True)
        self.killed = behaviour == "killed after"
        if behaviour in ERRORS_AFTER:
            raise ERRORS_AFTER[behaviour]()
        return answer

    def _meanwhile(self, behaviour: str, *, after: bool) -> None:
        if behaviour in self.meanwhile and behaviour.endswith("before") is not after:
            self.meanwhile[behaviour]()

    def check(self, context) -> Proof:
        return self._call(context, lambda: Proof("Accepted."))

    def record(self, context, subject) -> SimRecord:
        return self._call(context, lambda: SimRecord(subject, state=self.state))

    def set_state(self, context, subject, state) -> Accepted:
        def perform() -> Accepted:
            self.state = state
            self.performed[state] += 1
            return Accepted()

        return self._call(context, perform)

    def send_sms(self, context, subject, text) -> Accepted:
        def perform() -> Accepted:
            self.performed[text] += 1
            self.references[text] = f"ref {len(self.references)}"
            return Accepted(self.references[text])

        return self._call(context, perform)

    def sms_report(self, context, reference) -> SmsReport:
        return self._call(context, lambda: SmsReport(reference, SmsState.DELIVERED, "Delivered"))

    def find_sms(self, context, subject, text, since, taken) -> SmsReport | None:
        def look() -> SmsReport | None:
            reference = self.references.get(text)
            known = reference is not None and reference not in taken
            return SmsReport(reference, SmsState.PENDING, "Pending") if known else None

        return self._call(context, look)


@contextmanager
def process(carrier: HostileCarrier, lives_for: int):
    """A process that is killed at its n-th statement, or in a call when the carrier's script says so.

    The dead say nothing to the database but that their transaction is over.
    """
    statements, carrier.killed = 0, False

    def watch(execute, sql, params, many, context):
        nonlocal statements
        statements += 1
        dead = carrier.killed or statements >= lives_for
        if dead and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        # A save that was killed marks the test's own transaction; the dead process had none around it.
        if connection.in_atomic_block:
            connection.needs_rollback = False
