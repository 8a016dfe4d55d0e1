"""Recording what was said to a service and what it answered, redacted before it is written down.

One insert per call; the sweep takes away what is too many or too old. Nothing that goes wrong here fails a call.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from requests import PreparedRequest, Response

from extensions.core import registry, secret_settings
from extensions.core.contract import Manifest
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Operation
from extensions.core.redaction import Redactor
from iotdash.lib.outbound import CallRecord
from iotdash.lib.schema_forms import secret_names
from iotdash.organizations.models import Organization

LARGEST_PER_CONFIGURATION = 2 * 1024 * 1024
READ_BACK = "read-back of "
_FIRST_FAILURE = 400

logger = logging.getLogger(__name__)


class Recorder:
    """A witness for guarded sessions: `turn.session(Recorder(…))`. `about` names the rows that an exchange goes to."""

    def __init__(self, redactor: Redactor, purpose: str, **about: Any) -> None:
        self._redactor, self._purpose, self._about = redactor, purpose, about

    def __call__(self, call: CallRecord, request: PreparedRequest, response: Response | None) -> None:
        if not django_settings.IOTDASH_EXCHANGES_KEPT:
            return
        try:
            self._exchange(call, request, response).save(force_insert=True)
        except Exception as error:  # noqa: BLE001 - no call may fail for its record, and no trace of it may quote it
            logger.warning("an exchange could not be recorded: %s", type(error).__name__)

    def _exchange(self, call: CallRecord, request: PreparedRequest, response: Response | None) -> Exchange:
        asked = _told(self._redactor, request.headers, request.body)
        answered = None if response is None else _told(self._redactor, response.headers, response.content)
        url = self._redactor.url(request.url)
        return Exchange(
            **self._about,
            purpose=self._purpose[:80],
            method=call.method[:10],
            url=url,
            status=call.status,
            error=type(call.error).__name__ if call.error else "",
            sent=call.sent,
            failed=call.status is None or call.status >= _FIRST_FAILURE,
            seconds=round(call.seconds, 3),
            size=len(url) + len(json.dumps([asked, answered], ensure_ascii=False)),
            request=asked,
            response=answered,
        )


def of_check(check: ConnectionCheck, settings: Mapping[str, Any]) -> Recorder:
    """The exchanges of a draft belong to the check; those of stored settings to their configuration at once."""
    about = {"config_id": check.config_id} if check.config_id else {"check_asked": check}
    manifest = registry.manifest(check.slug)
    return Recorder(redactor(check.organization, manifest, settings), "check", **about)


def of_operation(operation: Operation, settings: Mapping[str, Any], *, read_back: bool = False) -> Recorder:
    purpose = f"{READ_BACK}{operation.operation_id}" if read_back else operation.operation_id
    return of_configuration(operation.config, settings, purpose, operation=operation.public_id)


def of_configuration(
    config: ExtensionConfig, settings: Mapping[str, Any], purpose: str, operation: UUID | None = None
) -> Recorder:
    """`settings` are the decrypted ones that the calls are made with."""
    known = redactor(config.organization, registry.manifest(config.slug), settings)
    return Recorder(known, purpose, config=config, operation=operation)


def redactor(organization: Organization, manifest: Manifest, settings: Mapping[str, Any]) -> Redactor:
    """The same value has the same stand-in in all of an organization, and another in any other."""
    secrets = [str(settings.get(name) or "") for name in secret_names(manifest.settings_schema)]
    return Redactor(manifest.wire, organization.public_id, secrets)


def adopt(config: ExtensionConfig, settings: Mapping[str, Any]) -> None:
    """The checks of exactly these settings, made before they were saved, are part of the configuration's story."""
    checks = ConnectionCheck.objects.filter(
        organization=config.organization, slug=config.slug, settings_digest=secret_settings.digest(settings)
    )
    Exchange.objects.filter(check_asked__in=checks).update(config=config, check_asked=None)


def forget_old() -> None:
    """Due-finder: of each configuration stay the newest that went well and as many that failed, for some days.

    Apart, because the calls of a synchronisation would soon push out the one failure that support needs.
    """
    oldest = timezone.now() - timedelta(days=django_settings.IOTDASH_EXCHANGES_DAYS)
    Exchange.objects.filter(at__lt=oldest).delete()
    groups = Exchange.objects.values("config", "failed").annotate(count=Count("pk")).order_by()
    crowded = groups.filter(count__gt=django_settings.IOTDASH_EXCHANGES_KEPT).values_list("config", flat=True)
    for config_id in {*crowded} - {None}:
        Exchange.objects.filter(pk__in=_too_many(config_id)).delete()


def _too_many(config_id: int) -> list[int]:
    newest_first = F("id").desc()
    of_config = Exchange.objects.filter(config=config_id).annotate(
        place=Window(RowNumber(), partition_by="failed", order_by=newest_first),
        total=Window(Sum("size"), order_by=newest_first),
    )
    beyond = Q(place__gt=django_settings.IOTDASH_EXCHANGES_KEPT) | Q(total__gt=LARGEST_PER_CONFIGURATION)
    return list(of_config.filter(beyond).values_list("pk", flat=True))


def _told(known: Redactor, headers: Mapping[str, str], content: Any) -> dict[str, Any]:
    shown, others = known.headers(headers)
    whole = content if isinstance(content, bytes | str) else None
    body = known.body(whole, headers.get("Content-Type", ""))
    return {"headers": shown, "others": others, "body": asdict(body)}
