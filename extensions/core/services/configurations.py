"""Adding, changing, pausing and removing extension configurations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from extensions.core import inbound, lanes, registry, secret_settings
from extensions.core.contract import Manifest
from extensions.core.models import ConnectionCheck, ExtensionConfig, Health, State
from extensions.core.services import exchanges, linking
from iotdash.audit.services import Source, record
from iotdash.lib.crypto import CryptoError
from iotdash.lib.schema_forms import without_local
from iotdash.organizations.models import Organization

Settings = Mapping[str, Any]
PROVES_FOR = timedelta(hours=1)
SET_UP_ALREADY = "{} is set up already, and an organization has at most one. Change its settings instead."


class ConfigurationRefused(Exception):
    """The configuration cannot be saved as asked; the message says why. `existing` is the one in the way, if any."""

    def __init__(self, message: str, existing: ExtensionConfig | None) -> None:
        super().__init__(message)
        self.existing = existing


@transaction.atomic
def add(
    organization: Organization, manifest: Manifest, name: str, settings: Settings, source: Source
) -> ExtensionConfig:
    """Saves a new configuration; the first of an extension is its default. Raises ConfigurationRefused.

    It counts as proved when a check of exactly these settings succeeded within the last hour.
    """
    present = _present(organization, manifest)
    public, secrets = secret_settings.split(manifest, settings)
    config = ExtensionConfig(
        organization=organization,
        slug=manifest.slug,
        name=name.strip() or manifest.name,
        is_default=not present,
        settings=public,
        secrets=secrets,
        account_digest=secret_settings.account_digest(manifest, settings),
        created_by=source.actor,
    )
    proof = _proof(organization, manifest, settings)
    _attach(config, manifest, proof)
    _save(config)
    _take_over(config, proof)
    exchanges.adopt(config, settings)
    linking.mark(config)
    record(source, "extension added", "extension", config.name, extension=manifest.name)
    # What a proved account has, such as a list of its SIMs, is asked for without waiting for the sweep.
    transaction.on_commit(lambda: lanes.wake(config.lane_id))
    return config


@transaction.atomic
def replace_settings(config: ExtensionConfig, settings: Settings, source: Source) -> None:
    """New settings in place: devices, history and name stay, waiting work goes on. Raises ConfigurationRefused.

    They count as new credentials, which are proved anew, unless only fields differ on which no call depends.
    """
    lock(config)
    manifest = registry.manifest(config.slug)
    if _differ_locally(config, manifest, settings):
        config.settings, config.secrets = secret_settings.split(manifest, settings)
        _save(config)
        record(source, "extension settings changed", "extension", config.name)
        return
    config.settings, config.secrets = secret_settings.split(manifest, settings)
    config.credentials_version += 1
    config.account_digest = secret_settings.account_digest(manifest, settings)
    proof = _proof(config.organization, manifest, settings)
    _attach(config, manifest, proof)
    _save(config)
    _take_over(config, proof)
    exchanges.adopt(config, settings)
    record(source, "extension credentials replaced", "extension", config.name)
    transaction.on_commit(lambda: lanes.wake(config.lane_id))


@transaction.atomic
def rename(config: ExtensionConfig, name: str, source: Source) -> None:
    before, config.name = config.name, name.strip()
    if before == config.name:
        return
    _save(config, ["name"])
    linking.mark(config)
    record(source, "extension renamed", "extension", config.name, before=before)


def make_default(config: ExtensionConfig, source: Source) -> None:
    """Devices that name no configuration use this one from now on."""
    siblings = ExtensionConfig.objects.present().filter(organization=config.organization, slug=config.slug)
    with transaction.atomic():
        _one_at_a_time(config)
        if not siblings.select_for_update().filter(pk=config.pk).exists():
            return
        before = siblings.filter(is_default=True).values_list("name", flat=True).first()
        siblings.update(is_default=False)
        siblings.filter(pk=config.pk).update(is_default=True)
        linking.mark(config)
        record(source, "extension made default", "extension", config.name, before=before or "")


def pause(config: ExtensionConfig, source: Source) -> None:
    """Nothing is asked of the service until it is resumed; what is queued stays queued."""
    with transaction.atomic():
        present = ExtensionConfig.objects.present().filter(pk=config.pk, paused_at=None)
        if present.update(paused_at=timezone.now(), paused_by=source.actor):
            record(source, "extension paused", "extension", config.name)


def resume(config: ExtensionConfig, source: Source) -> None:
    with transaction.atomic():
        paused = ExtensionConfig.objects.present().filter(pk=config.pk, paused_at__isnull=False)
        if paused.update(paused_at=None, paused_by=""):
            record(source, "extension resumed", "extension", config.name)
    lanes.try_now(config.lane_id)
    lanes.wake(config.lane_id)


def remove(config: ExtensionConfig, source: Source) -> None:
    """Erases the secrets, cancels what was not sent yet, keeps the history. Device configuration stays, inactive."""
    now = timezone.now()
    with transaction.atomic():
        present = ExtensionConfig.objects.present().filter(pk=config.pk)
        was_default = present.filter(is_default=True).select_for_update().exists()
        if not present.update(removed_at=now, secrets="", is_default=False):
            return
        config.operations.filter(state=State.QUEUED, sent_at=None, settled_at=None).update(
            state=State.CANCELLED, settled_at=now, sentence="The extension was removed before this was sent."
        )
        config.checks.all().delete()
        config.exchanges.all().delete()
        inbound.forget(config)
        if was_default:
            _promote_another(config)
        linking.mark(config)
        record(source, "extension removed", "extension", config.name)


def note_proof(config: ExtensionConfig, sentence: str) -> None:
    """A check of the stored settings succeeded: the configuration joins the lane of its account.

    Unless they were replaced, or it was removed, since `config` was read.
    """
    manifest = registry.manifest(config.slug)
    before, config.lane = config.lane, lanes.of_account(config.account_digest, manifest.lane)
    lanes.carry_over(before, config.lane, config.pk)
    same = ExtensionConfig.objects.present().filter(pk=config.pk, credentials_version=config.credentials_version)
    same.update(lane=config.lane, proved_at=timezone.now(), proof=sentence[:300])
    # Work that was waiting goes on in the new lane, whose runner knows nothing of it yet.
    transaction.on_commit(lambda: lanes.wake(config.lane_id))


def _differ_locally(config: ExtensionConfig, manifest: Manifest, settings: Settings) -> bool:
    """Whether something changed, and nothing on which calls depend. What cannot be decrypted is equal to nothing."""
    try:
        stored = secret_settings.whole(config)
    except CryptoError:
        return False
    before, after = (without_local(manifest.settings_schema, each) for each in (stored, settings))
    return stored != dict(settings) and before == after


def _proof(organization: Organization, manifest: Manifest, settings: Settings) -> ConnectionCheck | None:
    return (
        ConnectionCheck.objects.filter(
            organization=organization,
            slug=manifest.slug,
            state=ConnectionCheck.State.PROVED,
            settings_digest=secret_settings.digest(settings),
            answered_at__gt=timezone.now() - PROVES_FOR,
        )
        .order_by("-answered_at")
        .first()
    )


def _attach(config: ExtensionConfig, manifest: Manifest, proof: ConnectionCheck | None) -> None:
    config.health_since, config.health_reason = timezone.now(), ""
    config.unreadable_at, config.unreadable_reason = None, ""
    if proof:
        config.lane = lanes.of_account(config.account_digest, manifest.lane)
        config.proved_at, config.proof = proof.answered_at, proof.sentence[:300]
        config.last_success_at = config.last_attempt_at = proof.answered_at
        config.health = Health.CONNECTED
        return
    config.lane = lanes.throwaway(manifest.lane)
    config.proved_at, config.proof, config.health = None, "", Health.NOT_CHECKED


def _take_over(config: ExtensionConfig, proof: ConnectionCheck | None) -> None:
    """The calls that proved the settings were calls to this account."""
    if proof:
        lanes.carry_over(proof.lane, config.lane, config.pk)


def _present(organization: Organization, manifest: Manifest) -> bool:
    """Whether there is one already. Raises ConfigurationRefused if there is and more are not possible.

    Makes others who add to this organization wait until the transaction is over, or two could both be the first.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    first = ExtensionConfig.objects.present().filter(organization=organization, slug=manifest.slug).first()
    if manifest.single and first:
        raise ConfigurationRefused(SET_UP_ALREADY.format(first.name), first)
    return first is not None


def lock(config: ExtensionConfig) -> None:
    """Reads it again, so that nothing that changed meanwhile is written back as it was. Raises ConfigurationRefused."""
    _one_at_a_time(config)
    if not ExtensionConfig.objects.select_for_update().present().filter(pk=config.pk).exists():
        raise ConfigurationRefused(f'"{config.name}" was removed meanwhile. Add the extension again.', None)
    config.refresh_from_db()


def _one_at_a_time(config: ExtensionConfig) -> None:
    """Others who change configurations of the organization wait: two that each hold one and want both never end."""
    Organization.objects.select_for_update(no_key=True).get(pk=config.organization_id)


def _save(config: ExtensionConfig, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            config.save(update_fields=[*fields, "updated_at"] if fields else None)
    except IntegrityError as error:
        raise _refusal(config) from error


def _refusal(config: ExtensionConfig) -> ConfigurationRefused:
    others = ExtensionConfig.objects.present().filter(organization=config.organization, slug=config.slug)
    others = others.exclude(pk=config.pk)
    same_account = others.filter(account_digest=config.account_digest).first()
    if same_account:
        return ConfigurationRefused(
            f'This account is already configured here, as "{same_account.name}". Change that one instead.',
            same_account,
        )
    same_name = others.filter(name=config.name).first()
    return ConfigurationRefused(
        f'There is already a configuration named "{config.name}". Choose another name.', same_name
    )


def _promote_another(config: ExtensionConfig) -> None:
    others = ExtensionConfig.objects.present().filter(organization=config.organization, slug=config.slug)
    if heir := others.order_by("pk").first():
        others.filter(pk=heir.pk).update(is_default=True)
