"""Finding what an address names, always through the member's organization; 404 when it is not there."""

from uuid import UUID

from django.http import Http404, HttpRequest

from devices.models import Device
from devices.queries import device_of
from extensions.core import queries, registry
from extensions.core.contract import Manifest
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Operation, SettingsDraft


def manifest_or_404(slug: str) -> Manifest:
    try:
        return registry.manifest(slug)
    except registry.UnknownExtension as error:
        raise Http404(str(error)) from None


def configuration_or_404(request: HttpRequest, config_id: int) -> ExtensionConfig:
    try:
        return queries.configuration(request.organization, config_id)
    except ExtensionConfig.DoesNotExist:
        raise Http404("This organization has no such extension configuration.") from None


def device_or_404(request: HttpRequest, type_id: str, device_id: str) -> Device:
    try:
        return device_of(request.organization, type_id, device_id, related=["configuration"])
    except Device.DoesNotExist:
        raise Http404("This organization has no such device.") from None


def operation_or_404(request: HttpRequest, public_id: UUID) -> Operation:
    try:
        return queries.operation(request.organization, public_id)
    except Operation.DoesNotExist:
        raise Http404("This organization has no such operation.") from None


def exchange_or_404(config: ExtensionConfig, exchange_id: int) -> Exchange:
    try:
        return queries.exchange(config, exchange_id)
    except Exchange.DoesNotExist:
        raise Http404("This exchange is no longer kept; only the newest are.") from None


def check_named(request: HttpRequest, **exact) -> ConnectionCheck | None:
    """The check that the form or the address names as `check`; None when there is none, or it was forgotten."""
    return queries.check_of(request.organization, _id_named(request, "check"), **exact)


def draft_named(request: HttpRequest, **exact) -> SettingsDraft | None:
    """The same for the draft that the form names as `draft`."""
    return queries.draft_of(request.organization, _id_named(request, "draft"), **exact)


def _id_named(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name) or request.GET.get(name) or "")
    except ValueError:
        return None
