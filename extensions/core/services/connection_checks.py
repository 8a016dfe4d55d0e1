"""Check connection: a draft is asked about in a lane, and the page polls for the answer."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from extensions.core import health, lanes, registry, secret_settings
from extensions.core.contract import Context, Manifest, Proof, ProviderError, Throttled
from extensions.core.guard import guarded
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ConnectionCheck, ExtensionConfig, Lane
from extensions.core.services import configurations, exchanges
from extensions.core.words import error_fields
from iotdash.audit.services import Source, record
from iotdash.lib import crypto
from iotdash.organizations.models import Organization
from iotdash.runtime.models import Lease

KEPT_FOR = timedelta(hours=1)
# How often a check that was refused for the account's pace is made again, a second apart: a person is waiting.
TRIES_BESIDE_OTHERS = 8
State = ConnectionCheck.State


def ask(
    organization: Organization,
    manifest: Manifest,
    settings: Mapping[str, Any],
    source: Source,
    config: ExtensionConfig | None = None,
    *,
    quiet: bool = False,
) -> ConnectionCheck:
    """Queues a check of these settings. Settings that nothing has proved are asked about in a throw-away lane.

    `quiet` is for checks that no person asked for: they leave no line in the activity log.
    """
    stored = config is not None and _is_stored(config, secret_settings.digest(settings))
    with transaction.atomic():
        check = _queued(organization, manifest, settings, source, config if stored else None, quiet=quiet)
        if not quiet:
            record(source, "connection checked", "extension", config.name if config else manifest.name)
        lanes.try_now(check.lane_id)
        # A worker that is told of it before it is there finds nothing to do.
        transaction.on_commit(lambda: lanes.wake(check.lane_id, people=not quiet))
    return check


def _queued(
    organization: Organization,
    manifest: Manifest,
    settings: Mapping[str, Any],
    source: Source,
    config: ExtensionConfig | None,
    *,
    quiet: bool,
) -> ConnectionCheck:
    return ConnectionCheck.objects.create(
        organization=organization,
        slug=manifest.slug,
        config=config,
        lane=config.lane if config else lanes.throwaway(manifest.lane),
        draft=crypto.encrypt_json(dict(settings)),
        settings_digest=secret_settings.digest(settings),
        asked_by=source.actor,
        quiet=quiet,
    )


def _is_stored(config: ExtensionConfig, digest: str) -> bool:
    """Whether these are the stored settings; what cannot be decrypted is equal to nothing."""
    try:
        return digest == secret_settings.digest(secret_settings.whole(config))
    except crypto.CryptoError:
        return False


def draft(check: ConnectionCheck) -> dict[str, Any]:
    """The settings that were typed, secrets included: for saving, never for showing."""
    return crypto.decrypt_json(check.draft)


def run(check: ConnectionCheck, turn: Turn) -> None:
    """One authenticated read; the outcome is kept in the provider's own words."""
    taken = ConnectionCheck.objects.filter(pk=check.pk, state=State.QUEUED)
    if not taken.update(state=State.SENT, holder=turn.holder):
        return
    check.holder = turn.holder
    try:
        _ask(check, turn)
    except ProviderError as error:
        _failed(check, error)
    except LaneLost:
        _mine(check).update(state=State.QUEUED)
    except crypto.CryptoError as error:
        # Nothing was asked, so nothing is said of the service or the account.
        _answered(check, state=State.FAILED, sentence=str(error)[:500])


def _ask(check: ConnectionCheck, turn: Turn) -> None:
    manifest, settings = registry.manifest(check.slug), draft(check)
    with guarded(manifest, "check"):
        with turn.session(exchanges.of_check(check, settings)) as session:
            proof = _proof(check, manifest, Context(settings, session, timezone.now, connect=turn.connect))
        _proved(check, proof)


def _proof(check: ConnectionCheck, manifest: Manifest, context: Context) -> Proof:
    """Settings that nothing has proved wait in no queue with others of their account, who may be using up its pace."""
    for _ in range(TRIES_BESIDE_OTHERS if check.config_id is None else 0):
        with suppress(Throttled):
            return manifest.provider.check(context)
        lanes.turn.pause(1)
    return manifest.provider.check(context)


@transaction.atomic
def _proved(check: ConnectionCheck, proof: Proof) -> None:
    config = _concerned(check)
    answered = _answered(check, state=State.PROVED, sentence=proof.sentence[:500], facts=dict(proof.facts))
    if answered and config:
        configurations.note_proof(config, proof.sentence)
        health.note_success(config)


@transaction.atomic
def _failed(check: ConnectionCheck, error: ProviderError) -> None:
    config = _concerned(check)
    if _answered(check, state=State.FAILED, **error_fields(error)) and config:
        health.note_failure(config, error)


def _answered(check: ConnectionCheck, **answer: Any) -> bool:
    """False if it was forgotten or removed meanwhile: then neither it nor its draft comes back."""
    return bool(_mine(check).update(answered_at=timezone.now(), **answer))


def _mine(check: ConnectionCheck) -> QuerySet[ConnectionCheck]:
    return ConnectionCheck.objects.filter(pk=check.pk, state=State.SENT, holder=check.holder)


def _concerned(check: ConnectionCheck) -> ExtensionConfig | None:
    """The configuration whose stored settings these are still; others say nothing about it."""
    config = ExtensionConfig.objects.present().select_related("lane", "organization").filter(pk=check.config_id).first()
    return config if config and _is_stored(config, check.settings_digest) else None


def forget_old() -> None:
    """Due-finder: drafts are erased after an hour, with the throw-away lanes that nothing uses any more."""
    old = timezone.now() - KEPT_FOR
    ConnectionCheck.objects.filter(asked_at__lt=old).delete()
    used = Exists(ConnectionCheck.objects.filter(lane=OuterRef("pk"))) | Exists(
        ExtensionConfig.objects.filter(lane=OuterRef("pk"))
    )
    Lane.objects.filter(~used, key__startswith=Lane.UNPROVED, last_call_at__lt=old).delete()
    Lease.objects.filter(name__startswith="lane ", expires_at__lt=old).delete()


class _Source:
    """Checks as a source of lane work: a person is waiting, so they come first."""

    def _queued(self) -> QuerySet[ConnectionCheck]:
        return ConnectionCheck.objects.filter(state=State.QUEUED, slug__in=registry.manifests())

    def next(self, lane_id: int, now: datetime) -> lanes.Work | None:
        check = self._queued().filter(lane_id=lane_id).select_related("config__lane").order_by("pk").first()
        if check is None:
            return None
        purpose = lanes.Purpose.BACKGROUND if check.quiet else lanes.Purpose.PEOPLE
        return lanes.Work(lambda turn: run(check, turn), purpose, check.config_id or 0)

    def next_due_at(self, lane_id: int) -> datetime | None:
        return self._queued().filter(lane_id=lane_id).order_by("pk").values_list("asked_at", flat=True).first()

    def due_lanes(self, now: datetime) -> set[int]:
        unanswered = ConnectionCheck.objects.filter(state__in=(State.QUEUED, State.SENT), slug__in=registry.manifests())
        return set(unanswered.values_list("lane_id", flat=True))

    def recover(self, lane_id: int) -> None:
        """A check is a read: one whose runner was killed is simply asked again."""
        held = Lease.objects.filter(holder=OuterRef("holder"), expires_at__gt=timezone.now())
        sent = ConnectionCheck.objects.filter(~Exists(held), lane_id=lane_id, state=State.SENT)
        sent.update(state=State.QUEUED, holder="")


source = _Source()
