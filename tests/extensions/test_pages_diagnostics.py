"""The diagnostics pages of a configuration, and the bundle that is downloaded there."""

import io
import json
import zipfile

import pytest
from jsonschema import Draft202012Validator

from extensions.core import diagnostics, registry
from extensions.core.diagnostics.form import EXCHANGES_SCHEMA, MANIFEST_SCHEMA
from extensions.core.models import Exchange, ExtensionConfig
from extensions.core.services import configurations
from iotdash.audit.models import ActivityEntry
from tests.extensions import meterco
from tests.extensions.test_performing import activate, ask

REQUEST = {"headers": {"Accept": "a"}, "others": 0, "body": {"kind": "none", "size": 0, "text": "", "cut": False}}


def answer(text="", kind="json", cut=False):
    return {"headers": {}, "others": 2, "body": {"kind": kind, "size": 4096, "text": text, "cut": cut}}


def make(config, **values):
    known = {"purpose": "terminal", "method": "GET", "url": "https://meterco.test/chips/0001", "status": 200}
    known |= {"failed": False, "seconds": 0.25, "size": 100, "request": REQUEST, "response": answer('{"a": 1}')}
    return Exchange.objects.create(config=config, **known | values)


@pytest.fixture
def url(config):
    return f"/abc123/extensions/{config.pk}/diagnostics/"


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def opened(config) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(diagnostics.bundle(config))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_configurations_page_leads_there(owner_client, operator_client, config, url):
    assert f'href="{url}"' in page(owner_client, f"/abc123/extensions/{config.pk}/")
    assert f'href="{url}"' not in page(operator_client, f"/abc123/extensions/{config.pk}/")


def test_exchanges_are_listed_newest_first_with_what_they_were_for(owner_client, config, url, carrier):
    first = make(config, purpose="read-back of status")
    make(config, purpose="usage of every SIM")
    second = make(config, status=None, error="ConnectFailed", failed=True, response=None)
    body = page(owner_client, url)
    title = registry.operation(carrier, "status").title
    assert f"Read-back of “{title}”" in body
    assert ">Usage of every SIM<" in body
    assert "No connection" in body
    assert "250 ms" in body
    assert body.index(f"{url}{second.pk}/") < body.index(f"{url}{first.pk}/")


def test_those_that_failed_are_listed_alone(owner_client, config, url):
    well = make(config)
    assert "No exchange failed" in page(owner_client, f"{url}?failed")
    broken = make(config, status=500, failed=True)
    assert f'href="{url}?failed"' in page(owner_client, url)
    body = page(owner_client, f"{url}?failed")
    assert f"{url}{broken.pk}/" in body
    assert f"{url}{well.pk}/" not in body
    assert f'hx-get="{url}?failed"' in body


def test_the_list_reads_no_contents(owner_client, config, url, django_assert_max_num_queries):
    for _ in range(20):
        make(config)
    # The first page of a session notes the session.
    page(owner_client, url)
    with django_assert_max_num_queries(10) as counted:
        page(owner_client, url)
    (listed,) = (query["sql"] for query in counted.captured_queries if "extensions_exchange" in query["sql"])
    assert '"response"' not in listed


def test_nothing_recorded_is_told_and_so_is_why(owner_client, config, url, settings):
    assert "Nothing recorded yet" in page(owner_client, url)
    settings.IOTDASH_EXCHANGES_KEPT = 0
    assert "Recording is off" in page(owner_client, url)


def test_htmx_gets_the_list_alone(owner_client, config, url):
    body = owner_client.get(url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="exchanges").content.decode()
    assert "Nothing recorded yet" in body
    assert "<html" not in body


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answer('{"a": [1]}'), "&quot;a&quot;: [\n    1\n  ]"),
        (answer("<a><b>1</b></a>", "xml"), "&lt;a&gt;\n&lt;b&gt;1&lt;/b&gt;\n&lt;/a&gt;"),
        (answer('{"a": [1', cut=True), "only its beginning is kept"),
        (answer("<!doctype html>", "html"), "&lt;!doctype html&gt;"),
        (None, "No whole answer came."),
    ],
)
def test_an_exchange_is_shown_in_lines(owner_client, config, url, response, words):
    exchange = make(config, response=response)
    assert words in page(owner_client, f"{url}{exchange.pk}/")


def test_an_exchange_leads_to_its_operation(owner_client, config, url, target, source, work):
    ask(target, source, "terminal")
    operation = work()
    exchange = make(config, operation=operation.public_id)
    assert f"/abc123/extensions/operations/{operation.public_id}/" in page(owner_client, f"{url}{exchange.pk}/")


def test_an_exchange_of_another_configuration_is_not_there(owner_client, config, url, carrier, source):
    other = configurations.add(config.organization, carrier, "Other", meterco.SETTINGS | {"user": "somebody"}, source)
    assert owner_client.get(f"{url}{make(other).pk}/").status_code == 404


# --- The bundle ------------------------------------------------------------------------------------------------------


def test_the_download_is_a_zip_and_leaves_a_line_in_the_activity(owner_client, config, url):
    make(config)
    response = owner_client.post(f"{url}bundle/")
    assert response["Content-Type"] == "application/zip"
    assert f'attachment; filename="diagnostics-abc123-meterco-{config.pk}-' in response["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(response.content)).namelist() == [
        "README.txt",
        "manifest.json",
        "exchanges.json",
    ]
    entry = ActivityEntry.objects.get(action="diagnostics downloaded")
    assert (entry.target, entry.actor, entry.details) == ("Main account", "owner@example.com", {"exchanges": 1})


def test_the_same_rows_at_the_same_moment_give_the_same_bytes(config, target, source, later):
    activate(target, source)
    make(config)
    first = diagnostics.bundle(ExtensionConfig.objects.get(pk=config.pk))
    assert diagnostics.bundle(ExtensionConfig.objects.get(pk=config.pk)) == first


def test_the_manifest_tells_settings_health_checks_lane_and_operations(config, target, source, work):
    activate(target, source)
    operation = work()
    told = json.loads(opened(config)["manifest.json"])
    assert (told["format"], told["organization"], told["extension"]["slug"]) == (1, "abc123", "meterco")
    assert told["configuration"]["settings"]["key"] == "‹stored, not told›"
    assert told["configuration"]["settings"]["user"].startswith("‹text")
    assert told["configuration"]["health"]["state"] == "connected"
    assert told["lane"]["per_second"] == 1000
    (listed,) = told["operations"]
    assert (listed["id"], listed["state"]) == (str(operation.public_id), "accepted")
    assert listed["subject"] != "0001"


def test_the_bundle_names_nobody_and_quotes_nothing(config, target, source, work, provider):
    ask(target, source, "sms", {"message": "come home"})
    work()
    make(config)
    told = "\n".join(opened(config).values())
    for word in ("owner@example.com", "Main account", "come home", "fleet", "s3cret-key", "p1"):
        assert f'"{word}' not in told
        assert f" {word}" not in told


def test_the_bundle_has_the_form_that_is_read(config, target, source, work):
    ask(target, source, "terminal")
    work()
    make(config)
    make(config, status=None, error="AnswerLost", failed=True, response=None)
    files = opened(config)
    Draft202012Validator(MANIFEST_SCHEMA).validate(json.loads(files["manifest.json"]))
    Draft202012Validator(EXCHANGES_SCHEMA).validate(json.loads(files["exchanges.json"]))


def test_the_readme_says_what_was_removed_and_how_to_replay(config):
    make(config)
    readme = opened(config)["README.txt"]
    assert f"Diagnostics of MeterCo, configuration {config.pk} of organization abc123" in readme
    assert "the newest 1 call to the service, each with its answer, oldest first" in readme
    assert "manage.py sandbox --replay" in readme


def test_a_missing_key_keeps_no_bundle_back(config, settings):
    settings.IOTDASH_SECRET_KEYS = ["b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMTI="]
    told = json.loads(opened(config)["manifest.json"])
    assert told["configuration"]["secrets_readable"] is False
