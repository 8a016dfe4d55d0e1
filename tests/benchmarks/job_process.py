"""`python -m tests.benchmarks.job_process JOB`: a worker that takes a job forward, and a carrier that confirms all.

It works between the lines `go` and `stop` of its input, and answers each stop with a line of JSON. The carrier is made
up: what its answers have the lane write is written, twice as fast as two accounts of five calls a second allow.
"""

import json
import select
import sys
import time
from datetime import timedelta

import django

STEP_EVERY_S, ANSWERS_A_SECOND = 1.0, 10


def main() -> None:
    django.setup()
    from tests.benchmarks.transactions import Transactions

    job, transactions = int(sys.argv[1]), Transactions()
    say({"ready": True})
    for line in sys.stdin:
        if line.strip() == "go":
            with transactions.timed():
                answered = work(job)
            sys.stdin.readline()
            say({"answered": answered, "longest_ms": transactions.longest * 1000})


def work(job: int) -> int:
    """Until another line comes; how many operations the carrier answered."""
    from iotdash.runtime.jobs import running

    answered, stepped_at, began = 0, 0.0, time.monotonic()
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        now = time.monotonic()
        if now - stepped_at > STEP_EVERY_S:
            stepped_at = now
            running.run(job)
        if answered < (now - began) * ANSWERS_A_SECOND:
            answered += answer_next()
    return answered


def answer_next() -> int:
    """Sends and confirms the oldest operation of the job as its lane does; 0 if none waits."""
    from django.utils import timezone

    from extensions.core.lanes import counting
    from extensions.core.models import Lane, Operation, Purpose, State
    from extensions.core.performing import outcomes

    waiting = Operation.objects.filter(state=State.QUEUED, priority=Operation.JOB, settled_at=None)
    operation = waiting.select_related("config", "organization").order_by("pk").first()
    if operation is None:
        return 0
    now, lane = timezone.now(), operation.config.lane_id
    for _ in range(2):
        Lane.objects.filter(pk=lane).update(recent_calls=[now.timestamp()] * 5, last_call_at=now)
        counting.note_call(lane, now, Purpose.JOBS, operation.config_id)
    later = now + timedelta(minutes=10)
    outcomes.change(operation, state=State.SENT, sent_at=now, attempts=1)
    outcomes.change(operation, state=State.ACCEPTED, accepted_at=now, confirm_by=later, next_attempt_at=now)
    outcomes.settle(operation, State.CONFIRMED, "The SIM shows it.")
    return 1


def say(what: dict) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
