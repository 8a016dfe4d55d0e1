"""Adding an extension: catalogue, form, check, save."""

from dataclasses import replace

import pytest

from extensions.core import lanes, registry
from extensions.core.contract import AuthRejected
from extensions.core.models import ConnectionCheck, ExtensionConfig
from iotdash.audit.models import ActivityEntry
from tests.extensions import meterco

URL = "/abc123/extensions/add/meterco/"
SECRET = meterco.SETTINGS["key"]
NAMED = {"configuration-name": "Main account"}
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "connection-check"}


@pytest.fixture
def speaking(provider, monkeypatch):
    """The carrier with an endpoint, a warning, and a problem with some settings."""
    manifest = replace(
        registry.manifest("meterco"),
        endpoint=lambda settings: f"https://{settings['host']}/api",
        settings_warnings=lambda settings: ("Hosts named old are slow.",) if "old" in settings["host"] else (),
        settings_problems=lambda settings: (
            (("host", "This host is for people."),) if "console" in settings.get("host", "") else ()
        ),
    )
    monkeypatch.setitem(registry._manifests, "meterco", manifest)


def post(client, action, **changes):
    return client.post(URL, {**NAMED, **meterco.SETTINGS, "action": action, **changes})


def newest_check():
    return ConnectionCheck.objects.order_by("-pk").first()


def test_catalogue_lists_what_is_installed(owner_client, organization, carrier):
    body = owner_client.get("/abc123/extensions/add/").content.decode()
    assert carrier.name in body
    assert carrier.category in body
    assert f'href="{URL}"' in body
    assert "Add another" not in body


def test_catalogue_marks_what_is_added(owner_client, config):
    assert "Add another" in owner_client.get("/abc123/extensions/add/").content.decode()


def test_catalogue_in_the_dialog_has_no_frame(owner_client, organization, carrier):
    response = owner_client.get("/abc123/extensions/add/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog-body")
    assert "<html" not in response.content.decode()
    assert "dialog-title" in response.content.decode()


def test_form_comes_with_a_name_and_the_guide(owner_client, organization, carrier):
    body = owner_client.get(URL).content.decode()
    assert 'value="MeterCo"' in body or f'value="{carrier.name}"' in body
    assert "Guide" in body
    assert 'name="key"' in body


def test_second_configuration_is_preset_with_another_name(owner_client, config, carrier):
    ExtensionConfig.objects.update(name=carrier.name)
    assert f'value="{carrier.name} 2"' in owner_client.get(URL).content.decode()


def test_unknown_extension_is_not_found(owner_client, organization):
    assert owner_client.get("/abc123/extensions/add/nothing/").status_code == 404


def test_done_saves_at_once_and_checks_what_it_saved(owner_client, organization, carrier):
    response = post(owner_client, "save")
    config, check = ExtensionConfig.objects.get(), ConnectionCheck.objects.get()
    assert response.url == f"/abc123/extensions/{config.pk}/?check={check.public_id}#connection-check"
    assert (config.name, config.health, check.config) == ("Main account", "not checked", config)
    lanes.run(check.lane_id)
    config.refresh_from_db()
    assert config.health == "connected"
    assert "Checked <time" in owner_client.get(response.url).content.decode()


def test_what_a_check_has_proved_is_not_checked_again(owner_client, organization, carrier):
    post(owner_client, "check")
    lanes.run(ConnectionCheck.objects.get().lane_id)
    response = post(owner_client, "save")
    assert response.url == f"/abc123/extensions/{ExtensionConfig.objects.get().pk}/"
    assert ConnectionCheck.objects.count() == 1


def test_a_check_that_fails_takes_nothing_back(owner_client, organization, provider):
    provider.will["check"] = [AuthRejected("The key has expired.")]
    post(owner_client, "save")
    lanes.run(ConnectionCheck.objects.get().lane_id)
    config = ExtensionConfig.objects.get()
    assert (config.health, config.health_reason) == ("needs attention", "The key has expired.")
    assert ActivityEntry.objects.filter(action="extension added", target="Main account").exists()


def test_missing_fields_come_back_with_the_form(owner_client, organization, carrier):
    response = post(owner_client, "save", host="", **{"configuration-name": ""})
    body = response.content.decode()
    assert response.status_code == 422
    assert "Configuration name" in body
    assert SECRET not in body
    assert not ExtensionConfig.objects.exists()


def test_provider_refuses_settings_in_its_own_words(owner_client, organization, speaking):
    response = post(owner_client, "check", host="console.meterco.test")
    assert response.status_code == 422
    assert "This host is for people." in response.content.decode()


def test_same_account_is_refused_with_a_link(owner_client, config):
    response = post(owner_client, "save", **{"configuration-name": "Again"})
    body = response.content.decode()
    assert response.status_code == 422
    assert f"/abc123/extensions/{config.pk}/" in body
    assert "already configured here" in body


def test_by_htmx_only_the_reasons_come_back(owner_client, organization, carrier):
    response = owner_client.post(URL, {**NAMED, "user": "fleet", "action": "check"}, **HTMX)
    body = response.content.decode()
    assert response.status_code == 422
    assert "<form" not in body
    assert 'id="connection-check"' in body
    assert "Key" in body


def test_check_polls_until_it_is_answered(owner_client, organization, provider):
    response = owner_client.post(URL, {**NAMED, **meterco.SETTINGS, "action": "check"}, **HTMX)
    check = newest_check()
    poll = f"/abc123/extensions/checks/{check.public_id}/"
    assert f'hx-get="{poll}"' in response.content.decode()
    waiting = owner_client.get(poll, **HTMX)
    assert "hx-trigger" in waiting.content.decode()
    assert "HX-Trigger" not in waiting.headers
    lanes.run(check.lane_id)
    answer = owner_client.get(poll, **HTMX)
    assert answer.headers["HX-Trigger"] == "check:answered"
    answered = answer.content.decode()
    assert "The key of fleet is accepted." in answered
    assert "hx-trigger" not in answered
    assert f'value="{check.public_id}"' in answered


def test_failed_check_sets_the_providers_words_apart(owner_client, organization, provider):
    provider.will["check"] = [AuthRejected("The key was refused.", code="10000001", words="Bad <b>key</b>")]
    post(owner_client, "check")
    check = newest_check()
    lanes.run(check.lane_id)
    body = owner_client.get(f"{URL}?check={check.public_id}").content.decode()
    assert "Credentials refused" in body
    assert "The key was refused." in body
    assert "Bad &lt;b&gt;key&lt;/b&gt;" in body
    assert "10000001" in body


def test_bug_of_a_provider_is_an_answer(owner_client, organization, provider):
    provider.will["check"] = [ZeroDivisionError("a bug")]
    post(owner_client, "check")
    check = newest_check()
    lanes.run(check.lane_id)
    body = owner_client.get(f"{URL}?check={check.public_id}").content.decode()
    assert "failed unexpectedly" in body


def test_without_scripts_the_draft_fills_the_form_but_its_secrets(owner_client, organization, provider):
    response = post(owner_client, "check")
    check = newest_check()
    assert response.url.startswith(f"{URL}?check={check.public_id}")
    body = owner_client.get(response.url).content.decode()
    assert 'value="fleet"' in body
    assert 'value="Main account"' in body
    assert "Stored. Leave empty to keep it." in body
    assert SECRET not in body


def test_a_first_set_up_does_not_speak_of_stored_secrets(owner_client, organization, provider):
    assert "Leave a secret empty" not in owner_client.get(URL).content.decode()
    response = post(owner_client, "check")
    assert "Leave a secret empty" in owner_client.get(response.url).content.decode()


def test_what_follows_from_the_address_is_said_beside_it(owner_client, organization, provider, monkeypatch):
    wire = {"wire": {"type": "string", "title": "Wire"}}
    schema = {**meterco.SETTINGS_SCHEMA, "properties": {**meterco.SETTINGS_SCHEMA["properties"], **wire}}
    follows = {"settings_schema": schema, "derived": lambda settings: {"wire": "REST, from the host"}}
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(provider, **follows))
    endpoint = f"{URL}endpoint/"
    assert "Wire: REST, from the host" in owner_client.get(endpoint, {"host": "meterco.test"}).content.decode()
    assert "REST, from the host" not in owner_client.get(endpoint, {"host": ""}).content.decode()
    chosen = owner_client.get(endpoint, {"host": "meterco.test", "wire": "SOAP"})
    assert "REST, from the host" not in chosen.content.decode()


def test_the_provider_has_nothing_to_say_of_a_field_left_empty(owner_client, organization, provider, monkeypatch):
    problems = {"settings_problems": lambda settings: (("host", f"“{settings.get('host', '')}” is no host."),)}
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(provider, **problems))
    assert "Type the host." in post(owner_client, "save", host="").content.decode()
    assert "“x” is no host." in post(owner_client, "save", host="x").content.decode()


def test_a_name_left_empty_is_asked_for(owner_client, organization, provider):
    body = post(owner_client, "save", **{"configuration-name": "", "user": ""}).content.decode()
    assert "Type the configuration name." in body
    assert "Type the user name." in body


def test_saving_after_a_check_keeps_the_drafts_secret(owner_client, organization, provider):
    post(owner_client, "check")
    check = newest_check()
    lanes.run(check.lane_id)
    response = post(owner_client, "save", key="", check=str(check.public_id))
    assert response.status_code == 302
    assert ExtensionConfig.objects.get().health == "connected"


@pytest.mark.parametrize("action", ["check", "save"])
def test_a_changed_address_asks_for_the_secret_again(owner_client, organization, provider, action):
    post(owner_client, "check")
    draft = str(newest_check().public_id)
    response = post(owner_client, action, key="", host="elsewhere.test", check=draft)
    assert response.status_code == 422
    assert "Type this again" in response.content.decode()
    assert ConnectionCheck.objects.count() == 1
    assert not ExtensionConfig.objects.exists()


def test_the_draft_of_somebody_else_is_not_used(owner_client, organization, provider):
    post(owner_client, "check")
    ConnectionCheck.objects.update(asked_by="someone@example.com")
    assert post(owner_client, "save", key="", check=str(newest_check().public_id)).status_code == 422


@pytest.mark.parametrize("draft", ["nonsense", "4d6f3c1e-0000-4000-8000-000000000000"])
def test_a_forgotten_draft_is_no_draft(owner_client, organization, carrier, draft):
    assert owner_client.get(f"{URL}?check={draft}").status_code == 200
    assert post(owner_client, "save", check=draft).status_code == 302


def test_endpoint_follows_the_address(owner_client, organization, speaking):
    body = owner_client.get(f"{URL}endpoint/?host=old.meterco.test", HTTP_HX_REQUEST="true").content.decode()
    assert "https://old.meterco.test/api" in body
    assert "Hosts named old are slow." in body
    assert "<html" not in body


def test_endpoint_asks_for_nothing_secret(owner_client, organization, speaking):
    body = owner_client.get(URL).content.decode()
    included = body.split('hx-include="')[1].split('"')[0]
    assert included == "#id_user, #id_host"


def test_endpoint_is_a_page_too(owner_client, organization, speaking):
    assert "<html" in owner_client.get(f"{URL}endpoint/?host=a.test").content.decode()


def test_checks_are_of_one_organization(owner_client, other_owner_client, organization, provider):
    post(owner_client, "check")
    path = f"extensions/checks/{newest_check().public_id}/"
    assert other_owner_client.get(f"/xyz789/{path}").status_code == 404


def test_icon_is_svg_and_kept(reader_client, organization, carrier):
    response = reader_client.get("/abc123/extensions/icons/meterco.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert "max-age=2592000" in response["Cache-Control"]
    assert response.content.lstrip().startswith(b"<svg")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The provider's own folder, in a place that the installation added."""
    import extensions
    from extensions.core import provider_files

    monkeypatch.setattr(extensions, "__path__", [*extensions.__path__, str(tmp_path)])
    provider_files.guide.cache_clear()
    yield tmp_path / "meterco"
    provider_files.guide.cache_clear()


def test_guide_and_icon_come_from_the_providers_folder(owner_client, organization, carrier, folder):
    folder.mkdir()
    (folder / "guide.md").write_text("# MeterCo\n\n## Where\n\nAsk <script>alert(1)</script> *there*.\n")
    (folder / "icon.svg").write_text("<svg><!-- own --></svg>")
    body = owner_client.get(URL).content.decode()
    assert "<h3>Where</h3>" in body
    assert "<em>there</em>" in body
    assert "<script>alert" not in body
    assert owner_client.get("/abc123/extensions/icons/meterco.svg").content == b"<svg><!-- own --></svg>"


def test_every_field_of_the_form_has_its_problem_linked(owner_client, organization, carrier):
    response = owner_client.post(URL, {"action": "save"}, **HTMX)
    body = response.content.decode()
    assert all(f'href="#id_{name}"' in body for name in meterco.SETTINGS)
