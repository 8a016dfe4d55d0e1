"""The pages of jobs: a rehearsal that is confirmed, progress, steering, and what became of each item."""

from io import BytesIO

import pytest
from django.db import connection
from django.template.loader import render_to_string
from openpyxl import load_workbook

from iotdash.audit.services import Source
from iotdash.organizations.jobs import queries
from iotdash.organizations.roles import OPERATE
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Draft, Outcome, kinds, messages, running, steering
from iotdash.runtime.models import Job, JobItem
from tests.runtime.errands import SOMEBODY, Errands

LEFT_OUT = Outcome(JobItem.State.LEFT_OUT, "It is retired.")


@pytest.fixture(autouse=True)
def errands(monkeypatch) -> Errands:
    monkeypatch.setattr(messages, "_send", lambda job_id, at: None)
    errands = Errands()
    errands.action = OPERATE
    monkeypatch.setitem(kinds._kinds, errands.name, errands)
    return errands


@pytest.fixture
def rehearsed(source) -> Job:
    drafts = [Draft("=first"), Draft("second"), Draft("third", outcome=LEFT_OUT)]
    return jobs.rehearse(source, "errand", "Run errands", drafts)


def url(job: Job, what: str = "") -> str:
    return f"/abc123/jobs/{job.public_id}/{what}"


def state_of(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_rehearsal_says_what_would_be_done_and_what_is_left_out(rehearsed, operator_client):
    Job.objects.filter(pk=rehearsed.pk).update(forecast={"calls": [4, 6], "seconds": [200, 400]})
    text = operator_client.get(url(rehearsed)).content.decode()
    for words in ("Not confirmed", "1: It is retired.", "4 to 6", "3 min to 7 min", "Discard"):
        assert words in text, words


def test_confirming_holds_it_and_sets_how_many_errors_it_may_have(rehearsed, operator_client):
    answer = operator_client.post(url(rehearsed, "confirm/"), {"hold": "30", "stop_after": "5"}, follow=True)
    assert "It is held until its time comes." in answer.content.decode()
    rehearsed.refresh_from_db()
    assert (rehearsed.state, rehearsed.stop_after, rehearsed.asked_by) == ("held", 5, "operator@example.com")
    page = operator_client.get(url(rehearsed)).content.decode()
    assert "Begin now" in page
    operator_client.post(url(rehearsed, "send-now/"))
    assert state_of(rehearsed) == "running"


def test_what_is_irreversible_needs_its_number_typed(rehearsed, operator_client):
    Job.objects.filter(pk=rehearsed.pk).update(forecast={"typed": 2, "warning": "Retired SIMs never come back."})
    refused = operator_client.post(url(rehearsed, "confirm/"), {"stop_after": "10", "typed": "3"})
    assert refused.status_code == 422
    assert "Type 2 to confirm" in refused.content.decode()
    assert state_of(rehearsed) == "rehearsed"
    operator_client.post(url(rehearsed, "confirm/"), {"stop_after": "10", "typed": "2"})
    assert state_of(rehearsed) == "running"


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        (" 12345 ", "running"),
        ("12,345", "running"),
        ("12\u202f345", "running"),
        ("12.345", "running"),
        ("123,45", "rehearsed"),
        ("12345.0", "rehearsed"),
        ("", "rehearsed"),
    ],
)
def test_the_number_may_be_typed_as_people_write_numbers(rehearsed, operator_client, typed, state):
    Job.objects.filter(pk=rehearsed.pk).update(forecast={"typed": 12345})
    operator_client.post(url(rehearsed, "confirm/"), {"stop_after": "10", "typed": typed})
    assert state_of(rehearsed) == state


def test_confirmed_twice_it_goes_on_and_says_so_whatever_was_typed(rehearsed, operator_client):
    operator_client.post(url(rehearsed, "confirm/"), {"hold": "30", "stop_after": "5"})
    again = operator_client.post(url(rehearsed, "confirm/"), {"hold": "x", "stop_after": "-1"}, follow=True)
    assert again.status_code == 200
    assert "This job is held by now." in again.content.decode()
    rehearsed.refresh_from_db()
    assert (rehearsed.state, rehearsed.stop_after) == ("held", 5)


def test_it_is_paused_resumed_and_cancelled_on_its_page(rehearsed, operator_client):
    operator_client.post(url(rehearsed, "confirm/"), {"stop_after": ""})
    for step, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        operator_client.post(url(rehearsed, f"{step}/"))
        assert state_of(rehearsed) == state
    late = operator_client.post(url(rehearsed, "pause/"), follow=True).content.decode()
    assert "This job is cancelled by now." in late


def test_progress_tells_the_items_when_the_job_has_ended(rehearsed, operator_client):
    steering.confirm(rehearsed, SOMEBODY)
    asked = {"HX-Request": "true", "HX-Target": "progress"}
    assert "HX-Trigger" not in operator_client.get(url(rehearsed), headers=asked).headers
    assert "job:ended from:body" in operator_client.get(url(rehearsed)).content.decode()
    steering.cancel(rehearsed, SOMEBODY)
    running.run(rehearsed.pk)
    assert operator_client.get(url(rehearsed), headers=asked).headers["HX-Trigger"] == "job:ended"
    assert "HX-Trigger" not in operator_client.get(url(rehearsed)).headers


def test_a_rehearsal_can_be_thrown_away_and_a_job_can_not(rehearsed, operator_client, source):
    steering.confirm(rehearsed, source)
    operator_client.post(url(rehearsed, "discard/"))
    assert state_of(rehearsed) == "running"
    other = jobs.rehearse(source, "errand", "Other errands", [Draft("a")])
    operator_client.post(url(other, "discard/"))
    assert not Job.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("step", ["confirm", "pause", "cancel", "discard"])
def test_who_could_not_ask_for_it_sees_it_and_may_not_steer_it(rehearsed, developer_client, step):
    assert developer_client.get(url(rehearsed)).status_code == 200
    assert "Discard" not in developer_client.get(url(rehearsed)).content.decode()
    assert developer_client.post(url(rehearsed, f"{step}/")).status_code == 403


def test_another_organization_has_no_such_job(rehearsed, other_owner_client, other_organization):
    address = url(rehearsed).replace("abc123", other_organization.public_id)
    assert other_owner_client.get(address).status_code == 404


def test_items_are_filtered_and_searched(rehearsed, reader_client):
    def listed(query: str) -> list[str]:
        return [each.row.subject for each in reader_client.get(url(rehearsed) + query).context["rows"]]

    assert listed("") == ["=first", "second", "third"]
    assert listed("?state=left+out") == ["third"]
    assert listed("?q=sec") == ["second"]
    assert reader_client.get(url(rehearsed) + "?state=lost").status_code == 400


def test_results_are_a_file_that_runs_nothing_in_a_spreadsheet(rehearsed, analyst_client):
    answer = analyst_client.get(url(rehearsed, "results.csv"))
    assert answer["Content-Disposition"] == 'attachment; filename="run-errands-results.csv"'
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1] == "1,'=first,Waiting,,,"
    assert lines[3].startswith("3,third,Left out,It is retired.,,")


def test_results_are_a_workbook_too_that_rounds_no_long_number(source, analyst_client):
    job = jobs.rehearse(source, "errand", "Run errands", [Draft("89014103211118510720")])
    content = b"".join(analyst_client.get(url(job, "results.xlsx")).streaming_content)
    (sheet,) = load_workbook(BytesIO(content)).worksheets
    assert [cell.value for cell in sheet[2]][:3] == ["1", "89014103211118510720", "Waiting"]


def test_whoever_may_not_export_lists_is_not_offered_the_results(rehearsed, reader_client, analyst_client):
    assert "results.csv" in analyst_client.get(url(rehearsed)).content.decode()
    assert "results.csv" not in reader_client.get(url(rehearsed)).content.decode()
    assert reader_client.get(url(rehearsed, "results.csv")).status_code == 403


def test_the_list_shows_how_far_each_is(rehearsed, reader_client, source, errands):
    steering.confirm(rehearsed, source)
    rehearsed.items.filter(subject="second").update(state="failed")
    (row,) = reader_client.get("/abc123/jobs/").context["rows"]
    assert (row.settled, row.to_do) == (1, 2)
    assert "1 failed" in reader_client.get("/abc123/jobs/").content.decode()
    assert list(reader_client.get("/abc123/jobs/?state=paused").context["rows"]) == []


def test_the_list_costs_the_same_however_many_jobs_there_are(reader_client, source, django_assert_max_num_queries):
    for number in range(12):
        jobs.rehearse(source, "errand", f"Errands {number}", [Draft("a"), Draft("b")])
    reader_client.get("/abc123/jobs/")
    with django_assert_max_num_queries(9):
        assert len(reader_client.get("/abc123/jobs/").context["rows"]) == 12


def test_what_a_program_asked_for_is_told_by_its_key(organization, reader_client):
    program = Source("a-abc123-abcdefghij", "abc123", via="api")
    job = jobs.rehearse(program, "errand", "Nightly", [Draft("a")])
    assert "a-abc123-abcdefghij" in reader_client.get(url(job)).content.decode()


def test_items_of_jobs_that_have_ended_are_not_counted_again(rehearsed, operator_client):
    steering.confirm(rehearsed, SOMEBODY)
    steering.cancel(rehearsed, SOMEBODY)
    running.run(rehearsed.pk)
    with connection.execute_wrapper(lambda execute, sql, *more: _no_count_of_items(sql) or execute(sql, *more)):
        text = operator_client.get("/abc123/jobs/").content.decode()
    assert "2 of 2" in text


def _no_count_of_items(sql: str) -> None:
    assert not ("COUNT" in sql and "runtime_jobitem" in sql), sql


def test_a_draft_is_not_there(rehearsed, operator_client):
    Job.objects.filter(pk=rehearsed.pk).update(state=Job.State.DRAFT)
    assert operator_client.get(url(rehearsed)).status_code == 404
    assert "Run errands" not in operator_client.get("/abc123/jobs/").content.decode()
    assert "Draft" not in operator_client.get("/abc123/jobs/?state=held").content.decode()


def test_the_file_of_results_is_read_some_items_at_a_time(rehearsed, operator_client, monkeypatch):
    monkeypatch.setattr(queries, "_AT_ONCE", 1)
    lines = b"".join(operator_client.get(url(rehearsed, "results.csv")).streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]


def test_thousands_are_told_as_elsewhere():
    progress = {"unknown": 1234, "undone": [("failed", "Failed", 10000)]}
    context = {"progress": progress, "again_url": "/again/", "job": {"public_id": "1"}}
    text = render_to_string("organizations/jobs/_again.html", context)
    assert "for 1,234 of them" in text
    assert "Act on the 10,000 failed" in text
