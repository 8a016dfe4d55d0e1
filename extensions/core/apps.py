from django.apps import AppConfig


class ExtensionsConfig(AppConfig):
    name = "extensions.core"
    label = "extensions"
    verbose_name = "Extensions"

    def ready(self) -> None:
        from extensions.core import alerts, checks, facet, inbound, pages, registry
        from extensions.core.rest import document, outcomes, service_status
        from extensions.core.services import redigesting
        from iotdash.lib.ciphertexts import register_ciphertexts
        from iotdash.organizations.alerts import conditions
        from iotdash.runtime.key_marks import register_redigest

        registry.load()
        checks.register()
        facet.register()
        document.register()
        pages.register()
        outcomes.register()
        service_status.register()
        conditions.register(alerts.ConfigurationNeedsAttention())
        configurations, checks_asked = self.get_model("ExtensionConfig"), self.get_model("ConnectionCheck")
        drafts = self.get_model("SettingsDraft")
        register_ciphertexts("extension configurations", configurations, "secrets", "organization_id")
        register_ciphertexts("connection checks", checks_asked, "draft", "organization_id")
        register_ciphertexts("drafts of settings", drafts, "draft", "organization_id")
        register_redigest("accounts", redigesting.redigest)
        register_redigest("addresses for messages", inbound.redigest)
        _register_work()
        _register_due_finders()


def _register_work() -> None:
    from extensions.core import lanes
    from extensions.core.services import connection_checks, operations

    lanes.register_source(connection_checks.source, lanes.Purpose.PEOPLE)
    lanes.register_source(operations.source, lanes.Purpose.PEOPLE)
    lanes.register_source(operations.background, lanes.Purpose.BACKGROUND)


def _register_due_finders() -> None:
    from extensions.core import inbound, lanes
    from extensions.core.services import (
        connection_checks,
        drafts,
        exchanges,
        linking,
        operations,
        readability,
        recovery,
    )
    from iotdash.runtime.sweep import register_due_finder

    # First, so that what becomes readable is due in the same sweep.
    register_due_finder("unreadable secrets", readability.review)
    register_due_finder("lanes", lanes.wake_due)
    register_due_finder("counts of calls", lanes.tidy_counts)
    register_due_finder("connection checks", connection_checks.forget_old)
    register_due_finder("drafts of settings", drafts.forget_old)
    register_due_finder("exchanges", exchanges.forget_old)
    register_due_finder("links of devices", linking.wake_stale)
    register_due_finder("inbound events", inbound.wake_due)
    register_due_finder("old inbound events", inbound.forget_old)
    register_due_finder("recovery", recovery.ask_again)
    register_due_finder("operations of removed extensions", operations.settle_removed)
