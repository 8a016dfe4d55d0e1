"""The pages of alerts and of their rules, and the bell."""

import re

import pytest

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Alert, AlertRule
from iotdash.runtime.outbox import Availability
from tests.organizations.alert_world import evaluate

RULES = "/abc123/alerts/rules/"
FORM = {"name": "Big tanks", "with-litres": "7", "remind": "24"}


@pytest.fixture
def alert(rule, tanks) -> Alert:
    tanks.full["north"] = "6 <litres>."
    evaluate(rule)
    return Alert.objects.get()


def text_of(answer) -> str:
    return answer.content.decode()


def bell(client) -> str:
    return re.search(r'class="bell-number">([^<]*)<', text_of(client.get("/abc123/"))).group(1)


def test_everybody_sees_open_alerts_and_the_bell_counts_them(alert, tanks, reader_client, other_owner_client):
    listed = text_of(reader_client.get("/abc123/alerts/"))
    assert "Tank north" in listed
    assert "6 &lt;litres&gt;." in listed
    assert bell(reader_client) == "1"
    assert "Tank north" not in text_of(reader_client.get("/abc123/alerts/resolved/"))
    elsewhere = text_of(other_owner_client.get("/xyz789/alerts/"))
    assert "There is no alert rule yet" in elsewhere
    assert other_owner_client.get(f"/abc123/alerts/{alert.pk}/").status_code == 404
    tanks.full.clear()
    evaluate(alert.rule)
    assert bell(reader_client) == "0"
    assert "It is empty." in text_of(reader_client.get("/abc123/alerts/resolved/"))


def test_the_bell_answers_nothing_while_it_is_as_the_page_has_it(alert, reader_client):
    url = "/abc123/alerts/bell/"
    assert reader_client.get(url, {"shown": "1"}, headers={"HX-Request": "true"}).status_code == 204
    rung = reader_client.get(url, {"shown": "0"}, headers={"HX-Request": "true"})
    assert 'class="bell-number">1<' in text_of(rung)


def test_an_alert_has_its_history_and_leads_to_what_it_is_about(alert, reader_client, tanks):
    tanks.full.clear()
    evaluate(alert.rule)
    page = text_of(reader_client.get(f"/abc123/alerts/{alert.pk}/"))
    assert page.index("Raised") < page.index("Resolved</th>")
    assert 'href="/tanks/north/"' in page
    assert "Tank full" in page


def test_the_list_is_searched_and_filtered_by_rule(alert, reader_client):
    assert "Tank north" in text_of(reader_client.get(f"/abc123/alerts/?q=tank&rule={alert.rule_id}"))
    assert "Nothing matches" in text_of(reader_client.get("/abc123/alerts/?q=other"))
    assert reader_client.get("/abc123/alerts/?rule=99999").status_code == 400


def test_only_what_never_ends_by_itself_is_resolved_by_hand(alert, tanks, operator_client, developer_client):
    url = f"/abc123/alerts/{alert.pk}/"
    assert developer_client.post(f"{url}resolve/").status_code == 403
    assert ">Resolve</button>" not in text_of(operator_client.get(url))
    operator_client.post(f"{url}resolve/")
    assert Alert.objects.get().resolved_at is None
    tanks.by_hand = True
    assert ">Resolve</button>" in text_of(operator_client.get(url))
    assert ">Resolve</button>" not in text_of(developer_client.get(url))
    operator_client.post(f"{url}resolve/")
    operator_client.post(f"{url}resolve/")
    assert Alert.objects.get().resolved_by == "operator@example.com"
    assert ActivityEntry.objects.filter(action="alert resolved").count() == 1


def test_all_of_a_rule_are_resolved_at_once_where_nothing_ends_by_itself(
    alert, tanks, operator_client, developer_client
):
    url = f"{RULES}{alert.rule_id}/"
    tanks.full["south"] = "9 litres."
    evaluate(alert.rule)
    assert developer_client.post(f"{url}resolve/").status_code == 403
    assert "Resolve all" not in text_of(operator_client.get(url))
    operator_client.post(f"{url}resolve/")
    assert Alert.objects.filter(resolved_at=None).count() == 2
    tanks.by_hand = True
    assert "Resolve all" in text_of(operator_client.get(url))
    operator_client.post(f"{url}resolve/")
    operator_client.post(f"{url}resolve/")
    assert set(Alert.objects.values_list("resolved_by", flat=True)) == {"operator@example.com"}
    assert ActivityEntry.objects.get(action="alerts resolved").details == {"alerts": 2}


def test_whoever_a_rule_names_stops_mail_to_themselves(rule, reader, reader_client, operator_client, organization):
    url = f"{RULES}{rule.pk}/"
    rule.recipients.add(organization.memberships.get(user=reader))
    assert "Stop mail to me" not in text_of(operator_client.get(url))
    assert "Stop mail to me" in text_of(reader_client.get(url))
    reader_client.post(f"{url}stop-mail/")
    assert [each.user.email for each in rule.recipients.all()] == ["owner@example.com"]
    assert "You get no more mail" in text_of(reader_client.get(url))
    reader_client.post(f"{url}stop-mail/")
    assert rule.recipients.count() == 1


def test_an_open_alert_says_that_nobody_looks_any_more(alert, tanks, operator_client, reader_client):
    url = f"/abc123/alerts/{alert.pk}/"
    assert "Its rule" not in text_of(reader_client.get(url))
    AlertRule.objects.update(sentence="The gauge is away.")
    assert "The gauge is away." in text_of(reader_client.get(url))
    operator_client.post(f"{RULES}{alert.rule_id}/pause/")
    assert "Its rule is paused" in text_of(reader_client.get(url))


def test_a_rule_says_what_becomes_of_its_mail(rule, transport, reader_client):
    url = f"{RULES}{rule.pk}/"
    for name in ("Mail waits", "No mail is sent"):
        assert name not in text_of(reader_client.get(url))
    transport.answer = Availability(offered=True, ready=False)
    assert "Mail waits" in text_of(reader_client.get(url))
    transport.answer = Availability(offered=False, ready=False)
    assert "No mail is sent" in text_of(reader_client.get(url))


def test_a_rule_is_set_in_two_steps(tanks, operator_client, organization, operator):
    assert "Tank full" in text_of(operator_client.get(f"{RULES}add/"))
    url = f"{RULES}add/?condition=tank-full"
    assert "Of which" not in text_of(operator_client.get(url))
    member = organization.memberships.get(user=operator)
    made = operator_client.post(url, FORM | {"recipients": [member.pk]})
    rule = AlertRule.objects.get()
    assert made["Location"] == f"{RULES}{rule.pk}/"
    assert (rule.parameters, rule.remind_hours, list(rule.recipients.all())) == ({"litres": 7}, 24, [member])
    page = text_of(operator_client.get(f"{RULES}{rule.pk}/"))
    for words in ("More than 7 litres", "operator@example.com", "Every day"):
        assert words in page, words
    entry = ActivityEntry.objects.get(action="alert rule added")
    assert entry.details == {
        "looks_for": "More than 7 litres",
        "reminded_every_hours": 24,
        "mail_to": ["operator@example.com"],
    }


def test_what_is_wrong_with_a_rule_is_said_in_its_form(rule, operator_client, other_organization, other_owner):
    url = f"{RULES}add/?condition=tank-full"
    assert operator_client.post(url, FORM | {"with-litres": "0"}).status_code == 422
    foreign = other_organization.memberships.get(user=other_owner)
    assert operator_client.post(url, FORM | {"recipients": [foreign.pk]}).status_code == 422
    twice = operator_client.post(url, FORM | {"name": "Full tanks"})
    assert twice.status_code == 422
    assert "There is an alert rule named “Full tanks” already." in text_of(twice)
    assert AlertRule.objects.count() == 1


def test_operators_change_mute_pause_and_delete_a_rule(rule, operator_client, developer_client, reader_client):
    one = f"{RULES}{rule.pk}/"
    assert "Full tanks" in text_of(reader_client.get(RULES))
    assert "Delete" not in text_of(reader_client.get(one))
    for what in ("change/", "pause/", "delete/"):
        assert developer_client.post(one + what, FORM).status_code == 403
    assert 'value="5"' in text_of(operator_client.get(f"{one}change/"))
    operator_client.post(f"{one}change/", FORM)
    for step, state in (("mute", "muted"), ("pause", "paused"), ("resume", "active")):
        operator_client.post(f"{one}{step}/")
        rule.refresh_from_db()
        assert (rule.name, rule.state) == ("Big tanks", state)
    assert operator_client.post(f"{one}explode/").status_code == 404
    assert "pause it instead" in text_of(operator_client.get(f"{one}delete/"))
    operator_client.post(f"{one}delete/")
    assert not AlertRule.objects.exists()


def test_operators_word_the_mail_and_no_list_means_no_mail(rule, tanks, operator_client, reader_client):
    url = "/abc123/alerts/wording/"
    assert reader_client.get(url).status_code == 403
    page = text_of(operator_client.get(url))
    assert "This is the original wording." in page
    assert "512 MB used" in page
    refused = operator_client.post(url, {"subject": "Moin", "body": "Look: {link}"})
    assert refused.status_code == 422
    assert "The text must contain {alerts}" in text_of(refused)
    saved = operator_client.post(url, {"subject": "Moin {rule}", "body": "{alerts}"})
    assert saved.status_code == 302
    tanks.full["north"] = "6 litres."
    evaluate(rule)
    from iotdash.organizations.alerts.composing import compose
    from iotdash.runtime.models import OutboxMail

    assert compose(OutboxMail.objects.get()).subject == "Moin Full tanks"
    operator_client.post(f"{url}original/")
    assert "This is the original wording." in text_of(operator_client.get(url))
