from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from extensions.core import registry, secret_settings
from extensions.core.models import ConnectionCheck, DeviceConfiguration, ExtensionConfig, Health, SettingsDraft
from extensions.core.services import configurations, connection_checks
from iotdash.accounts.support import staff_source
from iotdash.lib.admin import NotDone, ReadOnlyAdmin
from iotdash.lib.crypto import CryptoError


@admin.register(ExtensionConfig)
class ExtensionConfigAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "organization", "health", "last_success_at", "paused_at", "removed_at")
    list_filter = (
        "slug",
        "health",
        ("paused_at", admin.EmptyFieldListFilter),
        ("removed_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("organization",)
    search_fields = ("name", "=organization__public_id")
    searched_everywhere = 5
    exclude = ("secrets", "account_digest")
    readonly_fields = ("lane", "proved_at", "proof", "links_stale", "created_at", "updated_at")
    actions = ("check_now", "resume")

    @admin.action(description="Check chosen configurations now", permissions=["act"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[ExtensionConfig]) -> None:
        self.each(request, queryset.select_related("organization", "lane"), lambda config: _check(request, config))

    @admin.action(description="Resume chosen configurations", permissions=["act"])
    def resume(self, request: HttpRequest, queryset: QuerySet[ExtensionConfig]) -> None:
        self.each(request, queryset.select_related("organization"), lambda config: _resume(request, config))


def _check(request: HttpRequest, config: ExtensionConfig) -> str:
    _require_present(config)
    manifest = registry.manifests().get(config.slug)
    if manifest is None:
        raise NotDone("Its extension is not installed.")
    try:
        settings = secret_settings.whole(config)
    except CryptoError as error:
        raise NotDone(str(error)) from error
    source = staff_source(request, config.organization.public_id)
    connection_checks.ask(config.organization, manifest, settings, source, config)
    return "A check is asked. Its outcome appears under connection checks and as health."


def _resume(request: HttpRequest, config: ExtensionConfig) -> str:
    _require_present(config)
    if config.paused_at is None and config.health == Health.NEEDS_ATTENTION:
        raise NotDone(f"It is not paused; it needs attention: {config.health_reason}")
    if config.paused_at is None:
        raise NotDone("It is not paused.")
    configurations.resume(config, staff_source(request, config.organization.public_id))
    return "Resumed. What was waiting goes on."


def _require_present(config: ExtensionConfig) -> None:
    if config.removed_at:
        raise NotDone("It was removed, and its secrets with it.")


@admin.register(ConnectionCheck)
class ConnectionCheckAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "slug", "organization", "config", "state", "sentence", "asked_by")
    list_filter = ("state", "slug", "asked_at")
    list_select_related = ("organization", "config")
    search_fields = ("=public_id", "^asked_by", "=organization__public_id")
    exclude = ("draft", "settings_digest", "holder")
    readonly_fields = ("public_id",)


@admin.register(SettingsDraft)
class SettingsDraftAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "slug", "organization", "made_by")
    list_filter = ("slug", "made_at")
    list_select_related = ("organization",)
    search_fields = ("=public_id", "^made_by", "=organization__public_id")
    exclude = ("draft",)
    readonly_fields = ("public_id",)


@admin.register(DeviceConfiguration)
class DeviceConfigurationAdmin(ReadOnlyAdmin):
    list_display = ("device", "version", "changed_by", "changed_at")
    list_filter = ("changed_at",)
    list_select_related = ("device",)
    search_fields = ("^changed_by", "=device__device_id")
