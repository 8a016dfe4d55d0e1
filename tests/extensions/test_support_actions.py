"""What support staff may set going: check, resume, retry, try now. Each says what happened to each row."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import Refused
from extensions.core.models import ConnectionCheck, ExtensionConfig, Lane, Operation
from extensions.core.services import configurations, operations
from iotdash.audit.models import ActivityEntry
from tests.cast import UserFactory, sign_in_with_code, with_app
from tests.extensions import meterco


def act(client, model: str, action: str, *rows) -> list[str]:
    """Runs an action on the chosen rows; what the page says then."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(f"/admin/extensions/{model}/", chosen, follow=True)
    return [str(message) for message in page.context["messages"]]


def last_entry() -> tuple[str, str, str, str]:
    return ActivityEntry.objects.values_list("organization", "actor", "via", "action").latest("pk")


def test_check_now_asks_a_check_as_the_page_does(support_client, config, messages, django_capture_on_commit_callbacks):
    before = ConnectionCheck.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        (said,) = act(support_client, "extensionconfig", "check_now", config)
    assert said.startswith("Main account: A check is asked.")
    check = ConnectionCheck.objects.latest("pk")
    assert (ConnectionCheck.objects.count(), check.config, check.state) == (before + 1, config, "queued")
    assert (config.lane_id, None) in messages
    assert last_entry() == ("abc123", "support@example.com", "staff", "connection checked")
    assert LogEntry.objects.latest("pk").change_message == "A check is asked. " + said.partition("asked. ")[2]


def test_members_read_that_it_was_support_staff(support_client, config, owner_client):
    act(support_client, "extensionconfig", "check_now", config)
    assert "(support staff)" in owner_client.get("/abc123/activity/").content.decode()


def test_resume(support_client, config, source):
    configurations.pause(config, source)
    assert act(support_client, "extensionconfig", "resume", config) == [
        "Main account: Resumed. What was waiting goes on."
    ]
    config.refresh_from_db()
    assert config.paused_at is None
    assert last_entry() == ("abc123", "support@example.com", "staff", "extension resumed")
    assert act(support_client, "extensionconfig", "resume", config) == ["Main account: It is not paused."]


def test_what_needs_attention_is_not_resumed(support_client, config):
    ExtensionConfig.objects.update(health="needs attention", health_reason="The key is wrong.")
    (said,) = act(support_client, "extensionconfig", "resume", config)
    assert said == "Main account: It is not paused; it needs attention: The key is wrong."


def test_a_removed_configuration_is_left_alone(support_client, config, source):
    configurations.remove(config, source)
    for action in ("check_now", "resume"):
        (said,) = act(support_client, "extensionconfig", action, config)
        assert said == "Main account: It was removed, and its secrets with it."


def test_one_whose_extension_is_not_installed_is_named(support_client, config, monkeypatch):
    monkeypatch.delitem(registry._manifests, "meterco")
    assert act(support_client, "extensionconfig", "check_now", config) == [
        "Main account: Its extension is not installed."
    ]


def test_secrets_that_cannot_be_read_are_named(support_client, config, settings):
    ExtensionConfig.objects.update(secrets="k1:12345678:gone")
    (said,) = act(support_client, "extensionconfig", "check_now", config)
    assert "12345678" in said


def test_each_row_gets_its_own_sentence(support_client, config, organization, carrier, source):
    other = configurations.add(organization, carrier, "Paused one", meterco.SETTINGS | {"user": "other"}, source)
    configurations.pause(other, source)
    said = act(support_client, "extensionconfig", "resume", config, other)
    assert sorted(said) == ["Main account: It is not paused.", "Paused one: Resumed. What was waiting goes on."]


def test_retry_asks_again_or_says_why_not(support_client, target, source, work, provider, later):
    provider.will["send_sms"] = [Refused("Too long.")]
    spec = registry.operation(target.manifest, "sms")
    operations.ask(target, spec, {"message": "hello"}, source)
    refused = work()
    (said,) = act(support_client, "operation", "retry", refused)
    again = Operation.objects.latest("pk")
    assert said.endswith(f"Asked again, as operation {again.public_id}.")
    assert again.asked_by == "support@example.com"
    work()
    later(seconds=5)
    done = work()
    (said,) = act(support_client, "operation", "retry", done)
    assert "asking again would do it twice" in said
    assert Operation.objects.count() == 2


@pytest.mark.parametrize(
    ("block", "words", "freed"),
    [
        ("", "It is open.", False),
        ("throttled", "The provider itself said to wait until", False),
        ("quota spent", "The provider itself said to wait until", False),
        ("unreachable", "Its waiting work is tried at once.", True),
    ],
)
def test_try_now(support_client, config, later, block, words, freed):
    later(seconds=0)
    until = timezone.now() + timezone.timedelta(minutes=5) if block else None
    Lane.objects.filter(pk=config.lane_id).update(block=block, blocked_until=until)
    (said,) = act(support_client, "lane", "try_now", config.lane)
    assert words in said
    assert (Lane.objects.get(pk=config.lane_id).blocked_until is None) is (freed or not block)
    assert (last_entry()[1:] == ("support@example.com", "staff", "lane tried again")) is freed


def test_looking_does_not_allow_acting(db, config):
    person = UserFactory(email="looks@example.com", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_extensionconfig"))
    client = sign_in_with_code(person, with_app(person))
    before = ConnectionCheck.objects.count()
    assert client.get("/admin/extensions/extensionconfig/").status_code == 200
    act(client, "extensionconfig", "check_now", config)
    assert ConnectionCheck.objects.count() == before


def test_more_than_a_hundred_at_once_are_refused(support_client, config, monkeypatch):
    from iotdash.lib.admin import bases

    monkeypatch.setattr(bases, "MOST_AT_ONCE", 0)
    assert act(support_client, "extensionconfig", "resume", config) == ["Choose 0 at most. Nothing was done."]


def test_a_configuration_leads_to_its_lane_checks_sims_and_operations(support_client, config):
    page = support_client.get(f"/admin/extensions/extensionconfig/{config.pk}/change/").content.decode()
    assert f"/admin/extensions/lane/{config.lane_id}/change/" in page
    for model in ("extensions/connectioncheck", "extensions/operation", "sims/sim"):
        assert f"/admin/{model}/?config__id__exact={config.pk}" in page


def test_a_sim_leads_to_its_operations(support_client, config, organization):
    from extensions.sims.models import Sim

    sim = Sim.objects.create(organization=organization, config=config, subject="8901")
    page = support_client.get(f"/admin/sims/sim/{sim.pk}/change/").content.decode()
    assert f"/admin/extensions/operation/?config__id__exact={config.pk}&amp;subject=8901" in page
