"""Evaluating a rule: what is over is resolved, what is new is raised, and both are told of."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from iotdash.lib import batches
from iotdash.organizations.alerts import conditions, messages, telling, writing
from iotdash.organizations.alerts.conditions import CannotTell, Condition, Finding, News
from iotdash.organizations.models import Alert, AlertRule

INTERVAL = timedelta(seconds=60)
# An evaluator that was killed is waited for so long.
LOST_AFTER = timedelta(minutes=3)
# What takes long is done the more seldom: at most a twentieth of the time.
RESTS = 20
SECONDS, AT_ONCE = 5, 500
# More would be read by nobody. The rule says so, and goes on when some are over.
MOST_OPEN = 1_000
FULL = (
    f"{MOST_OPEN:,} alerts of this rule are open. It raises no more until some are resolved, "
    "and what only happened meanwhile is not told later. Narrow the rule."
)
NOT_INSTALLED = "What this rule looks for is not installed."

logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody else evaluated, changed, paused or deleted the rule meanwhile."""


def receive(rule_id: int, due_at: datetime) -> None:
    """A rule's message. One that is not expected any more is dropped."""
    expected = AlertRule.objects.exclude(state=AlertRule.State.PAUSED).filter(pk=rule_id, next_at=due_at)
    if expected.update(next_at=timezone.now() + LOST_AFTER):
        run(rule_id)


def run(rule_id: int) -> None:
    rule = AlertRule.objects.select_related("organization").filter(pk=rule_id).first()
    if rule is None or rule.state == AlertRule.State.PAUSED:
        return
    began = monotonic()
    try:
        more = _evaluate(rule, began + SECONDS)
    except Overtaken:
        logger.info("alert rule %s was evaluated or changed by somebody else", rule_id)
        return
    rest = timedelta(0) if more else max(INTERVAL, timedelta(seconds=(monotonic() - began) * RESTS))
    messages.send(rule, timezone.now() + rest)


def _evaluate(rule: AlertRule, until: float) -> bool:
    """Whether there is more to look at."""
    condition, more, sentence = conditions.find(rule.condition), False, NOT_INSTALLED
    if condition:
        try:
            _resolve(rule, condition)
            more, sentence = _raise(rule, condition, until)
        except CannotTell as why:
            sentence = str(why)
    with fenced(rule, sentence=sentence[:500], evaluated_at=timezone.now()):
        telling.tell(rule)
    return more


def _resolve(rule: AlertRule, condition: Condition) -> None:
    for batch in batches.of_rows(Alert.objects.filter(rule=rule, resolved_at=None), AT_ONCE):
        if over := condition.over(rule, batch):
            with fenced(rule):
                writing.resolve(over)


def _raise(rule: AlertRule, condition: Condition, until: float) -> tuple[bool, str]:
    """Whether there is more, and what keeps the rule from telling all."""
    while True:
        news = condition.news(rule, AT_ONCE)
        taken, left_out = _fitting(rule, news)
        if taken or news.place != rule.place:
            with fenced(rule, place=dict(news.place)):
                writing.raise_or_change(rule, taken)
        # What is true as long as it is would be found again.
        stands_still = left_out and not news.place
        if not news.more or stands_still or monotonic() > until:
            return news.more and not stands_still, "" if _room(rule) else FULL


def _fitting(rule: AlertRule, news: News) -> tuple[list[Finding], bool]:
    """Those for which there is room, and whether some are left out. What is open already needs none."""
    found = {each.subject: each for each in news.findings}
    open_ones = Alert.objects.filter(rule=rule, resolved_at=None)
    known = set(open_ones.filter(subject__in=found).values_list("subject", flat=True))
    room = _room(rule)
    new = [each for subject, each in found.items() if subject not in known]
    return [*(found[subject] for subject in known), *new[:room]], len(new) > room


def _room(rule: AlertRule) -> int:
    return max(MOST_OPEN - Alert.objects.filter(rule=rule, resolved_at=None).count(), 0)


@contextmanager
def fenced(rule: AlertRule, **changes: Any) -> Iterator[None]:
    """A transaction of which nothing is kept unless the rule is as it was read. Raises Overtaken."""
    same = AlertRule.objects.exclude(state=AlertRule.State.PAUSED)
    same = same.filter(pk=rule.pk, evaluation=rule.evaluation, version=rule.version)
    with transaction.atomic():
        if not same.update(evaluation=F("evaluation") + 1, **changes):
            raise Overtaken
        yield
    rule.evaluation += 1
    for name, value in changes.items():
        setattr(rule, name, value)
