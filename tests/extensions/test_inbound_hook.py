"""The address to which a service sends: what is taken, what is refused, and what of it is told to whom."""

import io
from typing import BinaryIO

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client, RequestFactory
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from extensions.core import inbound, registry
from extensions.core.models import ExtensionConfig, InboundCount, InboundEvent, InboundHook
from extensions.core.services import configurations
from extensions.core.views.inbound import hook as hook_view
from iotdash.audit.models import ActivityEntry
from iotdash.lib.crypto import KeyMissing
from iotdash.lib.logging import redact
from iotdash.runtime.key_marks import accept_digest_key
from tests.extensions import meterco
from tests.extensions.inbound_world import kept, message, path_of, proof, send

MOST = 1_000_000


def counts() -> tuple[int, int]:
    """(received, refused)."""
    found = InboundCount.objects.values_list("received", "refused")
    return sum(received for received, _ in found), sum(refused for _, refused in found)


def test_what_is_signed_is_kept_and_answered_shortly(
    hook_path, service, django_capture_on_commit_callbacks, tasks_sent
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send(hook_path, message({"id": "a", "said": "hello", "at": 1_763_900_000}))
    event = InboundEvent.objects.get()
    assert (response.status_code, response.content) == (200, b"OK\n")
    assert (event.config, event.key, event.payload, event.state) == (service, "a", {"said": "hello"}, "waiting")
    assert event.at.timestamp() == 1_763_900_000
    assert tasks_sent == [service.pk]
    assert counts() == (1, 0)
    assert InboundHook.objects.get().last_received_at is not None


def test_the_bytes_are_those_that_were_sent(hook_path):
    """The signature of the world is over them: white space and the line's end count."""
    body = b'[ {"id":"a",  "said":"\xc3\xbcber"} ]\r\n\r\n'
    assert send(hook_path, body).status_code == 200
    assert send(hook_path, body, HTTP_X_PROOF=proof(body.strip())).status_code == 403


def test_a_form_is_raw_bytes_too(hook_path):
    body = message("a")
    assert send(hook_path, body, content_type="application/x-www-form-urlencoded").status_code == 200
    assert kept() == ["a"]


def test_a_slash_at_the_end_makes_no_difference(hook_path):
    assert send(f"{hook_path}/", message("a")).status_code == 200


def test_nobody_is_signed_in_by_it(hook_path, django_assert_max_num_queries):
    client = Client(enforce_csrf_checks=True)
    with django_assert_max_num_queries(20):
        response = send(hook_path, message("a"), client=client)
    assert (response.status_code, response.cookies.output(), client.cookies.output()) == (200, "", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"HTTP_X_PROOF": "0" * 64},
        {"HTTP_X_PROOF": ""},
        {"HTTP_X_PROOF": "not hex at all"},
    ],
)
def test_what_is_forged_is_counted_and_not_kept(hook_path, wrong):
    response = send(hook_path, message("a"), **wrong)
    assert (response.status_code, response.content) == (403, b"Forbidden\n")
    assert kept() == []
    assert counts() == (0, 1)
    assert InboundHook.objects.get().refused_reason == "The proof is not that of the key."


def test_a_message_that_makes_no_sense_is_refused(hook_path):
    response = send(hook_path, b"{}")
    assert (response.status_code, response.content) == (400, b"Bad Request\n")
    assert (kept(), counts()) == ([], (0, 1))


def test_a_bug_of_the_extension_is_logged_without_the_message(hook_path, caplog):
    response = send(hook_path, b'[{"said": "s3cret-of-somebody"}]')
    assert (response.status_code, kept()) == (500, [])
    assert "meterco failed to read a message: KeyError at " in caplog.text
    assert "s3cret" not in caplog.text
    assert "log of this server" in InboundHook.objects.get().refused_reason


@pytest.mark.parametrize("told", ['{"id": "", "said": ""}', '{"id": 7}', '{"id": "a", "said": NaN}'])
def test_a_record_that_breaks_the_contract_is_not_kept(hook_path, told):
    assert send(hook_path, f'[{{"id": "fine"}}, {told}]'.encode()).status_code == 500
    assert kept() == []


def test_what_no_database_takes_is_kept_without_it(hook_path):
    assert send(hook_path, rb'[{"id": "a\u0000b\ud800", "said": "x\u0000\udfff"}]').status_code == 200
    event = InboundEvent.objects.get()
    assert (event.key, event.payload) == ("ab?", {"said": "x?"})


def test_a_long_key_is_kept_as_its_digest(hook_path):
    send(hook_path, message("k" * 5000, "k" * 5001))
    send(hook_path, message("k" * 5000))
    assert [len(key) for key in kept()] == [64, 64]


def test_what_was_told_before_is_dropped(hook_path):
    send(hook_path, message("a", "b", "a"))
    send(hook_path, message("b", {"id": "a", "said": "changed"}, "c"))
    assert kept() == ["a", "b", "c"]
    assert InboundEvent.objects.get(key="a").payload == {"said": ""}
    assert counts() == (2, 0)


def test_the_same_key_from_another_account_is_another_event(hook_path, organization, source, service):
    settings = meterco.SETTINGS | {"user": "second", "key": "another-key"}
    second = configurations.add(organization, registry.manifest("meterco"), "Second", settings, source)
    send(hook_path, message("a"))
    assert send(path_of(second), message("a")).status_code == 403
    assert send(path_of(second), message("a"), key="another-key").status_code == 200
    assert kept() == ["a", "a"]


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_are_refused(hook_path, method):
    response = getattr(Client(), method)(hook_path)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_an_address_that_is_not_is_not_found(hook_path, service, caplog):
    wrong = hook_path[:-1] + ("0" if hook_path[-1] != "0" else "1")
    other = hook_path.replace(f"/{service.pk}-", f"/{service.pk + 1}-")
    huge = hook_path.replace(f"/{service.pk}-", f"/{'9' * 18}-")
    for each in (wrong, other, huge, hook_path[:-1], f"{hook_path}0"):
        assert send(each, message("a")).status_code == 404
    assert (kept(), counts()) == ([], (0, 0))
    assert not InboundHook.objects.exists(), "a guess writes nothing"


def test_an_address_is_long_and_says_nothing_about_another(service, hook_path):
    secret = hook_path.partition("-")[2]
    assert len(bytes.fromhex(secret)) * 8 == 160
    assert secret not in str(list(InboundHook.objects.values())) + str(list(ExtensionConfig.objects.values()))
    assert inbound.address_of(ExtensionConfig(pk=service.pk + 1)).partition("-")[2] != secret


def test_an_address_is_that_of_the_installation_whatever_host_was_asked(service, settings):
    settings.PUBLIC_URL = "https://iot.example.com/"
    assert inbound.address_of(service).startswith(f"https://iot.example.com/hooks/{service.pk}-")


def test_another_digest_key_makes_other_addresses_and_says_so(hook_path, service, settings):
    send(hook_path, message("a"))
    settings.IOTDASH_DIGEST_KEY = "another-digest-key-of-more-than-32-characters"
    assert send(hook_path, message("b")).status_code == 404
    told = [sentence for sentence in accept_digest_key() if "Addresses" in sentence]
    assert told == ["Addresses for messages of services: all are new. 1 in use must be pasted at their services again."]


def test_logs_do_not_tell_addresses(hook_path):
    assert redact(f"Forbidden: {hook_path}") == f"Forbidden: {hook_path.partition('-')[0]}-***"


def test_a_removed_configuration_has_no_address(hook_path, service, source):
    send(hook_path, message("a"))
    configurations.remove(service, source)
    assert send(hook_path, message("b")).status_code == 404
    assert (kept(), InboundHook.objects.count()) == ([], 0)


def test_an_extension_that_takes_no_messages_has_no_address(hook_path, monkeypatch):
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(meterco.Scripted()))
    assert send(hook_path, message("a")).status_code == 404
    monkeypatch.delitem(registry._manifests, "meterco")
    assert send(hook_path, message("a")).status_code == 404


def test_a_paused_configuration_still_takes_them(hook_path, service, source):
    configurations.pause(service, source)
    assert send(hook_path, message("a")).status_code == 200


def test_a_new_address_ends_the_old_one_at_once(hook_path, service, source):
    send(hook_path, message("a"))
    inbound.renew(service, source)
    assert send(hook_path, message("b")).status_code == 404
    assert send(path_of(service), message("c")).status_code == 200
    entry = ActivityEntry.objects.get(action="address for messages replaced")
    assert (entry.target, entry.details) == ("Main account", {})
    assert kept() == ["a", "c"]


def test_a_message_as_large_as_may_be_is_taken_and_one_byte_more_is_not(hook_path):
    body = message("a")
    whole = body + b" " * (MOST - len(body))
    assert send(hook_path, whole).status_code == 200
    response = send(hook_path, whole + b" ")
    assert response.status_code == 413
    assert InboundHook.objects.get().refused_reason == "The message was larger than 1,000,000 bytes."


class Endless(io.RawIOBase):
    """A body without an end, that knows how much of it was read."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.given += size
        return b"x" * size


def chunked(path: str, stream, **environ):
    """As gunicorn hands over a body that announces no length."""
    request = RequestFactory().post(path, **environ)
    request.META.pop("CONTENT_LENGTH", None)
    request.META |= {
        "wsgi.input": stream,
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    config_id, _, secret = path.removeprefix("/hooks/").partition("-")
    return hook_view(request, config_id, secret)


def test_a_body_in_chunks_is_read_to_its_end(hook_path):
    body = message("a")
    assert chunked(hook_path, io.BytesIO(body), HTTP_X_PROOF=proof(body)).status_code == 200
    assert kept() == ["a"]


def test_a_body_without_an_end_is_read_no_further_than_allowed(hook_path):
    stream = Endless()
    assert chunked(hook_path, stream).status_code == 413
    assert MOST < stream.given < MOST + 100_000


def test_a_large_body_is_refused_before_it_is_read(hook_path):
    stream = Endless()
    request = RequestFactory().post(hook_path, HTTP_X_PROOF="")
    request.META["CONTENT_LENGTH"] = str(MOST + 1)
    request._stream = stream
    config_id, _, secret = hook_path.removeprefix("/hooks/").partition("-")
    assert (hook_view(request, config_id, secret).status_code, stream.given) == (413, 0)


def test_a_body_that_ends_too_early_is_not_taken_for_forged(hook_path):
    class Cut(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset")

    assert chunked(hook_path, Cut()).status_code == 400
    request = RequestFactory().post(hook_path, message("a"), content_type="application/json")
    request.META["CONTENT_LENGTH"] = "1000"
    config_id, _, secret = hook_path.removeprefix("/hooks/").partition("-")
    assert hook_view(request, config_id, secret).status_code == 400
    assert kept() == []
    assert "did not come as a whole" in InboundHook.objects.get().refused_reason


def gunicorn_reads(raw: bytes) -> BinaryIO:
    """What gunicorn makes of a request's body in chunks."""
    config = Config()
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    return next(RequestParser(config, iter([head + raw]), ("127.0.0.1", 1))).body


@pytest.mark.parametrize("end", [b"zz\r\nabc", b"5\r\nabc", b"", b"3\r\nabcde"])
def test_chunks_of_a_real_server_are_read_or_refused(hook_path, end):
    body = message("a")
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    assert chunked(hook_path, gunicorn_reads(chunk + end), HTTP_X_PROOF=proof(body)).status_code == 400
    assert kept() == []
    assert chunked(hook_path, gunicorn_reads(chunk + b"0\r\n\r\n"), HTTP_X_PROOF=proof(body)).status_code == 200
    assert kept() == ["a"]


def test_too_many_messages_in_a_minute_are_put_off(hook_path, settings, time_machine):
    settings.IOTDASH_INBOUND_PER_MINUTE = 3
    time_machine.move_to("2026-11-23T10:00:40Z", tick=False)
    assert [send(hook_path, message(str(number))).status_code for number in range(4)] == [200, 200, 200, 429]
    response = send(hook_path, message("more"))
    assert (response.status_code, response["Retry-After"]) == (429, "20")
    time_machine.move_to("2026-11-23T10:01:00Z", tick=False)
    assert send(hook_path, message("more")).status_code == 200
    assert kept() == ["0", "1", "2", "more"]


def test_two_that_are_the_first_of_a_minute_are_both_taken(hook_path, monkeypatch):
    send(hook_path, message("a"))
    InboundHook.objects.update(minute=None)
    exclude = QuerySet.exclude

    def another_was_faster(rows: QuerySet, **known) -> QuerySet:
        monkeypatch.setattr(QuerySet, "exclude", exclude)
        assert inbound.seconds_to_wait(InboundHook.objects.get()) == 0
        return rows.exclude(**known)

    monkeypatch.setattr(QuerySet, "exclude", another_was_faster)
    assert inbound.seconds_to_wait(InboundHook.objects.get()) == 0
    assert InboundHook.objects.get().in_minute == 2


def test_a_forger_cannot_use_more_than_a_minutes_share(
    hook_path, settings, time_machine, django_assert_max_num_queries
):
    settings.IOTDASH_INBOUND_PER_MINUTE = 2
    time_machine.move_to("2026-11-23T10:00:40Z", tick=False)
    for _ in range(2):
        send(hook_path, message("a"), key="wrong")
    with django_assert_max_num_queries(5):
        assert send(hook_path, message("a"), key="wrong").status_code == 429
    assert counts() == (0, 2)


def test_while_the_secrets_cannot_be_read_the_service_is_asked_to_come_again(hook_path, service, monkeypatch):
    def unreadable(config):
        raise KeyMissing("12345678", "")

    monkeypatch.setattr("extensions.core.secret_settings.whole", unreadable)
    response = send(hook_path, message("a"))
    assert (response.status_code, response["Retry-After"], kept()) == (503, "60", [])
    assert "12345678" not in response.content.decode()


def test_while_the_database_is_away_the_service_is_asked_to_come_again(hook_path, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("password=s3cret")

    monkeypatch.setattr(InboundEvent.objects, "bulk_create", away)
    monkeypatch.setattr("iotdash.health.database", lambda: "The database does not answer.")
    response = send(hook_path, message("a"))
    assert (response.status_code, "Retry-After" in response) == (503, True)
    assert b"s3cret" not in response.content
    assert (kept(), counts()) == ([], (0, 0)), "all of it is kept or nothing"


def test_without_a_broker_it_is_kept_all_the_same(hook_path, monkeypatch, django_capture_on_commit_callbacks, caplog):
    def away(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("extensions.core.tasks.process_inbound.apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(hook_path, message("a")).status_code == 200
    assert kept() == ["a"]
    assert "disk full" in caplog.text


def test_a_thousand_events_in_one_message(hook_path, django_assert_max_num_queries):
    body = message(*(f"event {number:04d}" for number in range(1000)))
    with django_assert_max_num_queries(40):
        assert send(hook_path, body).status_code == 200
    assert kept() == [f"event {number:04d}" for number in range(1000)]
