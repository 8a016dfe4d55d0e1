"""Setting up an extension that is reached in several ways: the fields of one, pasting, replacing, one at most."""

import re
from dataclasses import replace

import pytest

from extensions.core import lanes, registry
from extensions.core.contract import Pasted
from extensions.core.models import ConnectionCheck, ExtensionConfig, SettingsDraft
from extensions.core.services import configurations, drafts
from iotdash.audit.models import ActivityEntry
from tests.extensions import postly

URL = "/abc123/extensions/add/postly/"
SECRETS = (
    postly.BY_KEY["api_key"],
    postly.BY_LOGIN["password"],
    "p4ss-of-the-office",
    "p4ss-of-the-yard",
    "typed-secret",
)
LOGIN_FIELDS = ("host", "port", "username", "password", "certificate")


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setitem(registry._manifests, "postly", postly.manifest())
    return registry.manifest("postly")


@pytest.fixture
def stored(organization, installed, source):
    return configurations.add(organization, installed, "Postly", postly.BY_LOGIN, source)


@pytest.fixture
def pages(owner_client, organization, caplog):
    """What the pages answer to a form. No answer, no log line and no activity ever holds a secret."""
    answers = []

    def post(action, url=URL, *, htmx="", **fields):
        headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": htmx} if htmx else {}
        answers.append(owner_client.post(url, {"action": action, "configuration-name": "Postly", **fields}, **headers))
        return answers[-1]

    yield post
    told = [*(answer.content.decode() for answer in answers), caplog.text]
    told += [f"{entry.target} {entry.details}" for entry in ActivityEntry.objects.all()]
    assert [secret for secret in SECRETS for text in told if secret in text] == []


def body(response) -> str:
    return response.content.decode()


def fields_in(response) -> set[str]:
    names = re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', body(response))
    return set(names) - {"csrfmiddlewaretoken", "query", "next", "theme", "q"}


def values_in(response) -> dict[str, str]:
    """What the text fields show."""
    inputs = re.findall(r"<input[^>]*>", body(response))
    pairs = [(re.search(r' name="([^"]+)"', each), re.search(r' value="([^"]*)"', each)) for each in inputs]
    return {name[1]: value[1] for name, value in pairs if name and value and ' type="radio"' not in name.string}


def draft_in(response) -> str:
    return values_in(response)["draft"]


# --- Variants --------------------------------------------------------------------------------------------------------


def test_the_form_begins_with_the_methods_and_shows_the_fields_of_one(owner_client, organization):
    page = owner_client.get(URL)
    assert body(page).index('name="method"') < body(page).index('name="sender"') < body(page).index('name="api_key"')
    assert not fields_in(page) & set(LOGIN_FIELDS)
    assert re.search(r'<input[^>]*value="key"[^>]*checked', body(page))
    assert 'value="fields"' in re.search(r"<noscript>.*?</noscript>", body(page), re.DOTALL)[0]


def test_the_address_may_name_the_method(owner_client, organization):
    page = owner_client.get(f"{URL}?method=login")
    assert set(LOGIN_FIELDS) <= fields_in(page)
    assert "api_key" not in fields_in(page)
    assert values_in(page)["port"] == "587"
    assert owner_client.get(f"{URL}?method=nonsense").status_code == 200


@pytest.mark.parametrize("htmx", ["", "settings-fields"])
def test_another_method_brings_its_fields_and_keeps_the_common_ones(pages, htmx):
    typed = {"sender": "me@fleet.test", "api_key": "typed-secret", "shown-variant": "key", "method": "login"}
    answer = pages("fields", htmx=htmx, **typed)
    assert answer.status_code == 200
    assert set(LOGIN_FIELDS) <= fields_in(answer)
    assert values_in(answer)["sender"] == "me@fleet.test"
    assert ("<html" in body(answer)) == (not htmx)
    assert not SettingsDraft.objects.exists()


def test_fields_that_another_method_shares_by_name_start_empty(pages, monkeypatch):
    schema = {**postly.SETTINGS_SCHEMA, "oneOf": [dict(each) for each in postly.SETTINGS_SCHEMA["oneOf"]]}
    host = {"host": {"type": "string", "title": "Other host"}}
    schema["oneOf"][0]["properties"] = {**schema["oneOf"][0]["properties"], **host}
    monkeypatch.setitem(registry._manifests, "postly", postly.manifest(settings_schema=schema))
    typed = {"sender": "me@fleet.test", "host": "mail.fleet.test", "method": "key"}
    assert values_in(pages("fields", **typed, **{"shown-variant": "key"}))["host"] == "mail.fleet.test"
    assert "host" not in values_in(pages("fields", **typed, **{"shown-variant": "login"}))


@pytest.mark.parametrize("action", ["check", "save"])
def test_a_method_chosen_just_now_is_shown_and_not_judged(pages, action):
    answer = pages(action, htmx="connection-check", **postly.BY_KEY | {"method": "login", "shown-variant": "key"})
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#settings-fields"
    assert set(LOGIN_FIELDS) <= fields_in(answer)
    assert not ConnectionCheck.objects.exists()


def test_what_is_missing_is_told_of_the_chosen_method_alone(pages):
    answer = pages("save", method="login", sender="nobody")
    assert answer.status_code == 422
    for words in ("Type the host name.", "Type the password.", "is not an email address"):
        assert words in body(answer)
    # The navigation leads to API keys, too.
    assert "API key" not in body(answer).replace("Postly with API key", "").replace("API keys", "")
    assert "given schemas" not in body(answer)


def test_each_method_can_be_checked_and_saved(pages):
    pages("check", **postly.BY_LOGIN)
    check = ConnectionCheck.objects.get()
    lanes.run(check.lane_id)
    answer = pages("save", **postly.BY_LOGIN | {"password": "", "check": check.public_id, "api_key": "typed-secret"})
    config = ExtensionConfig.objects.get()
    assert answer.status_code == 302
    assert (config.name, config.health) == ("Postly", "connected")
    assert config.settings == {name: value for name, value in postly.BY_LOGIN.items() if name != "password"}


def test_the_page_of_the_configuration_tells_its_own_fields(owner_client, stored):
    page = body(owner_client.get(f"/abc123/extensions/{stored.pk}/"))
    assert "Mail server" in page
    assert "mail.fleet.test" in page
    assert "API key" not in page.replace("API keys", "")


def test_the_endpoint_follows_the_fields_of_the_method(owner_client, organization):
    page = body(owner_client.get(f"{URL}?method=login"))
    assert page.index('name="port"') < page.index('id="endpoint"') < page.index('name="username"')
    included = page.split('hx-include="')[1].split('"')[0]
    assert included == "#id_method, #id_sender, #id_host, #id_port, #id_username, #id_certificate"
    ask = {"method": "login", "host": "post.test", "port": "25"}
    assert "post.test:25" in body(owner_client.get(f"{URL}endpoint/", ask, HTTP_HX_REQUEST="true"))
    assert "https://api.postly.test" in body(owner_client.get(f"{URL}endpoint/", {"method": "key"}))
    assert "shown once" in body(owner_client.get(f"{URL}endpoint/", {"method": "login", "port": "25"}))


def test_a_number_is_a_number_before_it_is_judged(owner_client, organization, monkeypatch):
    problems = {"settings_problems": lambda settings: (("port", f"A {type(settings.get('port')).__name__}."),)}
    monkeypatch.setitem(registry._manifests, "postly", postly.manifest(**problems))
    ask = {"method": "login", "host": "post.test"}
    assert "A int." in body(owner_client.get(f"{URL}endpoint/", ask | {"port": "25"}))
    assert "A str." in body(owner_client.get(f"{URL}endpoint/", ask | {"port": "many"}))


def test_the_enter_key_checks(owner_client, organization):
    first = re.search(r"<button[^>]*type=\"submit\"[^>]*>", body(owner_client.get(URL)).split("novalidate>")[1])[0]
    assert 'value="check"' in first


# --- Replacing credentials -------------------------------------------------------------------------------------------


def test_credentials_are_replaced_by_another_method(pages, stored):
    url = f"/abc123/extensions/{stored.pk}/credentials/"
    refused = pages("save", url, **postly.BY_KEY | {"api_key": ""})
    assert refused.status_code == 422
    assert "Type the API key." in body(refused)
    assert pages("save", url, **postly.BY_KEY).status_code == 302
    stored.refresh_from_db()
    assert stored.settings == {"sender": "ops@fleet.test", "method": "key"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"host": "evil.test"}, "“Host name” changed"), ({"port": "25"}, "“Port” changed")],
)
def test_a_changed_address_demands_the_password_again(pages, stored, changes, words):
    url = f"/abc123/extensions/{stored.pk}/credentials/"
    for action in ("check", "save"):
        answer = pages(action, url, **postly.BY_LOGIN | {"password": ""} | changes)
        assert answer.status_code == 422
        assert words in body(answer)
    assert not ConnectionCheck.objects.exists()
    assert pages("save", url, **postly.BY_LOGIN | {"password": "", "username": "other"}).status_code == 302


def test_back_to_the_stored_method_its_settings_are_there_again(pages, stored):
    url = f"/abc123/extensions/{stored.pk}/credentials/"
    away = pages("fields", url, sender="me@fleet.test", method="key", **{"shown-variant": "login"})
    assert "Leave empty to keep it" not in body(away)
    back = pages("fields", url, sender="me@fleet.test", method="login", **{"shown-variant": "key"})
    assert values_in(back)["host"] == "mail.fleet.test"
    assert values_in(back)["sender"] == "me@fleet.test"
    assert "Stored. Leave empty to keep it." in body(back)


# --- Pasting ---------------------------------------------------------------------------------------------------------


def paste(pages, text, url=URL, htmx="", **fields):
    typed = {"sender": "me@fleet.test", "method": "login", "port": "2525", "shown-variant": "login", "paste-text": text}
    return pages("paste", url, htmx=htmx, **typed | fields)


def test_the_box_is_shown_for_its_method_alone(owner_client, organization):
    page = body(owner_client.get(f"{URL}?method=login"))
    assert "Credentials of the mail server" in page
    assert "As Postly shows them." in page
    assert "Fill in the fields" in page
    assert "Fill in the fields" not in body(owner_client.get(URL))


@pytest.mark.parametrize("htmx", ["", "settings-fields"])
def test_pasting_fills_the_form_and_saves_nothing(pages, htmx):
    answer = paste(pages, postly.PASTED, htmx=htmx)
    assert answer.status_code == 200
    assert ("<html" in body(answer)) == (not htmx)
    shown = values_in(answer)
    assert (shown["host"], shown["username"], shown["port"]) == ("post.office.test", "office", "2525")
    assert shown["sender"] == "me@fleet.test"
    assert "From the pasted credentials. Leave empty to keep it." in body(answer)
    assert "Nothing is saved before Done." in body(answer)
    assert postly.PASTED not in body(answer)
    assert not ExtensionConfig.objects.exists()
    assert not ConnectionCheck.objects.exists()


def test_what_was_pasted_is_saved_with_the_next_step(pages):
    shown = values_in(paste(pages, postly.PASTED))
    typed = {name: shown[name] for name in ("sender", "host", "port", "username", "draft")}
    assert pages("save", method="login", **typed).status_code == 302
    config = ExtensionConfig.objects.get()
    assert config.settings["host"] == "post.office.test"
    assert configurations.secret_settings.whole(config)["password"] == "p4ss-of-the-office"


def test_a_pasted_password_goes_to_the_pasted_host_alone(pages):
    shown = values_in(paste(pages, postly.PASTED))
    typed = {name: shown[name] for name in ("sender", "port", "username", "draft")}
    answer = pages("save", method="login", host="evil.test", **typed)
    assert answer.status_code == 422
    assert "Type this again, because “Host name” changed." in body(answer)


def test_pasting_keeps_what_was_typed_and_no_stored_password(pages, stored):
    url = f"/abc123/extensions/{stored.pk}/credentials/"
    only_host = "office host=post.office.test password="
    answer = paste(pages, only_host, url, username="someone")
    filled = drafts.content(SettingsDraft.objects.get(public_id=draft_in(answer)))
    assert filled.settings["host"] == "post.office.test"
    assert "password" not in filled.settings
    assert values_in(answer)["username"] == "someone"
    same_place = f"office host={postly.BY_LOGIN['host']} password="
    answer = paste(pages, same_place, url, port="587", host=postly.BY_LOGIN["host"])
    assert "Stored. Leave empty to keep it." in body(answer)


def test_pasting_works_where_credentials_are_replaced(pages, stored):
    url = f"/abc123/extensions/{stored.pk}/credentials/"
    shown = values_in(paste(pages, postly.PASTED, url))
    typed = {name: shown[name] for name in ("sender", "host", "port", "username", "draft")}
    assert pages("save", url, method="login", **typed).status_code == 302
    stored.refresh_from_db()
    assert configurations.secret_settings.whole(stored)["password"] == "p4ss-of-the-office"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("office username=p4ss-of-the-office", "The password is missing."),
        ("bug p4ss-of-the-office", "The extension Postly failed unexpectedly"),
        ("", "Paste the credentials here first."),
        ("\n\n", "Paste the credentials here first."),
        ("x" * 100_001, "at most 100000 characters"),
    ],
)
@pytest.mark.parametrize("htmx", ["", "settings-fields"])
def test_what_cannot_be_read_is_told_at_the_box_without_the_text(pages, text, words, htmx):
    answer = paste(pages, text, htmx=htmx, password="typed-secret", host="mail.fleet.test")
    assert answer.status_code == 422
    assert words in body(answer)
    if htmx:
        assert answer["HX-Retarget"] == "#paste"
        assert fields_in(answer) == {"draft"}
    else:
        assert values_in(answer)["host"] == "mail.fleet.test"
    kept = drafts.content(SettingsDraft.objects.get(public_id=draft_in(answer)))
    assert kept.settings["password"] == "typed-secret"


@pytest.mark.parametrize(
    "pasted",
    [Pasted("\ud800", {"username": "a"}), Pasted("a", {"username": "\ud800"}), Pasted("a", {"password": "a\udfff"})],
)
def test_half_a_letter_is_no_credential(pages, installed, monkeypatch, pasted):
    box = replace(installed.paste, read=lambda text: [pasted])
    monkeypatch.setitem(registry._manifests, "postly", replace(installed, paste=box))
    refused = paste(pages, "anything")
    assert refused.status_code == 422
    assert "There are letters in this that cannot be written." in body(refused)


def test_a_number_that_makes_no_sense_stays_in_its_field(pages):
    shown = values_in(paste(pages, postly.PASTED, port="many"))
    assert shown["port"] == "many"


@pytest.mark.parametrize("htmx", ["", "settings-fields"])
def test_of_several_one_is_chosen_by_name(pages, htmx):
    asked = paste(pages, postly.SEVERAL, htmx=htmx)
    assert asked.status_code == 200
    assert "Several were found. Which one?" in body(asked)
    assert "<span>office</span>" in body(asked)
    assert "<span>yard</span>" in body(asked)
    if htmx:
        assert asked["HX-Retarget"] == "#paste"
    nothing = paste(pages, "", draft=draft_in(asked))
    assert nothing.status_code == 422
    assert "Choose one of those that were found." in body(nothing)
    answer = paste(pages, "", draft=draft_in(nothing), **{"paste-choice": "1"})
    assert answer.status_code == 200
    assert values_in(answer)["host"] == "post.yard.test"
    filled = drafts.content(SettingsDraft.objects.get(public_id=draft_in(answer)))
    assert (filled.settings["password"], filled.found) == ("p4ss-of-the-yard", [])


def test_a_choice_that_was_not_offered_is_refused(pages):
    asked = paste(pages, postly.SEVERAL)
    assert paste(pages, "", draft=draft_in(asked), **{"paste-choice": "7"}).status_code == 422


def test_a_method_without_a_box_takes_no_paste(pages):
    answer = paste(pages, postly.PASTED, method="key", **{"shown-variant": "key"})
    assert answer.status_code == 200
    assert not SettingsDraft.objects.exists()
    assert not ExtensionConfig.objects.exists()


def test_the_draft_of_somebody_else_is_not_used(pages):
    draft = draft_in(paste(pages, postly.PASTED))
    SettingsDraft.objects.update(made_by="someone@example.com")
    typed = {**postly.BY_LOGIN, "host": "post.office.test", "port": "2525", "password": "", "draft": draft}
    assert pages("save", **typed).status_code == 422


def test_drafts_are_encrypted_and_forgotten(pages, time_machine):
    time_machine.move_to("2026-11-23 12:00:00+00:00", tick=False)
    paste(pages, postly.PASTED)
    assert "office" not in SettingsDraft.objects.get().draft
    time_machine.move_to("2026-11-23 12:59:00+00:00", tick=False)
    drafts.forget_old()
    assert SettingsDraft.objects.count() == 1
    time_machine.move_to("2026-11-23 13:01:00+00:00", tick=False)
    drafts.forget_old()
    assert not SettingsDraft.objects.exists()
