"""`manage.py secrets`: what it finds, what it changes, and when it says that a key may go."""

import io
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from devices.models import Device
from devices.services.tokens import reissue_token
from extensions.core import lanes, registry, secret_settings
from extensions.core.models import ConnectionCheck, ExtensionConfig, Lane
from extensions.core.services import configurations, connection_checks
from iotdash.lib import ciphertexts, crypto
from iotdash.runtime import key_marks
from iotdash.serving import refuse_unsafe
from tests.cast import DeviceFactory
from tests.extensions import meterco

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture(autouse=True)
def keys(settings):
    settings.IOTDASH_SECRET_KEYS = [OLD]
    return settings


@pytest.fixture
def carrier(monkeypatch):
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(meterco.Scripted()))
    return registry.manifest("meterco")


@pytest.fixture
def config(organization, carrier, source, monkeypatch):
    """A configuration in the lane of its account, and the check that proved it."""
    monkeypatch.setattr(lanes, "wake", lambda *args, **known: None)
    check = connection_checks.ask(organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    return configurations.add(organization, carrier, "Main", meterco.SETTINGS, source)


def secrets(*arguments: str) -> str:
    out = io.StringIO()
    call_command("secrets", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def key_ids() -> set[str]:
    stored = [*ExtensionConfig.objects.values_list("secrets", flat=True)]
    stored += ConnectionCheck.objects.values_list("draft", flat=True)
    return {crypto.key_of(each) for each in stored}


def row(printed: str, key: str) -> list[str]:
    return next(line.split()[1:3] for line in printed.splitlines() if line.startswith(crypto.key_id(key)))


def test_the_doctor_counts_by_key_and_is_content(config):
    printed = secrets("doctor")
    assert row(printed, OLD) == ["2", "current"]
    assert "connection checks: 1, extension configurations: 1" in printed
    assert printed.splitlines()[-1] == "Every stored secret can be read."
    assert OLD not in printed


def test_the_doctor_names_the_missing_key_and_fails(config, settings, capsys):
    settings.IOTDASH_SECRET_KEYS = [NEW]
    with pytest.raises(
        CommandError, match=r"cannot be read .connection checks: 1, extension configurations: 1"
    ) as failed:
        call_command("secrets", "doctor")
    printed = capsys.readouterr().out
    assert failed.value.returncode != 0
    assert f"Encryption key {crypto.key_id(OLD)} is missing" in printed
    assert "Add it to IOTDASH_SECRET_KEYS and restart" in printed
    assert not {OLD, NEW} & set(printed.split())


def test_the_doctor_finds_damage(config, capsys):
    ExtensionConfig.objects.update(secrets=config.secrets[:-8] + "AAAAAAA=")
    with pytest.raises(CommandError, match=r"cannot be read .extension configurations: 1"):
        call_command("secrets", "doctor")
    assert "Stored secrets are damaged (extension configurations: 1)" in capsys.readouterr().out


def test_rotation_moves_everything_and_says_when_the_old_key_may_go(config, settings):
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    config.refresh_from_db()
    updated_at = config.updated_at
    printed = secrets("rotate")
    assert f"under key {crypto.key_id(NEW)} (connection checks: 1, extension configurations: 1)." in printed
    assert f"Key {crypto.key_id(OLD)}: nothing uses it." in printed
    assert key_ids() == {crypto.key_id(NEW)}
    settings.IOTDASH_SECRET_KEYS = [NEW]
    config.refresh_from_db()
    assert secret_settings.whole(config) == meterco.SETTINGS
    assert config.updated_at == updated_at, "nobody changed it"
    assert "(nothing)" in secrets("rotate")


def test_a_dry_run_changes_nothing(config, settings):
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    printed = secrets("rotate", "--dry-run")
    assert "Would be re-encrypted" in printed
    assert "Do not remove it yet; rotate again." in printed
    assert key_ids() == {crypto.key_id(OLD)}


def test_what_cannot_be_read_is_left_and_named(config, settings, organization, carrier, source, capsys):
    settings.IOTDASH_SECRET_KEYS = [LOST]
    other = configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "other"}, source)
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="left as it is"):
        call_command("secrets", "rotate")
    assert f"Encryption key {crypto.key_id(LOST)} is missing" in capsys.readouterr().out
    assert ExtensionConfig.objects.get(pk=other.pk).secrets == other.secrets
    assert key_ids() == {crypto.key_id(NEW), crypto.key_id(LOST)}
    settings.IOTDASH_SECRET_KEYS = [NEW, LOST]
    secrets("rotate")
    assert key_ids() == {crypto.key_id(NEW)}


def test_a_process_that_still_writes_with_the_old_key_is_noticed(config, settings, monkeypatch):
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    exchange = ciphertexts.exchange

    def then_another_process_writes(holder, row, value) -> bool:
        done = exchange(holder, row, value)
        settings.IOTDASH_SECRET_KEYS = [OLD, NEW]
        late = crypto.encrypt_json({"key": "s3cret-key"})
        settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
        ExtensionConfig.objects.update(secrets=late)
        return done

    monkeypatch.setattr(ciphertexts, "exchange", then_another_process_writes)
    printed = secrets("rotate")
    assert f"Key {crypto.key_id(OLD)}: still used (extension configurations: 1), because a process" in printed
    assert "Do not remove the key yet." in printed


def test_keys_in_the_wrong_order_are_noticed(config, settings, organization, carrier, source, time_machine):
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    time_machine.move_to(timezone.now() + timedelta(seconds=60))
    configurations.add(organization, carrier, "Other", meterco.SETTINGS | {"user": "other"}, source)
    assert "order" not in secrets("doctor")
    settings.IOTDASH_SECRET_KEYS = [OLD, NEW]
    assert f"Key {crypto.key_id(NEW)} wrote later than the first key {crypto.key_id(OLD)}" in secrets("doctor")


def test_rotation_without_a_key_says_what_to_set(config, settings):
    settings.IOTDASH_SECRET_KEYS = []
    with pytest.raises(CommandError, match="IOTDASH_SECRET_KEYS is empty"):
        secrets("rotate")


# --- The digest key ----------------------------------------------------------------------------------------------


def test_rotation_keeps_digests_lanes_and_tokens(config, settings, organization, carrier, source):
    device = DeviceFactory(organization=organization)
    token = reissue_token(device, source)
    settings.IOTDASH_SECRET_KEYS = [NEW, OLD]
    secrets("rotate")
    settings.IOTDASH_SECRET_KEYS = [NEW]
    before = config.account_digest, config.lane_id
    config.refresh_from_db()
    assert (config.account_digest, config.lane_id) == before
    assert (
        lanes.of_account(secret_settings.account_digest(carrier, meterco.SETTINGS), carrier.lane).pk == config.lane_id
    )
    assert crypto.check_token(token, Device.objects.get(pk=device.pk).token_digest)


def test_another_digest_key_is_refused_at_start_and_by_the_doctor(config, settings):
    settings.TESTING = False
    settings.SECRET_KEY = "Zq3-9vT1uYxw7Lk2_NbPe5RsHd8GfJm4CaXo6WiVtQzBnEyM0rSlUhKp"
    refuse_unsafe()
    right, settings.IOTDASH_DIGEST_KEY = settings.IOTDASH_DIGEST_KEY, "another-key-another-key-another-key"
    with pytest.raises(CommandError, match="IOTDASH_DIGEST_KEY is not the key that this database was used with"):
        refuse_unsafe()
    with pytest.raises(CommandError, match="IOTDASH_DIGEST_KEY is not the key"):
        secrets("doctor")
    settings.IOTDASH_DIGEST_KEY = right
    refuse_unsafe()


def test_a_command_does_not_decide_which_digest_key_is_right(config, settings):
    right, settings.IOTDASH_DIGEST_KEY = settings.IOTDASH_DIGEST_KEY, "another-key-another-key-another-key"
    secrets("doctor")
    settings.IOTDASH_DIGEST_KEY = right
    key_marks.note_digest_key()
    assert key_marks.digest_key_fits()
    settings.IOTDASH_DIGEST_KEY = ""
    with pytest.raises(CommandError, match="IOTDASH_DIGEST_KEY is not set"):
        secrets("doctor")


def test_a_digest_key_that_is_lost_for_good(config, settings, organization, carrier, source, other_organization):
    """The account keeps its one lane; what cannot be worked out anew is said."""
    reissue_token(DeviceFactory(organization=organization), source)
    key_marks.note_digest_key()
    settings.IOTDASH_DIGEST_KEY = "another-key-another-key-another-key"
    printed = secrets("accept-digest-key")
    assert "Accounts of extension configurations: 1 found again." in printed
    assert "Device tokens: 1 are refused from now on." in printed
    assert key_marks.digest_key_fits()
    config.refresh_from_db()
    assert Lane.objects.get(key=config.account_digest).pk == config.lane_id
    assert config.account_digest == secret_settings.account_digest(carrier, meterco.SETTINGS)
    check = connection_checks.ask(other_organization, carrier, meterco.SETTINGS, source)
    lanes.run(check.lane_id)
    joined = configurations.add(other_organization, carrier, "Same", meterco.SETTINGS, source)
    assert joined.lane_id == config.lane_id
    assert "Nothing to do." in secrets("accept-digest-key")
