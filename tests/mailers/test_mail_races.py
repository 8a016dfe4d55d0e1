"""Workers and web processes at the same time, on a real database: what one statement at a time cannot show."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.models import Lane
from extensions.core.services import configurations
from extensions.core.services.operations import NotCallable
from extensions.mailers import testmail, waiting
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import progress, reports
from tests.extensions.test_review_threads import at_once
from tests.mailers import postco

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TIMES, LETTERS = 6, 30
State = OutboxMail.State


@pytest.fixture
def letters(post, organization, source, unwanted):
    """Queued letters of an organization whose configuration has its account's lane."""
    config = configurations.add(organization, registry.manifest("postco"), "Post", postco.SETTINGS, source)
    Lane.objects.update(key="account")
    for number in range(LETTERS):
        outbox.queue("abc123", "letter", f"person{number}")
    return config


def test_many_runners_of_one_lane_send_each_message_once(letters, post):
    assert at_once(*[lambda: lanes.run(letters.lane_id)] * TIMES) == [None] * TIMES
    lanes.run(letters.lane_id)
    assert Counter(post.recipients).most_common(1)[0][1] == 1
    assert (len(post.given), OutboxMail.objects.filter(state=State.SENT).count()) == (LETTERS, LETTERS)


def test_one_of_many_takes_a_message(letters):
    mail = OutboxMail.objects.first()
    takes = [lambda name=name: progress.take(mail, f"holder {name}", progress.Q()) for name in range(TIMES)]
    assert sum(at_once(*takes)) == 1
    assert OutboxMail.objects.get(pk=mail.pk).attempts == 1


def test_a_message_is_withdrawn_or_taken_never_both(letters):
    mail = OutboxMail.objects.first()
    at_once(lambda: outbox.withdraw(mail), lambda: progress.take(mail, "runner", progress.Q()))
    mail.refresh_from_db()
    assert mail.state == State.WITHDRAWN
    progress.note_sent(mail, "250 Ok")
    mail.refresh_from_db()
    assert mail.state == State.WITHDRAWN


def test_mail_that_is_held_while_it_is_released_is_sent_all_the_same(letters, post):
    hold = lambda: progress.hold("abc123", "For nothing.")  # noqa: E731
    outcomes = at_once(*[hold, waiting.review, lambda: lanes.run(letters.lane_id)] * 2)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    lanes.run(letters.lane_id)
    lanes.run(letters.lane_id)
    assert OutboxMail.objects.filter(state=State.SENT).count() == len(post.given) == LETTERS


def test_reports_that_come_at_once_end_as_the_service_ordered_them(letters):
    mail = OutboxMail.objects.first()
    began = timezone.now() - timedelta(hours=1)
    course = [State.SENT, State.DEFERRED, State.DEFERRED, State.DELIVERED]
    told = [
        reports.Report(state, str(mail.public_id), words=state.label, at=began + timedelta(seconds=number))
        for number, state in enumerate(course)
    ]
    at_once(*[lambda report=report: reports.note("abc123", report) for report in told])
    mail.refresh_from_db()
    assert (mail.state, mail.detail) == (State.DELIVERED, "Delivered")


def test_a_button_that_is_pressed_many_times_at_once_tests_once(letters, source, owner):
    outcomes = at_once(*[lambda: testmail.ask(letters, source)] * TIMES)
    assert Counter(map(type, outcomes)) == {str: 1, NotCallable: TIMES - 1}
    assert OutboxMail.objects.filter(kind=testmail.KIND, created_at__lte=timezone.now()).count() == 1
