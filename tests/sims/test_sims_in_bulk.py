"""One operation for many SIMs: selected in the list, rehearsed, and confirmed as a job."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import Operation
from extensions.core.services import configurations
from extensions.core.targets import Target
from extensions.sims.bulk import rehearsing
from extensions.sims.bulk.asking import REFRESH, STATE, Request
from extensions.sims.bulk.rehearsing import rehearse
from extensions.sims.models import CarrierPlans, Sim
from iotdash.organizations.jobs import selection
from iotdash.runtime.jobs import TooMany, running, steering
from iotdash.runtime.models import Job
from tests.cast import DeviceFactory
from tests.extensions.asking import activate
from tests.sims.sim_rows import add_account, make_devices, make_sims

URL = "/abc123/sims/bulk/"
RETIRE = {"what": "status", "status": "Retired"}


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def second(config, carrier, source):
    return add_account(config, carrier, source)


@pytest.fixture
def fleet(config, second, organization) -> list[Sim]:
    """Of two accounts: eight Activated, eight Deactivated, one that is Retired, one that the carrier lost."""
    sims = make_sims([config, second], make_devices(organization), 18)
    for number, sim in enumerate(sims):
        sim.state, sim.rate_plan, sim.missing_since = ("Activated", "Deactivated")[number % 2], "Small", None
    sims[16].state, sims[17].missing_since = "Retired", timezone.now()
    Sim.objects.bulk_update(sims, ["state", "rate_plan", "missing_since"])
    return sims


def rehearsed(client, given: dict) -> Job:
    answer = client.post(URL, {"everything": "1", **given})
    assert answer.status_code == 302, answer.content.decode()
    job = Job.objects.latest("pk")
    assert answer["Location"].endswith(f"/jobs/{job.public_id}/")
    return job


def left_out(job: Job) -> dict[str, str]:
    return dict(job.items.filter(state="left out").values_list("subject", "sentence"))


def test_the_list_lets_operators_tick_and_nobody_below(fleet, operator_client, developer_client):
    assert "Act on ticked" in operator_client.get("/abc123/sims/").content.decode()
    assert "data-tick" not in developer_client.get("/abc123/sims/").content.decode()
    assert developer_client.post(URL, {"everything": "1"}).status_code == 403


def test_ticked_sims_are_meant_and_those_of_others_are_not(fleet, operator_client, other_organization):
    foreign = Sim.objects.exclude(pk__in=[each.pk for each in fleet]).values_list("pk", flat=True)
    ticked = [f"{fleet[0].pk},{fleet[3].pk}", str(fleet[5].pk), "0", "9" * 30, *map(str, foreign)]
    page = operator_client.post(URL, {"sim": ticked}).content.decode()
    assert "3 selected SIMs" in page
    job = rehearsed(operator_client, {"everything": "", "sim": ticked, **RETIRE})
    assert set(job.items.values_list("target", flat=True)) == {fleet[0].pk, fleet[3].pk, fleet[5].pk}


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", 18), ("?state=Activated", 8), ("?q=MATCH", 1), ("state=Activated&q=MATCH", 1)],
)
def test_all_that_match_are_those_that_the_list_shows(fleet, operator_client, query, expected):
    query = query.replace("MATCH", fleet[0].subject)
    shown = operator_client.get(f"/abc123/sims/?{query.removeprefix('?')}").context["rows"]
    page = operator_client.post(URL, {"everything": "1", "query": query})
    assert page.context["count"] == len(shown) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"everything": ""}, "Nothing is selected"),
        ({"query": "nothing=such"}, "This list has no filter"),
        ({"query": "q=89nothing"}, "There are no SIMs: none of all that match the filter"),
        ({"everything": "", "sim": "0"}, "None of the ticked SIMs is there any more"),
        ({"everything": "", "sim": "9" * 5000}, "Nothing is selected"),
        ({"everything": "", "sim": ",".join(map(str, range(2_000_000_000, 2_000_050_001)))}, "A job takes 50,000"),
    ],
)
def test_what_cannot_be_meant_is_said(fleet, operator_client, given, words):
    answer = operator_client.post(URL, {"everything": "1", **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"what": "status"}, "Choose the new state."),
        ({"what": "rateplan"}, "Name the new rate plan."),
        ({"what": "sms", "message": " "}, "Write the message."),
        ({"what": "sms", "message": "x" * 161}, "161"),
        ({"what": "explode"}, "explode"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(fleet, operator_client, given, words):
    answer = operator_client.post(URL, {"everything": "1", "query": "state=Activated", **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="state=Activated"' in answer.content.decode()


def test_the_rehearsal_says_who_is_left_out_and_why(fleet, operator_client):
    job = rehearsed(operator_client, {"what": "status", "status": "Activated"})
    reasons = left_out(job)
    assert reasons[fleet[16].subject] == "It is Retired, and retired SIMs do not come back."
    assert reasons[fleet[17].subject] == "MeterCo does not know this SIM any more."
    assert {reasons[each.subject] for each in fleet[:16:2]} == {"It is Activated already."}
    assert len(reasons) == 10
    assert job.title == "Change activation state to Activated"


@pytest.mark.parametrize("given", [{"what": "status", "status": "Activated"}, {"what": REFRESH}])
def test_an_item_that_was_asked_nothing_leads_to_its_sim(fleet, operator_client, given):
    job = rehearsed(operator_client, given)
    page = operator_client.get(f"/abc123/jobs/{job.public_id}/?state=left+out").content.decode()
    assert f'<a href="/abc123/sims/{fleet[17].pk}/">{fleet[17].subject}</a>' in page


def test_the_job_says_what_was_selected_and_which_message_goes_out(fleet, operator_client, source):
    query = f"state=Activated&size=25&q={fleet[0].imsi}"
    job = rehearsed(operator_client, {"query": query, "what": "sms", "message": "Wake <up>"})
    for step in ("rehearsed", "confirmed"):
        page = operator_client.get(f"/abc123/jobs/{job.public_id}/").content.decode()
        assert "All that match the filter of the list (a search, state: Activated)" in page, step
        assert fleet[0].imsi not in page, step
        assert "Wake &lt;up&gt;" in page, step
        if step == "rehearsed":
            steering.confirm(job, source)


def test_a_plan_that_the_carrier_does_not_list_is_left_out(fleet, config, operator_client):
    CarrierPlans.objects.update_or_create(config=config, defaults={"names": ["Small"], "listed_at": timezone.now()})
    job = rehearsed(operator_client, {"what": "rateplan", "ratePlan": "Large"})
    assert set(left_out(job).values()) == {"MeterCo lists no plan Large.", "MeterCo does not know this SIM any more."}
    assert job.items.filter(state="waiting").count() == 9 - 1


def test_a_message_that_one_account_does_not_take_leaves_its_sims_out(fleet, carrier, config, source, operator_client):
    brief = add_account(config, carrier, source, "brief one")
    make_sims([brief], [], 2)
    job = rehearsed(operator_client, {"what": "sms", "message": "Longer than ten"})
    of_brief = job.items.filter(group=str(brief.pk))
    assert {item.state for item in of_brief} == {"left out"}
    assert "too long" in of_brief.first().sentence


def test_one_with_an_unsettled_request_is_left_out(fleet, config, source, operator_client, organization):
    activate(Target(config, registry.manifest(config.slug), fleet[0].subject), source)
    job = rehearsed(operator_client, {"what": "status", "status": "Inventory"})
    assert left_out(job)[fleet[0].subject] == "An earlier request of this kind has no outcome yet."


def test_what_waits_in_another_job_is_left_out_until_that_is_cancelled(fleet, operator_client, source):
    """Two people who start the same: the second one's rehearsal names the first one's job."""
    activate = {"what": "status", "status": "Activated"}
    first, unconfirmed = rehearsed(operator_client, activate), rehearsed(operator_client, activate)
    assert unconfirmed.items.filter(state="waiting").count() == 8
    steering.confirm(first, source)
    second = rehearsed(operator_client, activate)
    assert "another job, “Change activation state to Activated”" in left_out(second)[fleet[1].subject]
    assert not second.items.filter(state="waiting").exists()
    assert rehearsed(operator_client, {"what": "sms", "message": "x"}).items.filter(state="waiting").count() == 16
    steering.cancel(first, source)
    assert rehearsed(operator_client, activate).items.filter(state="waiting").count() == 8


@pytest.fixture
def ended(fleet, operator_client, source) -> Job:
    """Two of its SIMs failed, of one nobody knows."""
    job = rehearsed(operator_client, {"what": "status", "status": "Activated"})
    steering.confirm(job, source)
    job.items.filter(subject__in=[fleet[1].subject, fleet[3].subject]).update(state="failed")
    job.items.filter(subject=fleet[5].subject).update(state="unknown")
    job.items.filter(state="waiting").update(state="done")
    running.run(job.pk)
    return job


def test_what_a_job_did_not_do_is_acted_on_again(ended, fleet, operator_client, developer_client):
    address = f"/abc123/jobs/{ended.public_id}/"
    page = operator_client.get(address).content.decode()
    assert re.findall(r"Act on the [^<]+", page) == ["Act on the 2 failed", "Act on the 1 unknown"]
    assert "The service may have done what was asked for 1 of them" in page
    assert "Act on the" not in developer_client.get(address).content.decode()
    chosen = {"everything": "", "job": ended.public_id, "outcome": "failed"}
    page = operator_client.post(URL, chosen).content.decode()
    assert "2 selected SIMs" in page
    assert "Failed in the job “Change activation state to Activated”" in page
    job = rehearsed(operator_client, {**chosen, "what": "overview"})
    assert set(job.items.values_list("target", flat=True)) == {fleet[1].pk, fleet[3].pk}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"outcome": "cancelled"}, "None of the SIMs of this job is cancelled"),
        ({"outcome": "left out"}, "no such job of SIMs"),
        ({"outcome": "failed", "job": "1"}, "no such job of SIMs"),
        ({"outcome": "failed", "job": "0" * 32}, "no such job of SIMs"),
    ],
)
def test_a_job_that_is_not_there_selects_nothing(ended, operator_client, given, words):
    answer = operator_client.post(URL, {"job": ended.public_id, **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_jobs_of_other_things_or_of_others_select_no_sims(ended, operator_client, other_organization):
    for changes in ({"kind": "device tags"}, {"kind": "operation", "organization": other_organization.public_id}):
        Job.objects.filter(pk=ended.pk).update(**changes)
        answer = operator_client.post(URL, {"job": ended.public_id, "outcome": "failed"})
        assert "no such job of SIMs" in answer.content.decode(), changes


def test_a_job_that_goes_on_offers_no_second_one(fleet, operator_client, source):
    job = rehearsed(operator_client, {"what": "status", "status": "Activated"})
    steering.confirm(job, source)
    job.items.filter(subject=fleet[1].subject).update(state="failed")
    assert "Act on the" not in operator_client.get(f"/abc123/jobs/{job.public_id}/").content.decode()


def test_retiring_is_confirmed_by_typing_how_many(fleet, operator_client):
    job = rehearsed(operator_client, RETIRE)
    assert job.forecast["typed"] == 16
    assert "Type the number of items" in operator_client.get(f"/abc123/jobs/{job.public_id}/").content.decode()


def test_calls_and_time_are_a_range_and_the_slowest_account_says_how_long(fleet, organization, config, second, source):
    config.lane.per_second, second.lane.per_second = 2, 0.5
    config.lane.save()
    second.lane.save()
    job = rehearse(organization, Sim.objects.all(), Request(REFRESH), source)
    # One account has nine SIMs, the other eight that the carrier knows; a read takes one or two calls.
    assert job.forecast["calls"] == [17, 34]
    # At most, where every fourth call is somebody else's.
    assert job.forecast["seconds"] == [16.0, pytest.approx(32.0 * 4 / 3)]


def test_an_account_that_is_paused_is_noted(fleet, organization, config, source):
    configurations.pause(config, source)
    job = rehearse(organization, Sim.objects.all(), Request(REFRESH), source)
    (note,) = job.forecast["notes"]
    assert note.startswith('9 wait for “Main account”: "Main account" is paused by')


def test_confirmed_it_asks_each_eligible_one_once(fleet, operator_client, work, provider):
    job = rehearsed(operator_client, {"what": "status", "status": "Activated"})
    operator_client.post(f"/abc123/jobs/{job.public_id}/confirm/", {"stop_after": "3"})
    running.run(job.pk)
    asked = Operation.objects.all()
    assert sorted(each.subject for each in asked) == sorted(each.subject for each in fleet[1:16:2])
    assert {each.parameters["status"] for each in asked} == {"Activated"}
    assert {each.asked_by for each in asked} == {"operator@example.com"}
    devices = {each.subject: each.device_id for each in fleet}
    assert {each.subject: each.device_id for each in asked} == {each.subject: devices[each.subject] for each in asked}


def test_too_many_are_told_before_anything_is_chosen_or_written(
    fleet, organization, source, operator_client, monkeypatch
):
    for module in (selection, rehearsing):
        monkeypatch.setattr(module, "MOST_ITEMS", 17)
    answer = operator_client.post(URL, {"everything": "1"})
    assert answer.status_code == 422
    assert "Narrow the filter" in answer.content.decode()
    with pytest.raises(TooMany), CaptureQueriesContext(connection) as queries:
        rehearse(organization, Sim.objects.all(), Request(REFRESH), source)
    assert not [each for each in queries if each["sql"].startswith('INSERT INTO "runtime_jobitem"')]
    assert not Job.objects.exists()


def test_one_form_sent_twice_is_one_job_and_one_that_was_chosen_anew_another(fleet, operator_client):
    page = operator_client.post(URL, {"everything": "1"})
    key = re.search(r'name="form_key" value="([^"]+)"', page.content.decode())[1]
    sent = {"form_key": key, "what": "status", "status": "Deactivated"}
    first = rehearsed(operator_client, sent)
    assert rehearsed(operator_client, sent) == first
    assert rehearsed(operator_client, {**sent, "status": "Inventory"}) != first
    assert Job.objects.count() == 2


def test_the_rehearsal_costs_the_same_queries_however_many_sims(
    fleet, organization, source, django_assert_max_num_queries, config
):
    def queries_of(sims) -> int:
        with django_assert_max_num_queries(100) as counted:
            rehearse(organization, sims, Request(STATE, {"status": "Activated"}), source)
        return len(counted)

    few = queries_of(Sim.objects.filter(pk__in=[each.pk for each in fleet[:4]]))
    assert queries_of(Sim.objects.all()) == few


def test_a_rehearsal_asks_the_carrier_nothing(fleet, organization, source, messages):
    messages.clear()
    rehearse(organization, Sim.objects.all(), Request(STATE, {"status": "Activated"}), source)
    assert (messages, Operation.objects.count()) == ([], 0)


def test_sims_of_selected_devices_are_rehearsed_as_those_of_the_list_are(fleet, operator_client, developer_client):
    linked = [sim for sim in fleet if sim.device_id]
    ticked = {"of": "devices", "everything": "", "device": [str(sim.device_id) for sim in linked[:2]]}
    page = operator_client.post(URL, ticked)
    assert "2 selected SIMs" in page.content.decode()
    assert ("of", "devices") in page.context["selection"].hidden
    job = rehearsed(operator_client, {**ticked, "what": "status", "status": "Inventory"})
    assert set(job.items.values_list("target", flat=True)) == {sim.pk for sim in linked[:2]}
    everybody = operator_client.post(URL, {"of": "devices", "everything": "1", "query": "sim=Deactivated"})
    matching = [sim for sim in linked if sim.state == "Deactivated" and not sim.missing_since]
    assert everybody.context["count"] == len(matching)
    assert developer_client.post(URL, ticked).status_code == 403


def test_devices_without_sims_are_told(fleet, organization, operator_client):
    bare = DeviceFactory(organization=organization)
    answer = operator_client.post(URL, {"of": "devices", "device": str(bare.pk)})
    assert answer.status_code == 422
    assert "None of these devices has a SIM." in answer.content.decode()


def test_the_page_of_selected_devices_offers_sim_operations_to_operators(fleet, operator_client, developer_client):
    for client, may in ((operator_client, True), (developer_client, False)):
        page = client.post("/abc123/devices/bulk/", {"everything": "1"}).content.decode()
        assert ('action="/abc123/sims/bulk/"' in page) == may
