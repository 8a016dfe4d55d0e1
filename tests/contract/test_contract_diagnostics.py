"""Diagnostics of every extension: nothing secret or personal is ever stored, and a bundle replays what happened."""

import base64
import io
import json
import logging
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from extensions.core import lanes, registry
from extensions.core.contract import Fault, ProviderError
from extensions.core.models import Exchange, State
from extensions.core.redaction.pseudonyms import pseudonym
from extensions.core.replay import read_bundle
from extensions.core.replay.server import listening
from extensions.core.services import operations as asking
from iotdash.lib.schema_forms import rules_of, secret_names
from tests.contract.rehearsing import context_of, leaks, operations, secrets_of
from tests.contract.test_contract_lane import Way, no_waiting, way  # noqa: F401

# One process runs them all, beside one sandbox.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("contract diagnostics")]

# What a normalised record may hold of a person or a customer.
PERSONAL = (
    *("subject", "imsi", "msisdn", "imei", "iccid", "carrier_device_id", "carrier_account"),
    *("latitude", "longitude"),
)
# Numbers that have no stand-in: a replay does not know them.
NOT_REPLAYED = {"latitude", "longitude"}
SHORTEST = 5
ANSWERED = (Fault.SERVER_ERROR, Fault.HTML, Fault.THROTTLE, Fault.GARBAGE, Fault.WRONG_TYPE, Fault.EXPIRED_KEY)
LOST = (Fault.CUT_BEFORE, Fault.CUT_AFTER)


@pytest.fixture(autouse=True)
def http_only(manifest, request):
    """Of conversations in other protocols diagnostics keep nothing."""
    if "variant_name" not in request.fixturenames:
        return
    variant = request.getfixturevalue("variant")
    if not manifest.endpoint(variant.settings("http://127.0.0.1:1")).startswith("http"):
        pytest.skip("This variant speaks no HTTP, so there is nothing that could be recorded.")


def forms_of(value: str) -> set[str]:
    """How a value may be written in an address, in JSON, in XML, and in a header."""
    encoded = base64.b64encode(value.encode()).decode()
    return {value, quote(value), quote(value, safe=""), escape(value), json.dumps(value)[1:-1], encoded}


def texts_in(known: Any) -> Iterator[str]:
    values = known.values() if isinstance(known, dict) else known if isinstance(known, list | tuple) else [known]
    for value in values:
        if isinstance(value, dict | list | tuple):
            yield from texts_in(value)
        elif isinstance(value, str):
            yield value


def personal_in(fetched: Any) -> set[str]:
    known = asdict(fetched) if is_dataclass(fetched) else {}
    return {str(known[name]) for name in PERSONAL if known.get(name)}


def perform(way: Way, spec, parameters) -> tuple[Any, set[str]]:  # noqa: F811
    """The operation, done in the lane; and what it found of a person."""
    target = way.target(spec)
    operation = way.run(asking.ask(target, spec, parameters, way.source))
    assert operation.state == State.CONFIRMED, operation.sentence
    known = {operation.subject}
    if spec.reads:
        ask = way.running.ask(spec)
        answer = registry.capability(way.running.manifest).perform(way.running.manifest, way.running.context(), ask)
        known |= personal_in(answer.fetched)
    return operation, known


def told_to_people(way: Way, client) -> str:  # noqa: F811
    """Rows, pages and the bundle, as text."""
    where = {"org": way.config.organization.public_id, "config_id": way.config.pk}
    pages = [client.get(reverse("extensions:diagnostics", kwargs=where))]
    for exchange in Exchange.objects.all():
        pages.append(client.get(reverse("extensions:exchange", kwargs=where | {"exchange_id": exchange.pk})))
    assert {page.status_code for page in pages} == {200}
    files = unpacked(downloaded(way, client))
    return "\n".join([str(list(Exchange.objects.values())), *(page.content.decode() for page in pages), *files])


def downloaded(way: Way, client) -> bytes:  # noqa: F811
    where = {"org": way.config.organization.public_id, "config_id": way.config.pk}
    answer = client.post(reverse("extensions:diagnostics_bundle", kwargs=where))
    assert answer.status_code == 200
    return answer.content


def unpacked(bundle: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return [archive.read(name).decode() for name in archive.namelist()]


def test_what_it_keeps_is_neither_a_secret_nor_a_subject(manifest):
    kept = {name.lower() for name in (*manifest.wire.kept, *manifest.wire.prose)}
    never = {*secret_names(manifest.settings_schema), *login_names(manifest), manifest.subject_field} - {""}
    assert not kept & {name.lower() for name in never}


def test_all_that_it_asks_with_is_named(way, manifest):  # noqa: F811
    """Else its requests could not be told apart in a replay."""
    if not manifest.wire.kept:
        return
    for spec in operations(manifest):
        perform(way, spec, dict(way.running.examples[spec.id].parameters))
    asked = [exchange.request["body"] for exchange in Exchange.objects.all()]
    assert {body["kind"] for body in asked} <= {"none", "json", "xml", "form"}
    assert [
        body["text"] for body in asked if "not-kept" in body["text"] or '"‹' in body["text"].replace(': "‹', "")
    ] == []


def test_nothing_secret_or_personal_is_stored_shown_or_sent(way, manifest, owner_client, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG, logger="extensions")
    known = {value for name, value in way.running.settings.items() if name in login_names(manifest)}
    for spec in operations(manifest):
        parameters = dict(way.running.examples[spec.id].parameters)
        _, found = perform(way, spec, parameters)
        known |= found
        known |= {text for text in texts_in(parameters) if " " in text and not spec.reads and len(text) > 20}
    assert Exchange.objects.filter(config=way.config).count() > len(operations(manifest))
    told = told_to_people(way, owner_client)
    forms = [form for value in known if len(value) >= SHORTEST for form in forms_of(value)]
    assert leaks(secrets_of(manifest, way.running.settings), told, caplog.text) == []
    assert leaks(forms, told) == []


def login_names(manifest) -> set[str]:
    """Settings that name a person: neither secret, nor an address, nor a choice."""
    rules = rules_of(manifest.settings_schema)
    chosen = {name for name, rule in rules.items() if rule.get("x-address") or "oneOf" in rule or "enum" in rule}
    return set(rules) - chosen - set(secret_names(manifest.settings_schema)) - {"time_zone"}


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.SERVER_ERROR, Fault.CUT_AFTER])
def test_no_secret_is_stored_of_a_call_that_fails(way, manifest, fault, owner_client):  # noqa: F811
    way.running.control.fail(fault)
    way.check()
    exchange = Exchange.objects.latest("pk")
    assert exchange.purpose == "check"
    assert leaks(secrets_of(manifest, way.running.settings), told_to_people(way, owner_client)) == []


# --- Replay ----------------------------------------------------------------------------------------------------------


@contextmanager
def replaying(bundle: bytes, folder: Path) -> Iterator[str]:
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    said = []
    with listening(read_bundle(path), "127.0.0.1", 0, said.append) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
    assert [line for line in said if line.startswith("not in the bundle")] == []


def settings_at(way: Way, url: str) -> dict[str, Any]:  # noqa: F811
    """Those of somebody who has the bundle and none of the credentials."""
    settings = dict(way.running.variant.settings(url))
    others = dict.fromkeys([*secret_names(way.running.manifest.settings_schema), *login_names(way.running.manifest)])
    return settings | {name: "something-else" for name in others if name in settings}


def check_at(way: Way, url: str) -> tuple[str, str, str]:  # noqa: F811
    try:
        way.running.manifest.provider.check(context_of(settings_at(way, url)))
    except ProviderError as error:
        return error.name, error.code, error.words
    return "", "", ""


def same(found: Any, replayed: Any, scope: str) -> bool:
    if isinstance(found, dict):
        compared = found.keys() - NOT_REPLAYED
        return found.keys() == replayed.keys() and all(same(found[key], replayed[key], scope) for key in compared)
    if isinstance(found, list):
        return len(found) == len(replayed) and all(same(*pair, scope) for pair in zip(found, replayed, strict=True))
    return replayed == found or (isinstance(found, str) and replayed == pseudonym(scope, found))


def test_a_downloaded_bundle_gives_the_same_records(way, manifest, owner_client, tmp_path):  # noqa: F811
    if not manifest.wire.kept:
        return
    scope, capability = way.config.organization.public_id, registry.capability(manifest)
    reads = [spec for spec in operations(manifest) if spec.reads]
    done = {spec.id: perform(way, spec, way.running.examples[spec.id].parameters)[0] for spec in reads}
    with replaying(downloaded(way, owner_client), tmp_path) as url:
        context = context_of(settings_at(way, url))
        for spec in reads:
            operation, ask = done[spec.id], way.running.ask(spec)
            answer = capability.perform(manifest, context, replace(ask, subject=pseudonym(scope, ask.subject)))
            assert operation.result
            assert same(operation.result, json.loads(json.dumps(dict(answer.result))), scope), spec.id


def test_a_downloaded_bundle_gives_the_same_errors(way, manifest, owner_client, tmp_path):  # noqa: F811
    if not manifest.wire.kept:
        return
    seen = [("", "", "")]
    for fault in (*LOST, *ANSWERED):
        way.running.control.fail(fault)
        check = way.check()
        lanes.note_success(way.config.lane_id)
        seen.append((check.error, check.code, check.words))
    assert len({error for error, _, _ in seen}) > 3
    with replaying(downloaded(way, owner_client), tmp_path) as url:
        assert [check_at(way, url) for _ in seen] == seen
