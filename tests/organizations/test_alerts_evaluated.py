"""Rules evaluated: raised once, resolved once, told once, whatever happens to the rule or to the evaluator."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.alerts import composing, evaluating, keeping, services, telling
from iotdash.organizations.alerts.conditions import CannotTell
from iotdash.organizations.models import Alert, AlertEvent, AlertNotice, AlertRule
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Availability
from tests.organizations.alert_world import alerts, evaluate, mail_texts, wanted

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def later(clock, **span) -> None:
    clock.move_to(timezone.now() + dt.timedelta(**span), tick=False)


def test_it_is_raised_once_and_told_once(rule, tanks, clock):
    tanks.full["north"] = "6 litres."
    for _ in range(3):
        evaluate(rule)
        later(clock, minutes=11)
    assert alerts() == ["Tank north"]
    (text,) = mail_texts()
    assert "New:\n- Tank north: 6 litres." in text
    assert list(AlertEvent.objects.values_list("what", "words")) == [("raised", "6 litres.")]


def test_it_is_resolved_once_and_raised_anew_when_it_is_true_again(rule, tanks, clock):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    tanks.full.clear()
    for _ in range(2):
        later(clock, minutes=11)
        evaluate(rule)
    assert (alerts(), alerts(resolved=True)) == ([], ["Tank north"])
    assert "Resolved:\n- Tank north: It is empty." in mail_texts()[1]
    tanks.full["north"] = "7 litres."
    later(clock, minutes=11)
    evaluate(rule)
    assert (alerts(), alerts(resolved=True), len(mail_texts())) == (["Tank north"], ["Tank north"], 3)


def test_what_happens_soon_after_a_mail_is_told_together_in_the_next(rule, tanks, clock):
    for name in ("a", "b", "c"):
        tanks.full[name] = "Full."
        evaluate(rule)
        later(clock, minutes=1)
    assert len(mail_texts()) == 1
    later(clock, minutes=10)
    evaluate(rule)
    first, second = mail_texts()
    assert "Tank a" in first
    assert "Tank b" not in first
    assert "2 new alerts" in second
    assert "Tank b" in second
    assert "Tank c" in second


def test_it_reminds_at_the_chosen_interval_while_it_is_open(rule, tanks, clock):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    later(clock, hours=3, minutes=59)
    evaluate(rule)
    assert len(mail_texts()) == 1
    for count in (2, 3):
        later(clock, hours=4)
        evaluate(rule)
        evaluate(rule)
        assert len(mail_texts()) == count
    assert "Still open:\n- Tank north: 6 litres." in mail_texts()[-1]
    assert Alert.objects.get().reminders == 2
    tanks.full.clear()
    evaluate(rule)
    later(clock, days=2)
    evaluate(rule)
    assert len(mail_texts()) == 4


def test_an_occurrence_is_told_once_and_a_new_one_again(rule, tanks, clock):
    tanks.full["north"], tanks.marks["north"] = "Spilled once.", "1"
    for _ in range(2):
        evaluate(rule)
        later(clock, minutes=11)
    tanks.full["north"], tanks.marks["north"] = "Spilled twice.", "2"
    evaluate(rule)
    assert list(AlertEvent.objects.values_list("what", flat=True)) == ["raised", "changed"]
    services.resolve(services.Source("owner@example.com", "abc123"), Alert.objects.get())
    later(clock, minutes=11)
    evaluate(rule)
    assert (alerts(), Alert.objects.count()) == ([], 1)
    assert [text.count("Changed:") for text in mail_texts()] == [0, 1, 0]


def test_a_paused_rule_leaves_its_alerts_as_they_are(rule, tanks, source, clock):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    services.set_state(source, rule, AlertRule.State.PAUSED)
    tanks.full = {"south": "9 litres."}
    asked = tanks.asked
    later(clock, days=1)
    evaluate(rule)
    evaluating.receive(rule.pk, AlertRule.objects.get().next_at)
    assert (tanks.asked, alerts()) == (asked, ["Tank north"])
    assert mail_texts() == [""]
    services.set_state(source, rule, AlertRule.State.ACTIVE)
    evaluate(rule)
    assert (alerts(), alerts(resolved=True)) == (["Tank south"], ["Tank north"])


def test_a_muted_rule_raises_and_mails_nothing_later_neither(rule, tanks, source, clock):
    services.set_state(source, rule, AlertRule.State.MUTED)
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    assert (alerts(), OutboxMail.objects.count()) == (["Tank north"], 0)
    services.set_state(source, rule, AlertRule.State.ACTIVE)
    later(clock, minutes=30)
    evaluate(rule)
    assert OutboxMail.objects.count() == 0


def test_deleting_a_rule_resolves_what_is_open_and_withdraws_its_mail(rule, tanks, source):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    services.delete(source, rule)
    alert = Alert.objects.get()
    assert (alert.rule, alert.rule_name, alert.resolution) == (None, "Full tanks", "The rule was deleted.")
    assert mail_texts() == [""]
    evaluating.run(rule.pk)
    assert ActivityEntry.objects.filter(action="alert rule deleted").count() == 1


def test_a_changed_rule_resolves_what_it_does_not_look_for_any_more(rule, tanks, source, membership):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    services.change(source, rule, wanted("Fuller tanks", membership))
    tanks.full.clear()
    evaluate(rule)
    assert alerts(resolved=True) == ["Tank north"]
    assert AlertRule.objects.get().name == "Fuller tanks"


def test_killed_between_the_alert_and_its_mail_it_is_told_once_by_the_next(rule, tanks, monkeypatch, clock):
    tanks.full["north"] = "6 litres."

    def killed(rule):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(telling, "tell", killed)
        with pytest.raises(SystemExit):
            evaluate(rule)
    assert (alerts(), OutboxMail.objects.count()) == (["Tank north"], 0)
    evaluate(rule)
    later(clock, minutes=11)
    evaluate(rule)
    assert (len(mail_texts()), AlertNotice.objects.count(), AlertEvent.objects.count()) == (1, 1, 1)


def test_killed_while_mail_is_queued_nothing_of_it_is_kept(rule, tanks, monkeypatch, clock):
    tanks.full["north"] = "6 litres."
    with monkeypatch.context() as patched:
        patched.setattr(telling, "_note_reminded", lambda *args, **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            evaluate(rule)
    assert (OutboxMail.objects.count(), AlertNotice.objects.count()) == (0, 0)
    evaluate(rule)
    assert len(mail_texts()) == 1


def wait_for_the_service() -> None:
    OutboxMail.objects.filter(settled_at=None).update(state=OutboxMail.State.WAITING)


def test_while_mail_waits_for_its_service_what_happens_is_kept_for_one_more(rule, tanks, clock):
    """Else whoever mends the service after a week is sent a hundred reminders at once."""
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    wait_for_the_service()
    for count in range(3):
        tanks.full[f"south {count}"] = "9 litres."
        later(clock, hours=5)
        evaluate(rule)
    assert OutboxMail.objects.count() == 1
    OutboxMail.objects.update(state=OutboxMail.State.SENT, settled_at=timezone.now())
    evaluate(rule)
    assert "3 new alerts, 1 still open" in mail_texts()[-1]
    assert OutboxMail.objects.count() == 2


def test_without_a_mail_service_nothing_is_queued_and_its_setup_tells_nothing_old(rule, tanks, transport, clock):
    transport.answer = Availability(offered=False, ready=False)
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    assert (alerts(), OutboxMail.objects.count()) == (["Tank north"], 0)
    transport.answer = Availability(offered=True, ready=True)
    later(clock, hours=1)
    evaluate(rule)
    assert OutboxMail.objects.count() == 0
    later(clock, hours=4)
    evaluate(rule)
    assert "1 still open" in mail_texts()[0]


def test_nobody_is_noted_as_reminded_where_no_mail_is_sent(rule, tanks, clock):
    rule.recipients.clear()
    tanks.full["north"] = "6 litres."
    for _ in range(2):
        evaluate(rule)
        later(clock, days=1)
    assert Alert.objects.get().reminders == 0
    assert list(AlertEvent.objects.values_list("what", flat=True)) == ["raised"]


def test_what_comes_and_goes_is_told_each_time_and_of_many_there_is_one_mail(rule, tanks, clock):
    for _ in range(2):
        tanks.full = {f"{n:03}": "Full." for n in range(300)}
        evaluate(rule)
        tanks.full = {}
        evaluate(rule)
    assert len(mail_texts()) == 1
    later(clock, minutes=11)
    evaluate(rule)
    first, second = mail_texts()
    assert "300 new alerts of" in first
    assert "300 new alerts, 600 resolved of" in second
    assert first.count("- Tank") == telling.LINES
    assert "and 280 more" in first


def test_mail_says_that_the_rule_cannot_tell_all(rule, tanks, clock):
    tanks.full["north"] = "6 litres."
    evaluate(rule)

    def cannot(rule, most):
        raise CannotTell("The gauge is away.")

    tanks.news = cannot
    later(clock, hours=4)
    evaluate(rule)
    assert "The rule cannot tell all: The gauge is away." in mail_texts()[-1]


def test_a_member_takes_themselves_off_a_rule_and_queued_mail_is_withdrawn(rule, tanks, source, membership):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    (mail,) = OutboxMail.objects.all()
    message, page = composing.compose(mail), f"http://127.0.0.1:8000/abc123/alerts/rules/{rule.pk}/"
    assert page in message.text
    assert f'href="{page}"' in message.html
    assert services.stop_mail(source, rule, membership)
    assert not services.stop_mail(source, rule, membership)
    assert mail_texts() == [""]
    assert ActivityEntry.objects.get(action="alert mail stopped").details == {"for_member": "owner@example.com"}


def test_of_two_evaluators_that_read_the_same_one_writes(rule, tanks):
    """The second comes in between: after the first has read what is true, before it writes."""
    tanks.full["north"] = "6 litres."
    plain = tanks.news

    def overtaken(rule, most):
        tanks.news, found = plain, plain(rule, most)
        evaluating.run(rule.pk)
        return found

    tanks.news = overtaken
    evaluating.run(rule.pk)
    assert (alerts(), AlertEvent.objects.count(), len(mail_texts())) == (["Tank north"], 1, 1)


def test_the_database_keeps_a_second_open_alert_of_a_subject_out(rule, tanks):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    twin = Alert.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_one_message_is_taken_once_and_a_lost_evaluator_is_followed(rule, tanks, clock):
    due = AlertRule.objects.get().next_at
    tanks.news = lambda rule, most: (_ for _ in ()).throw(SystemExit)
    with pytest.raises(SystemExit):
        evaluating.receive(rule.pk, due)
    del tanks.news
    evaluating.receive(rule.pk, due)
    assert tanks.asked == 0
    later(clock, minutes=3)
    evaluating.receive(rule.pk, AlertRule.objects.get().next_at)
    assert tanks.asked == 1


def test_more_than_a_thousand_are_not_raised_and_the_rule_says_so(rule, tanks, monkeypatch):
    monkeypatch.setattr(evaluating, "MOST_OPEN", 5)
    monkeypatch.setattr(evaluating, "AT_ONCE", 2)
    tanks.full = {f"{n:02}": "Full." for n in range(12)}
    assert evaluate(rule).sentence == evaluating.FULL
    assert len(alerts()) == 5
    tanks.full = {f"{n:02}": "Full." for n in range(5)}
    assert evaluate(rule).sentence == evaluating.FULL
    assert "5 new alerts" in mail_texts()[0]
    tanks.full = {f"{n:02}": "Full." for n in range(8, 12)}
    assert evaluate(rule).sentence == ""
    assert len(alerts()) == 4


def test_mail_goes_to_named_members_while_they_are_members(rule, tanks, organization, membership, operator, source):
    other = organization.memberships.get(user=operator)
    services.change(source, rule, wanted("Full tanks", membership, other))
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    assert [bool(text) for text in mail_texts()] == [True, True]
    other.role, other.blocked_at = "reader", timezone.now()
    other.save()
    assert [bool(text) for text in mail_texts()] == [True, False]
    other.delete()
    assert [bool(text) for text in mail_texts()] == [True, False]
    assert rule.recipients.count() == 1


def test_hostile_words_reach_mail_as_text_without_addresses(rule, tanks):
    tanks.full["<b>x</b>"] = "See https://evil.example/ now\r\nBcc: a@b.c\x00"
    tanks.full["y{link}"] = "<script>alert(1)</script> {organization}"
    evaluate(rule)
    (mail,) = OutboxMail.objects.all()
    message = composing.compose(mail)
    assert "evil.example" not in message.text + message.html
    assert "- Tank y{link}: <script>alert(1)</script> {organization}" in message.text
    assert "<script>" not in message.html
    assert "<b>x" not in message.html
    assert "\n" not in message.subject


def test_what_is_not_installed_is_said_and_changes_nothing(rule, tanks, monkeypatch):
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    from iotdash.organizations.alerts import conditions

    monkeypatch.delitem(conditions._conditions, tanks.name)
    assert evaluate(rule).sentence == evaluating.NOT_INSTALLED
    assert alerts() == ["Tank north"]


def test_old_ones_are_forgotten_and_open_ones_are_not(rule, tanks, clock):
    tanks.full = {"north": "Full.", "south": "Full."}
    evaluate(rule)
    del tanks.full["south"]
    evaluate(rule)
    later(clock, days=366)
    keeping.forget_old()
    assert (alerts(), alerts(resolved=True), AlertNotice.objects.count()) == (["Tank north"], [], 0)
