"""The pages of text messages: how far what was sent got, what SIMs sent back, and who may see it."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import InboundRecord, Throttled
from extensions.core.models import ExtensionConfig, Operation, State
from extensions.core.services import configurations
from extensions.sims import services
from extensions.sims.capability import SimCapability
from extensions.sims.contract import About, ReplyPage, SimReport, SmsReply, payload_of
from extensions.sims.models import ReceivedSms, ReportedSim
from extensions.sims.sync import reports
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

pytestmark = pytest.mark.slow

DEVICE = "/abc123/devices/pump/p1/extensions/meterco/messages/"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Answering(FleetCarrier):
    """A carrier whose SIMs send messages. `sent` is what it has of them; it tells `at_once` at a time.

    `looked` is what it was asked: the SIM, since when, and whether to go on.
    """

    of_all, at_once = False, 50

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[SmsReply] = []
        self.looked: list[tuple[str, datetime, bool]] = []

    def replies_are_of_all(self, settings) -> bool:
        return self.of_all

    def replies(self, context, subject: str, since: datetime, known, cursor) -> ReplyPage:
        self._called("replies", context)
        self.looked.append((subject, since, cursor is not None))
        mine = [reply for reply in self.sent if self.of_all or reply.subject == subject]
        left = [reply for reply in mine if (reply.at is None or reply.at >= since) and reply.reference not in known]
        left = [reply for reply in left if cursor is None or reply.reference < cursor["before"]]
        told = sorted(left, key=lambda reply: reply.reference, reverse=True)[: self.at_once]
        return ReplyPage(told, {"before": told[-1].reference} if len(told) < len(left) else None)


@pytest.fixture
def provider(monkeypatch):
    carrier = Answering()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    carrier.add("0001", "0002")
    return carrier


@pytest.fixture
def listed(config, later):
    """The SIMs are known, and nothing is to be done."""
    for _ in range(3):
        run(config)


def run(config) -> None:
    lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)


def report(config, subject: str, at: datetime | None = None) -> None:
    told = InboundRecord("key", payload_of(SimReport(subject, About.MESSAGE)), at)
    SimCapability().receive(config, [told])


def send(config, state: State = State.CONFIRMED, text: str = "hello", subject: str = "0001", **more) -> Operation:
    settled = None if state in (State.QUEUED, State.SENT, State.ACCEPTED) else timezone.now()
    known = {"organization": config.organization, "config": config, "subject": subject, "operation_id": "sms"}
    what = {"kind": "write", "parameters": {"message": text}, "state": state, "settled_at": settled}
    return Operation.objects.create(**known, **what, asked_by="owner@example.com", **more)


def rows(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def shown(client, path: str = DEVICE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "Queued"),
        (State.ACCEPTED, "Accepted, not delivered yet"),
        (State.CONFIRMED, "Delivered"),
        (State.TIMED_OUT, "Accepted, delivery not known"),
        (State.FAILED, "Failed"),
        (State.UNKNOWN, "Not known whether it was sent"),
    ],
)
def test_accepted_is_not_delivered(target, config, reader_client, state, words):
    send(config, state, sentence="The carrier says: Pending.")
    (row,) = rows(shown(reader_client))
    assert words in row
    assert "The carrier says: Pending." in row


def test_only_this_sims_messages_are_on_the_devices_page_newest_first(target, config, reader_client):
    for days, text in ((3, "old"), (1, "new")):
        send(config, text=text, asked_at=timezone.now() - timedelta(days=days))
    send(config, text="of another", subject="0002")
    page = shown(reader_client)
    assert [row.split()[0] for row in rows(page)] == ["new", "old"]
    assert "2 messages" in page


def test_it_looks_again_more_often_while_a_message_is_under_way(target, config, source, reader_client):
    send(config)
    assert 'hx-trigger="every 5s"' in shown(reader_client)
    send(config, State.ACCEPTED)
    assert 'hx-trigger="every 2s"' in shown(reader_client)
    configurations.pause(config, source)
    assert "hx-trigger" not in shown(reader_client).partition('id="sms-rows"')[2]


def asks_again(page: str) -> str:
    return html.unescape(re.search(r'id="sms-rows" hx-get="([^"]+)"', page).group(1))


def again(client, address: str):
    return client.get(address, headers={"hx-request": "true", "hx-target": "sms-rows"})


@pytest.mark.parametrize("what", ["state", "words", "received", "reported"])
def test_an_open_list_is_left_alone_until_something_is_new(target, config, provider, reader_client, what):
    message = send(config, State.ACCEPTED)
    path = f"{DEVICE}?show=received" if what in ("received", "reported") else f"{DEVICE}?size=25"
    address = asks_again(shown(reader_client, path))
    for _ in range(2):
        same = again(reader_client, address)
        assert (same.status_code, same.content) == (204, b"")
    changes = {
        "state": lambda: Operation.objects.filter(pk=message.pk).update(state=State.CONFIRMED),
        "words": lambda: Operation.objects.filter(pk=message.pk).update(sentence="The carrier says: Pending."),
        "received": lambda: services.store_replies(config, [SmsReply("0001", "41", "ok", AT)], AT),
        "reported": lambda: report(config, "0001"),
    }
    changes[what]()
    new = again(reader_client, address)
    assert (new.status_code, new.content.decode().strip()[:19]) == (200, '<div id="sms-rows" ')
    assert again(reader_client, asks_again(new.content.decode())).status_code == 204


def test_what_is_typed_into_the_search_stays_when_the_list_changes(target, config, reader_client):
    send(config, State.ACCEPTED)
    page = shown(reader_client, f"/abc123/extensions/{config.pk}/messages/?q=00")
    assert "SIM begins with" not in again(reader_client, asks_again(page).replace("seen=", "seen=0")).content.decode()
    assert page.index("SIM begins with") < page.index('id="sms-rows"')
    assert "q=00" in asks_again(page)


def test_while_nothing_is_asked_of_the_carrier_nobody_waits_for_replies(target, config, source, reader_client):
    report(config, "0001")
    assert "Asking…" in shown(reader_client, f"{DEVICE}?show=received")
    configurations.pause(config, source)
    assert "Asking…" not in shown(reader_client, f"{DEVICE}?show=received")


def test_many_messages_come_in_pages(target, config, reader_client):
    for number in range(60):
        send(config, text=f"n{number:02}", asked_at=AT + timedelta(minutes=number))
    first = shown(reader_client, f"{DEVICE}?size=25")
    assert "60 messages" in first
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    texts = [row.split()[0] for row in rows(first) + rows(shown(reader_client, DEVICE + following))]
    assert texts == [f"n{number:02}" for number in range(59, 9, -1)]


def test_the_configurations_page_has_all_sims_and_finds_one(target, config, reader_client):
    send(config, text="first", subject="0001")
    send(config, text="second", subject="0002")
    services.store_replies(config, [SmsReply("0002", "77", "pong", AT)], AT)
    path = f"/abc123/extensions/{config.pk}/messages/"
    assert len(rows(shown(reader_client, path))) == 2
    assert [row.split()[:1] for row in rows(shown(reader_client, f"{path}?q=0002"))] == [["second"]]
    (row,) = rows(shown(reader_client, f"{path}?show=received&q=0002"))
    assert row.startswith("pong 0002")
    nothing = shown(reader_client, f"{path}?show=received&q=0001")
    assert (rows(nothing), "Nothing found" in nothing, "Nothing received" in nothing) == ([], True, False)


def test_the_configurations_page_leads_to_each_sim(target, config, reader_client):
    known, gone = services.row_of(config, "0001"), "0003"
    send(config, subject=known.subject)
    send(config, subject=gone)
    page = shown(reader_client, f"/abc123/extensions/{config.pk}/messages/")
    assert re.findall(r'<a href="(/abc123/sims/\d+/)">(\d+)</a>', page) == [(f"/abc123/sims/{known.pk}/", "0001")]
    assert gone in page


def test_a_search_is_cleared_only_where_something_is_searched_for(target, config, reader_client):
    path = f"/abc123/extensions/{config.pk}/messages/"
    assert ">Clear</a>" not in shown(reader_client, path)
    assert 'href="?">Clear</a>' in shown(reader_client, f"{path}?q=00")
    assert 'href="?show=received">Clear</a>' in shown(reader_client, f"{path}?q=00&show=received")


def test_pages_lead_to_it(target, config, listed, reader_client):
    assert f'href="{DEVICE}"' in shown(reader_client, "/abc123/devices/pump/p1/extensions/meterco/")
    address = f"/abc123/extensions/{config.pk}/messages/"
    assert f'href="{address}"' in shown(reader_client, f"/abc123/extensions/{config.pk}/")


def test_readers_see_and_operators_send(target, reader_client, operator_client):
    assert "Send SMS" not in shown(reader_client)
    assert 'operations/sms/"' in shown(operator_client)


@pytest.mark.parametrize("query", ["?show=all", "?cursor=zzz", "?size=7"])
def test_an_address_that_makes_no_sense_is_refused(target, reader_client, query):
    assert reader_client.get(DEVICE + query).status_code == 400


def test_carriers_without_messages_have_no_such_page(target, config, reader_client, monkeypatch):
    monkeypatch.setattr(Answering, "supports", frozenset({"inventory", "terminal"}))
    paths = (DEVICE, f"/abc123/extensions/{config.pk}/messages/")
    assert [reader_client.get(path).status_code for path in paths] == [404, 404]
    assert "All messages" not in shown(reader_client, "/abc123/devices/pump/p1/extensions/meterco/")


def test_carriers_that_tell_nothing_of_replies_have_one_list(target, reader_client, monkeypatch):
    monkeypatch.setattr(Answering, "supports", FleetCarrier.supports - {"replies"})
    assert "Received" not in shown(reader_client)
    assert reader_client.get(f"{DEVICE}?show=received").status_code == 400
    assert reader_client.post(f"{DEVICE}ask/").status_code == 404


# --- Replies ----------------------------------------------------------------------------------------------------------


def test_a_reported_message_is_read_from_the_carrier_and_shown(target, config, provider, listed, reader_client, later):
    now = timezone.now()
    earlier = now - timedelta(minutes=2)
    provider.sent = [SmsReply("0001", "41", "valve shut", earlier), SmsReply("0001", "42", "ok", now)]
    report(config, "0001", now - timedelta(seconds=30))
    assert ReceivedSms.objects.count() == 0
    run(config)
    assert provider.looked == [("0001", now - timedelta(minutes=5, seconds=30), False)]
    newest, oldest = rows(shown(reader_client, f"{DEVICE}?show=received"))
    assert (newest.startswith("ok "), oldest.startswith("valve shut ")) == (True, True)
    assert not ReportedSim.objects.exists()


def test_a_message_that_was_told_again_is_kept_once(config, provider, listed):
    provider.sent = [SmsReply("0001", "41", "ok", None)]
    for _ in range(3):
        report(config, "0001")
        run(config)
    assert ReceivedSms.objects.count() == 1


def test_what_a_report_on_a_message_says_is_not_believed(config, provider, listed):
    payload = payload_of(SimReport("0001", About.MESSAGE)) | {"text": "open the gate"}
    SimCapability().receive(config, [InboundRecord("key", payload)])
    run(config)
    assert ReceivedSms.objects.count() == 0


def test_messages_and_the_sim_itself_are_two_things(config, provider, listed, later):
    later(minutes=10)
    run(config)
    reads = provider.asked["refresh"]
    report(config, "0001")
    SimCapability().receive(config, [InboundRecord("key", payload_of(SimReport("0001")))])
    run(config)
    assert (provider.asked["refresh"], len(provider.looked)) == (reads + 1, 1)


def test_throttling_loses_no_message(config, provider, listed, later):
    errors = [Throttled("Too many calls.")]

    def throttled() -> None:
        if errors:
            raise errors.pop()

    provider.before_call = throttled
    provider.sent = [SmsReply("0001", "41", "ok", timezone.now())]
    report(config, "0001")
    run(config)
    later(minutes=1)
    run(config)
    assert ReceivedSms.objects.get().text == "ok"


def test_a_carrier_without_replies_reads_the_sim_instead(config, provider, listed, monkeypatch, later):
    monkeypatch.setattr(Answering, "supports", FleetCarrier.supports - {"replies"})
    later(minutes=10)
    report(config, "0001")
    assert ReportedSim.objects.get().what == "sim"


def test_a_person_may_ask_for_what_came_in_the_last_day(target, config, provider, listed, reader_client):
    provider.sent = [SmsReply("0001", "41", "ok", timezone.now() - timedelta(hours=20))]
    answer = reader_client.post(f"{DEVICE}ask/", follow=True)
    assert answer.redirect_chain == [(f"{DEVICE}?show=received", 302)]
    page = answer.content.decode()
    assert "Asking…" in page
    assert 'hx-trigger="every 2s"' in page
    run(config)
    page = shown(reader_client, f"{DEVICE}?show=received")
    assert [row.split()[0] for row in rows(page)] == ["ok"]
    assert "Asking…" not in page


def test_while_paused_asking_says_why_it_cannot_be(target, config, source, listed, reader_client):
    configurations.pause(config, source)
    answer = reader_client.post(f"{DEVICE}ask/", follow=True)
    assert "is paused by" in answer.content.decode()
    assert not ReportedSim.objects.exists()


def test_many_replies_come_a_few_at_a_time_with_other_work_between(config, provider, listed, later):
    provider.at_once = 2
    provider.sent = [SmsReply("0001", f"4{number}", "ok", timezone.now()) for number in range(5)]
    report(config, "0001")
    later(seconds=1)
    SimCapability().receive(config, [InboundRecord("key", payload_of(SimReport("0002")))])
    later(seconds=1)
    order, refresh = [], provider.refresh
    provider.refresh = lambda *args: order.append("SIM") or refresh(*args)
    provider.before_call = lambda: order.append("call")
    run(config)
    assert (ReceivedSms.objects.count(), [goes_on for *_, goes_on in provider.looked]) == (5, [False, True, True])
    assert order == ["call", "SIM", "call", "call", "call"]
    assert not ReportedSim.objects.exists()


def test_of_a_list_of_all_sims_one_pass_serves_all_that_were_reported_on(config, provider, listed, later):
    provider.of_all, provider.at_once = True, 20
    provider.sent = [SmsReply(f"{number:04}", f"{100 + number}", "ok", timezone.now()) for number in range(90)]
    for number in range(90):
        report(config, f"{number:04}")
        later(seconds=1)
    for _ in range(3):
        run(config)
    assert (ReceivedSms.objects.count(), len(provider.looked)) == (90, 5)
    assert not ReportedSim.objects.exists()


def test_one_that_goes_further_back_has_a_pass_of_its_own(config, provider, listed):
    provider.of_all, now = True, timezone.now()
    provider.sent = [SmsReply("0001", "41", "new", now), SmsReply("0002", "40", "old", now - timedelta(minutes=50))]
    report(config, "0001", now)
    report(config, "0002", now - timedelta(minutes=50))
    run(config)
    assert set(ReceivedSms.objects.values_list("text", flat=True)) == {"new", "old"}


def test_reports_do_not_wait_for_a_pass_through_a_whole_day(config, provider, listed, later):
    provider.of_all, provider.at_once = True, 1
    provider.sent = [
        SmsReply("0001", f"{50 - hours}", "x", timezone.now() - timedelta(hours=hours)) for hours in range(20)
    ]
    reports.want_replies(config, "0001")
    report(config, "0002")
    later(seconds=1)
    run(config)
    assert [goes_on for *_, goes_on in provider.looked][:3] == [False, False, True]
    assert ReceivedSms.objects.count() == 20


@pytest.mark.parametrize("again", ["0001", "0002"])
def test_one_that_is_reported_on_during_the_pass_has_another(config, provider, listed, later, again):
    provider.of_all, provider.at_once = True, 1
    provider.sent = [SmsReply("0001", "41", "first", timezone.now()), SmsReply("0002", "42", "second", timezone.now())]

    def one_more() -> None:
        provider.before_call = lambda: None
        later(seconds=1)
        provider.sent.append(SmsReply(again, "43", "third", timezone.now()))
        report(config, again)

    def first() -> None:
        provider.before_call = one_more

    report(config, "0001")
    provider.before_call = first
    run(config)
    assert set(ReceivedSms.objects.values_list("text", flat=True)) == {"first", "second", "third"}
    assert not ReportedSim.objects.exists()


def test_messages_that_are_known_are_not_looked_at_again(target, config, provider, listed):
    send(config, reference="40")
    provider.of_all = True
    provider.sent = [SmsReply("0001", "40", "sent to it", timezone.now()), SmsReply("0001", "41", "ok", timezone.now())]
    report(config, "0001")
    run(config)
    assert [reply.text for reply in ReceivedSms.objects.all()] == ["ok"]


def test_what_a_person_asks_for_comes_before_what_carriers_reported(config, provider, listed, later):
    later(minutes=10)
    run(config)
    report(config, "0002")
    SimCapability().receive(config, [InboundRecord("key", payload_of(SimReport("0002")))])
    later(seconds=1)
    reports.want_replies(config, "0001")
    run(config)
    assert [subject for subject, *_ in provider.looked] == ["0001", "0002"]
    assert provider.asked["replies"] == 2


def test_a_person_who_asks_during_a_pass_begins_it_anew(config, provider, listed, later):
    provider.at_once = 1
    day = timezone.now() - timedelta(hours=20)
    provider.sent = [SmsReply("0001", "41", "of the day", day)]
    provider.sent += [SmsReply("0001", f"4{number}", "new", timezone.now()) for number in (2, 3)]

    def asks() -> None:
        provider.before_call = lambda: None
        later(seconds=1)
        reports.want_replies(config, "0001")

    report(config, "0001")
    provider.before_call = asks
    run(config)
    assert ReceivedSms.objects.count() == 3
    assert not ReportedSim.objects.exists()


def test_markup_in_a_message_is_text(target, config, reader_client):
    services.store_replies(config, [SmsReply("0001", "41", "<script>alert(1)</script>", AT)], AT)
    assert "<script>alert(1)" not in shown(reader_client, f"{DEVICE}?show=received")
