"""Tags for many devices at once: selected in the list, rehearsed, and done as a job."""

import re

import pytest

from devices.bulk import tagging
from devices.models import Device
from devices.services import delete_device
from devices.tags import queries, services
from iotdash.runtime.jobs import running, steering
from iotdash.runtime.models import Job
from tests.cast import DeviceFactory
from tests.devices.pages import LIST, text_of

URL = f"{LIST}bulk/"


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def fleet(organization, pump, source) -> list[Device]:
    """The first three are north, the first is full of tags."""
    devices = [DeviceFactory(organization=organization, device_type=pump, device_id=f"d{n}") for n in range(8)]
    for device in devices[:3]:
        services.set_tags(device, ["north"], source)
    services.set_tags(devices[0], ["north", *map(str, range(19))], source)
    return devices


def rehearsed(client, given: dict) -> Job:
    answer = client.post(URL, {"everything": "1", "what": "add", **given})
    assert answer.status_code == 302, text_of(answer)
    job = Job.objects.latest("pk")
    assert answer["Location"].endswith(f"/jobs/{job.public_id}/")
    return job


def done(job: Job, source) -> Job:
    steering.confirm(job, source)
    running.run(job.pk)
    job.refresh_from_db()
    return job


def tags_of(device: Device) -> list[str]:
    device.refresh_from_db()
    return [tag.name for tag in queries.of_device(device)]


def states(job: Job) -> dict[str, tuple[str, str]]:
    return {item.subject: (item.state, item.sentence) for item in job.items.all()}


def test_the_list_lets_developers_tick_and_nobody_below(fleet, developer_client, analyst_client):
    assert "Act on ticked" in text_of(developer_client.get(LIST))
    assert "data-tick" not in text_of(analyst_client.get(LIST))
    assert analyst_client.post(URL, {"everything": "1"}).status_code == 403


def test_ticked_devices_are_meant_and_those_of_others_are_not(fleet, developer_client, other_organization):
    foreign = DeviceFactory(organization=other_organization)
    ticked = [f"{fleet[3].pk},{fleet[4].pk}", str(fleet[5].pk), "0", "9" * 30, str(foreign.pk)]
    assert "3 selected devices" in text_of(developer_client.post(URL, {"device": ticked}))
    job = rehearsed(developer_client, {"everything": "", "device": ticked, "tags": "south"})
    assert set(job.items.values_list("target", flat=True)) == {fleet[3].pk, fleet[4].pk, fleet[5].pk}


@pytest.mark.parametrize(
    ("query", "expected"), [("", 8), ("?tags=north", 3), ("q=d7", 1), ("tags-none=north&q=d&sort=-model", 5)]
)
def test_all_that_match_are_those_that_the_list_shows(fleet, developer_client, query, expected):
    shown = developer_client.get(f"{LIST}?{query.removeprefix('?')}").context["rows"]
    page = developer_client.post(URL, {"everything": "1", "query": query})
    assert page.context["count"] == len(shown) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"everything": ""}, "Nothing is selected. Tick devices"),
        ({"query": "nothing=such"}, "This list has no filter"),
        ({"what": "add"}, "Name the tags."),
        ({"what": "explode", "tags": "a"}, "explode"),
        ({"what": "add", "tags": "x" * 41}, "1 to 40 characters"),
    ],
)
def test_what_cannot_be_meant_is_said(fleet, developer_client, given, words):
    answer = developer_client.post(URL, {"everything": "1", **given})
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_the_rehearsal_says_what_is_left_out_and_why_and_changes_nothing(fleet, developer_client):
    job = rehearsed(developer_client, {"tags": "North, spare"})
    assert job.title == "Add tags North, spare"
    assert states(job)["pump/d0"] == ("left out", "It would have more than 20 tags.")
    assert job.items.filter(state="waiting").count() == 7
    again = rehearsed(developer_client, {"tags": "NORTH"})
    assert again.items.filter(sentence="It has these tags already.").count() == 3
    none = rehearsed(developer_client, {"what": "remove", "tags": "spare, north"})
    assert none.items.filter(sentence="It has none of these tags.").count() == 5
    assert tags_of(fleet[3]) == []


def test_one_form_sent_twice_is_one_job_and_one_that_was_chosen_anew_another(fleet, developer_client):
    page = text_of(developer_client.post(URL, {"everything": "1"}))
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    first = rehearsed(developer_client, {"form_key": key, "tags": "spare"})
    assert rehearsed(developer_client, {"form_key": key, "tags": "spare"}) == first
    assert rehearsed(developer_client, {"form_key": key, "tags": "hot"}) != first


def test_the_job_adds_and_removes_and_leads_to_the_devices(fleet, developer_client, source):
    job = done(rehearsed(developer_client, {"tags": "spare, hot"}), source)
    assert 'name="job"' not in text_of(developer_client.get(f"/abc123/jobs/{job.public_id}/"))
    assert job.forecast["told"] == [["Selected when rehearsed", "All devices of the organization"]]
    assert job.state == "finished"
    assert tags_of(fleet[7]) == ["hot", "spare"]
    assert tags_of(fleet[1]) == ["hot", "north", "spare"]
    assert "/abc123/devices/pump/d7/" in text_of(developer_client.get(f"/abc123/jobs/{job.public_id}/"))
    done(rehearsed(developer_client, {"what": "remove", "tags": "SPARE, north"}), source)
    assert tags_of(fleet[7]) == tags_of(fleet[1]) == ["hot"]
    assert len(tags_of(fleet[0])) == 19


def test_devices_of_a_cancelled_job_are_acted_on_again(fleet, developer_client, source):
    job = rehearsed(developer_client, {"tags": "spare"})
    steering.confirm(job, source)
    steering.cancel(job, source)
    running.run(job.pk)
    assert "Act on the 7 cancelled" in text_of(developer_client.get(f"/abc123/jobs/{job.public_id}/"))
    chosen = {"everything": "", "job": job.public_id, "outcome": "cancelled"}
    assert rehearsed(developer_client, {**chosen, "tags": "spare"}).items.count() == 7


def test_what_changed_since_the_rehearsal_is_judged_anew(fleet, developer_client, source):
    job = rehearsed(developer_client, {"tags": "spare"})
    delete_device(fleet[4], source)
    services.set_tags(fleet[5], ["spare"], source)
    services.set_tags(fleet[6], map(str, range(20)), source)
    done(job, source)
    found = states(job)
    assert found["pump/d4"] == ("failed", "The device was deleted.")
    page = text_of(developer_client.get(f"/abc123/jobs/{job.public_id}/"))
    assert ("/devices/pump/d4/" in page, "/devices/pump/d7/" in page) == (False, True)
    assert found["pump/d5"] == ("left out", "It has these tags already.")
    assert found["pump/d6"] == ("left out", "It would have more than 20 tags.")
    assert found["pump/d7"] == ("done", "")


def test_more_tags_than_an_organization_may_have_fail_in_words(fleet, developer_client, source, monkeypatch):
    job = rehearsed(developer_client, {"tags": "spare"})
    monkeypatch.setattr(queries, "MOST", 20)
    done(job, source)
    assert states(job)["pump/d7"] == (
        "failed",
        "An organization has 20 tags at most. Delete some that are not needed.",
    )


def test_a_job_of_a_thousand_devices_asks_little_more_than_one_of_ten(
    organization, pump, source, django_assert_max_num_queries
):
    made = {"organization": organization, "device_type": pump, "registered_by": "owner@example.com"}
    Device.objects.bulk_create(Device(device_id=f"d{n}", **made) for n in range(1000))
    job = tagging.rehearse(organization, organization.devices.all(), tagging.ADD, ["a", "b"], source)
    steering.confirm(job, source)
    with django_assert_max_num_queries(100):
        running.run(job.pk)
    assert job.items.filter(state="done").count() == 1000
