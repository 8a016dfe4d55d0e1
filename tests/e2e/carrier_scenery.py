"""SIMs of carriers worth looking at. `make` runs inside the product, by `manage.py shell`; nothing is asked there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import CallCount, ExtensionConfig, Health, Lane, Operation, Purpose, State
from extensions.core.services import configurations
from extensions.sims import allowances, billing, operations, queries, services
from extensions.sims.contract import SimRecord, SmsReply, UsageRecord
from extensions.sims.models import Sim, UsageDay
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

RAIL, RAIL_ADMIN = "rail01", "rail@example.com"
FERRY, FERRY_ADMIN = "ferry1", "ferry@example.com"
BARE, BARE_ADMIN = "bare01", "bare@example.com"
MB = 1_048_576
BEFORE_TODAY = 17
LONG_PLAN = "Northern corridor, on-board units, pooled, roaming in 31 countries, 500 MB"
# Name → identifier, plan, and MB on each of the last days, the newest last; None where the carrier told none.
USES: Mapping[str, tuple[str, str, Sequence[float | None]]] = {
    "above": ("8988301000000000015", LONG_PLAN, [2 + 22.8 * day for day in range(18)]),
    "below": ("8988301000000000023", LONG_PLAN, [1 + 3.2 * day for day in range(18)]),
    "over": ("8988301000000000031", "Sensors 5 MB", [0.7 * day for day in range(10)] + [None] * 2 + [7.4, 8.8, 9.1]),
    "little_history": ("8988301000000000049", LONG_PLAN, [140.2, 151.7]),
    "no_allowance": ("8988301000000000056", "Legacy (do not use)", [11.5 * day for day in range(18)]),
    "no_usage": ("8988301000000000064", "Legacy (do not use)", []),
}
TEXTS = {
    State.QUEUED: "Report your position.",
    State.ACCEPTED: "Restart the router at the next stop, then report the firmware that it runs.",
    State.CONFIRMED: "CFG SET apn=rail.example heartbeat=600",
    State.FAILED: "CFG GET apn",
    State.REFUSED: "PING",
    State.TIMED_OUT: "Open the doors of the equipment cabinet in coach 7 for the technicians who come at 14:30.",
    State.UNKNOWN: "CFG SET heartbeat=60",
    State.CANCELLED: "Wrong train, sorry",
}
SAID = {
    State.ACCEPTED: "The carrier took the message.",
    State.CONFIRMED: "The carrier reports it as delivered.",
    State.FAILED: "The carrier reports that the message failed.",
    State.REFUSED: "Jasper refused this.",
    State.TIMED_OUT: "The carrier did not report a delivery within 15 minutes.",
    State.UNKNOWN: "The connection ended before the carrier answered. It may have sent the message.",
}


@transaction.atomic
def make() -> dict[str, str]:
    """Paths by name."""
    return _rail() | _ferry() | _bare()


def _rail() -> dict[str, str]:
    """One carrier, and SIMs with every kind of usage; its account is busy and throttled."""
    config = _carrier(RAIL, "jasper", "Jasper, rolling stock")
    paths = {name: _using(config, *use) for name, use in USES.items()}
    allowances.change(config, {LONG_PLAN: 500 * MB, "Sensors 5 MB": 5 * MB}, _source(RAIL))
    services.store_usage(config, UsageRecord(USES["above"][0], _day(BEFORE_TODAY), closed=False), timezone.now())
    _cycles(config, USES["above"][0])
    _messages(config, USES["above"][0])
    _busy(config)
    return paths | {"rail": _path(config)}


def _ferry() -> dict[str, str]:
    """Orange with its quota spent, and a SIM with all that Orange ever tells."""
    reason = "This account has used up its calls of this month at Orange. A larger quota can be had from Orange."
    config = _carrier(FERRY, "orange", "Orange, ferries", Health.QUOTA_SPENT, reason)
    now = timezone.now()
    _shut(config, Lane.Block.QUOTA_SPENT, queries.quota_of(config).ends)
    _count(config, now - timedelta(minutes=7), Purpose.SYNC, 1003, failed=1)
    return {"ferry": _path(config), "orange_sim": _store(config, _orange_record(now), now - timedelta(hours=9))}


def _bare() -> dict[str, str]:
    """A carrier whose SIMs nobody listed yet."""
    return {"bare": _path(_carrier(BARE, "att", "AT&T", Health.NOT_CHECKED))}


def _orange_record(now: datetime) -> SimRecord:
    return SimRecord(
        "9900000000077",
        state="Activated",
        requested_state="Suspended",
        state_requested_at=now - timedelta(hours=11),
        state_changed_at=now - timedelta(days=203),
        state_refreshed_at=now - timedelta(days=4, hours=2),
        iccid="89330100000000000774",
        location_status="Located",
        located_at=now - timedelta(days=1, hours=3),
        location_accuracy="500 m",
        latitude=48.38542,
        longitude=-4.48689,
    )


def _carrier(public_id: str, slug: str, name: str, health: str = Health.CONNECTED, reason: str = "") -> ExtensionConfig:
    """Without a proof, so that nothing is listed by itself."""
    manifest = registry.manifests()[slug]
    sandbox = manifest.sandbox()
    values = sandbox.settings(settings.IOTDASH_SANDBOXES[sandbox.name])
    organization = Organization.objects.get(public_id=public_id)
    config = configurations.add(organization, manifest, name, values, _source(public_id))
    config.health, config.health_reason = health, reason
    config.last_success_at = None if health == Health.NOT_CHECKED else timezone.now() - timedelta(hours=9)
    config.save(update_fields=["health", "health_reason", "last_success_at"])
    return config


def _source(public_id: str) -> Source:
    return Source(actor="Sigrid Halvorsen", organization=public_id)


def _path(config: ExtensionConfig) -> str:
    return f"/{config.organization.public_id}/extensions/{config.pk}/"


def _day(ago: int) -> date:
    return (timezone.now() - timedelta(days=ago)).date()


def _using(config: ExtensionConfig, subject: str, plan: str, amounts: Sequence[float | None]) -> str:
    """A SIM with these MB on the last days; returns its page's path."""
    used = None if not amounts else round(amounts[-1] * MB)
    numbers = {"imsi": f"242017{subject[-9:]}", "msisdn": f"4759{subject[-9:]}", "imei": f"35824005{subject[-7:]}"}
    record = SimRecord(subject, "Activated", plan, used, 31 if used else None, 0 if used else None, **numbers)
    path = _store(config, record, timezone.now() - timedelta(minutes=8))
    UsageDay.objects.filter(sim__config=config, sim__subject=subject).delete()
    UsageDay.objects.bulk_create(_days(Sim.objects.get(config=config, subject=subject), amounts))
    return path


def _days(sim: Sim, amounts: Sequence[float | None]) -> list[UsageDay]:
    backwards = enumerate(reversed(amounts))
    seen = timezone.now() - timedelta(minutes=8)
    return [
        UsageDay(sim=sim, day=_day(ago), data_bytes=None if mb is None else round(mb * MB), sms=31, seen_at=seen)
        for ago, mb in backwards
    ]


def _store(config: ExtensionConfig, record: SimRecord, at: datetime) -> str:
    services.store_record(config, record, at)
    return f"/{config.organization.public_id}/sims/{Sim.objects.get(config=config, subject=record.subject).pk}/"


def _cycles(config: ExtensionConfig, subject: str) -> None:
    """Past ones, the newest not invoiced yet."""
    for number, used in enumerate((431, 502, 388, 467, 610)):
        start = billing.months_after(_day(BEFORE_TODAY), -number - 1)
        figures = {"total_data_bytes": used * MB, "total_sms": 40 + number, "total_voice_seconds": 0}
        billable = {"billable_data_bytes": max(used - 500, 0) * MB, "billable_sms": 0, "billable_voice_seconds": 0}
        told = {"billable_available": True, "invoiced": number > 0, "closed": True}
        services.store_usage(config, UsageRecord(subject, start, **figures, **billable, **told), timezone.now())


def _messages(config: ExtensionConfig, subject: str) -> None:
    """One in each state, and replies."""
    now = timezone.now()
    for number, (state, text) in enumerate(TEXTS.items()):
        _sent(config, subject, state, text, now - timedelta(hours=3 * number, minutes=2))
    texts = ("OK apn=rail.example heartbeat=600", "POS 69.6492 18.9553 fix=3d sats=9", "ERR 17: cabinet is locked")
    replies = [SmsReply(subject, str(n), text, now - timedelta(hours=5 * n + 1)) for n, text in enumerate(texts)]
    services.store_replies(config, replies, now)


def _sent(config: ExtensionConfig, subject: str, state: State, text: str, at: datetime) -> None:
    settled = None if state in (State.QUEUED, State.ACCEPTED) else at + timedelta(minutes=1)
    far = at + timedelta(days=30)
    Operation.objects.create(
        organization=config.organization,
        config=config,
        subject=subject if state != State.QUEUED else USES["below"][0],
        operation_id=operations.SMS,
        kind="write",
        parameters={"message": text},
        state=state,
        sentence=SAID.get(state, ""),
        words="Subscriber absent" if state == State.FAILED else "",
        asked_by=RAIL_ADMIN,
        asked_at=at,
        accepted_at=at if state in SAID else None,
        settled_at=settled,
        confirm_by=far,
        next_attempt_at=far,
    )


def _busy(config: ExtensionConfig) -> None:
    """An hour of calls, with those of another organization on the account; throttled for the moment."""
    now = timezone.now()
    for ago in range(1, 58):
        at = now - timedelta(minutes=ago)
        _count(config, at, Purpose.USAGE, 60 + ago % 7 * 9)
        _count(config, at, Purpose.PEOPLE, ago % 5 * 4)
        _count(config, at, Purpose.SYNC, 120 if 20 < ago < 26 else 0, failed=3 * (ago == 22), throttled=3 * (ago == 22))
        _count(config, at, Purpose.USAGE, ago % 3 * 17, config_id=999_999)
    _shut(config, Lane.Block.THROTTLED, now + timedelta(hours=1))


def _count(config: ExtensionConfig, at: datetime, purpose: Purpose, calls: int, **more: Any) -> None:
    minute = at.replace(second=0, microsecond=0)
    values = {"config_id": config.pk, "purpose": purpose, "calls": calls, **more}
    if calls:
        CallCount.objects.create(lane_id=config.lane_id, begins=minute, **values)


def _shut(config: ExtensionConfig, block: str, until: datetime) -> None:
    Lane.objects.filter(pk=config.lane_id).update(block=block, blocked_until=until)
