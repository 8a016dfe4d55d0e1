"""A replay answers as the bundle recorded: the same questions, in the recorded order, and nothing else."""

import json
import re
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import replace

import pytest
import requests
from django.core.management import CommandError, call_command

from extensions.core import registry
from extensions.core.contract import Wire
from extensions.core.replay import BundleError, Recording, read_bundle
from extensions.core.replay.server import listening
from extensions.core.replay.welcome import welcome
from tests.extensions import meterco

ABOUT = {
    "format": 1,
    "product": {"name": "iotdash", "version": "9.9"},
    "organization": "abc123",
    "extension": {"slug": "meterco", "name": "MeterCo", "device_key": "meterco", "subject_field": "chip"},
    "configuration": {
        "settings": {"host": "https://api.test", "key": "‹stored, not told›", "kind": "fast"},
        "titles": {"host": "Host", "key": "Key", "kind": "Kind"},
        "addresses": ["host"],
    },
    "operations": [{"subject": "0000123451234512345"}],
    "varying": ["Token", "since"],
}
JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "text/xml"}


def exchange(number, url="https://api.test/chips/1", method="GET", body="", answer='{"state": "on"}', **more):
    kind = "xml" if answer.startswith("<") else "json"
    told = {"kind": kind, "size": len(answer), "text": answer, "cut": False}
    asked = {"kind": "json", "size": len(body), "text": body, "cut": False}
    return {
        "number": number,
        "at": "2026-11-23T06:00:00Z",
        "purpose": "terminal",
        "method": method,
        "url": url,
        "status": 200,
        "error": "",
        "request": {"headers": {}, "others": 0, "body": asked},
        "response": {"headers": XML if kind == "xml" else JSON, "others": 0, "body": told},
    } | more


def recording(*exchanges, **about):
    return Recording(ABOUT | about, list(exchanges))


@contextmanager
def served(recorded):
    said = []
    with listening(recorded, "127.0.0.1", 0, said.append) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}", said
        server.shutdown()
        thread.join()


@pytest.fixture
def file(tmp_path):
    def write(about=ABOUT, exchanges=()):
        path = tmp_path / "bundle.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(about))
            archive.writestr("exchanges.json", json.dumps(list(exchanges)))
        return path

    return write


def text(recorded, method="GET", url="/chips/1", body=""):
    found = recorded.answer(method, url, body)
    return found and found.text


# --- Matching --------------------------------------------------------------------------------------------------------


def test_answers_come_in_the_recorded_order_and_the_last_one_stays():
    recorded = recording(exchange(1, answer="1"), exchange(2, "https://api.test/other"), exchange(3, answer="3"))
    assert [text(recorded) for _ in range(4)] == ["1", "3", "3", "3"]
    assert recorded.given == {1: 1, 3: 3}


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("POST", "/chips/1", ""),
        ("GET", "/chips/2", ""),
        ("GET", "/chips/1/more", ""),
        ("GET", "/chips/1?page=1", ""),
        ("GET", "/chips/1", '{"state": "on"}'),
    ],
)
def test_another_question_has_no_answer_and_is_listed(method, url, body):
    recorded = recording(exchange(1))
    assert text(recorded, method, url, body) is None
    assert list(recorded.unknown) == [f"{method} {url}"]


def test_the_order_of_parameters_and_fields_does_not_matter():
    recorded = recording(exchange(1, "https://api.test/x?a=1&b=2", "PUT", '{"c": 3, "d": [4]}'))
    assert text(recorded, "PUT", "/x?b=2&a=1", '{"d": [4], "c": 3}')
    assert not text(recorded, "PUT", "/x?b=2&a=1", '{"d": [5], "c": 3}')


def test_what_varies_is_not_compared_and_given_back_as_it_was_asked():
    answer = "<r><token>recorded-token</token></r>"
    recorded = recording(exchange(1, body="<q><token>recorded-token</token><n>1</n></q>", answer=answer, method="POST"))
    asked = '<a:q xmlns:a="urn:x"><a:token>new &amp; other</a:token><a:n>1</a:n></a:q>'
    assert text(recorded, "POST", "/chips/1", asked) == "<r><token>new &amp; other</token></r>"
    assert text(recorded, "POST", "/chips/1", asked.replace(">1<", ">2<")) is None


def test_a_segment_of_a_path_varies_by_the_name_of_the_one_before():
    recorded = recording(exchange(1, "https://api.test/token/recorded", answer='{"token": "recorded"}'))
    assert text(recorded, url="/token/now") == '{"token": "now"}'


def test_what_varies_is_that_of_the_answer_that_is_given():
    words = ("first-word", "second-word")
    recorded = recording(
        *(exchange(number, f"https://api.test/token/{word}", answer=f'"{word}"') for number, word in enumerate(words))
    )
    assert [text(recorded, url=f"/token/{word}") for word in ("now", "later")] == ['"now"', '"later"']


def test_what_stands_for_a_text_may_be_any_text():
    body = '{"text": "‹text, up to 16 characters, 7f3a2c›", "to": "1"}'
    recorded = recording(exchange(1, method="POST", body=body))
    assert text(recorded, "POST", "/chips/1", '{"text": "hello", "to": "1"}')
    assert not text(recorded, "POST", "/chips/1", '{"text": "hello", "to": "2"}')


def test_two_texts_stay_two_questions():
    marks = [f'{{"text": "‹text, up to 16 characters, {tag}›"}}' for tag in ("aaaaaa", "bbbbbb")]
    recorded = recording(*(exchange(number, body=mark, answer=str(number)) for number, mark in enumerate(marks)))
    assert [text(recorded, body=mark) for mark in (*marks, *marks)] == ["0", "1", "0", "1"]


def test_the_closest_question_is_answered():
    recorded = recording(
        exchange(1, body='{"since": "monday"}', answer="1"), exchange(2, body='{"since": "sunday"}', answer="2")
    )
    assert text(recorded, body='{"since": "tuesday"}') == "1"
    assert text(recorded, body='{"since": "tuesday"}') == "2"


def test_document_types_are_not_read():
    recorded = recording(exchange(1, body="<q>1</q>", method="POST"))
    asked = '<!DOCTYPE q [<!ENTITY one "1">]><q>&one;</q>'
    assert text(recorded, "POST", "/chips/1", asked) is None


# --- Serving ---------------------------------------------------------------------------------------------------------


def test_it_is_served_with_status_and_type():
    refused = exchange(1, answer='{"code": "9"}', status=409)
    refused["response"]["headers"] = JSON | {"Retry-After": "7", "Content-Length": "1", "Server": "theirs"}
    with served(recording(refused)) as (url, _):
        answer = requests.get(f"{url}/chips/1", timeout=5)
    assert (answer.status_code, answer.json()) == (409, {"code": "9"})
    assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == ("application/json", "7")


def test_a_lost_answer_is_lost_again():
    lost = exchange(1, status=None, error="AnswerLost", response=None)
    with served(recording(lost)) as (url, _), pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/chips/1", timeout=5)


def test_what_is_not_in_the_bundle_is_told_to_caller_terminal_and_page():
    with served(recording(exchange(1))) as (url, said):
        answer, _ = (requests.get(f"{url}/chips/<b>2", timeout=5) for _ in range(2))
        page = requests.get(f"{url}/_sandbox/", timeout=5).text
    assert answer.status_code == 404
    assert "not in the replayed bundle" in answer.json()["error"]
    assert said == ["not in the bundle: GET /chips/<b>2"] * 2
    assert "<li>GET /chips/&lt;b&gt;2 (2 times)</li>" in page
    assert "https://api.test/chips/1" in page


def test_a_provider_says_how_its_service_refuses_what_the_bundle_lacks(monkeypatch):
    def refuse(asked, sentence):
        return 422, "text/xml", f"<{asked}>{sentence}"

    manifest = replace(meterco.manifest(meterco.Scripted()), wire=Wire(unrecorded=refuse))
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    with served(recording()) as (url, _):
        answer = requests.post(f"{url}/chips/7", headers={"Content-Type": "a/b"}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/xml")
    assert answer.text.startswith("<a/b>This is not in the replayed bundle.")


def test_a_body_that_is_not_whole_is_told():
    cut = exchange(1)
    cut["response"]["body"]["cut"] = True
    with served(recording(cut)) as (url, said):
        assert requests.get(f"{url}/chips/1", timeout=5).status_code == 200
    assert said == ["the body of exchange 1 is not whole in the bundle"]


def test_the_welcome_tells_what_to_enter():
    told = welcome(recording(exchange(1)), "http://127.0.0.1:4711")
    assert "  Host             http://127.0.0.1:4711\n" in told
    assert "  Key              anything\n" in told
    assert "  Kind             fast" in told
    assert '  {"meterco": {"chip": "0000123451234512345"}}\n' in told


# --- Files -----------------------------------------------------------------------------------------------------------


def test_a_bundle_is_read(file):
    assert read_bundle(file(exchanges=[exchange(1)])).exchanges[0]["number"] == 1


@pytest.mark.parametrize(
    ("about", "exchanges", "words"),
    [
        (ABOUT | {"format": 2}, [], "This bundle has format 2; this version reads format 1."),
        ([], [], "not a diagnostics bundle"),
        (ABOUT, [{"number": 1}], "not a diagnostics bundle"),
        (ABOUT, [3], "not a diagnostics bundle"),
        ({name: value for name, value in ABOUT.items() if name != "extension"}, [], "not a diagnostics bundle"),
    ],
)
def test_another_file_is_told_as_such(file, about, exchanges, words):
    with pytest.raises(BundleError, match=words):
        read_bundle(file(about, exchanges))


def test_no_zip_and_no_file_are_told_as_such(tmp_path):
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(CommandError, match="not a diagnostics bundle"):
        call_command("sandbox", replay=tmp_path / "text.zip")
    with pytest.raises(CommandError, match="The bundle cannot be read: No such file"):
        call_command("sandbox", replay=tmp_path / "none.zip")


@pytest.mark.slow
def test_the_command_serves_until_it_is_told_to_stop(file, settings):
    command = [
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "sandbox",
        "--replay",
        str(file(exchanges=[exchange(1)])),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        up = next(found[1] for found in (re.search(r"is up at (\S+?)\.\s", line) for line in process.stdout) if found)
        assert requests.get(f"{up}/chips/1", timeout=5).json() == {"state": "on"}
        assert requests.get(f"{up}/chips/2", timeout=5).status_code == 404
        process.terminate()
        said, complaints = process.communicate(timeout=20)
    assert "Stopped." in said
    assert "not in the bundle: GET /chips/2" in complaints
