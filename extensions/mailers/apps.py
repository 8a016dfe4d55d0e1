from django.apps import AppConfig


class MailersConfig(AppConfig):
    name = "extensions.mailers"
    label = "mailers"
    verbose_name = "Mail"

    def ready(self) -> None:
        from extensions.core import lanes, registry
        from extensions.mailers import testmail, waiting
        from extensions.mailers.capability import MailCapability
        from extensions.mailers.sources import source
        from extensions.mailers.transport import MailTransport
        from iotdash.runtime import outbox
        from iotdash.runtime.sweep import register_due_finder

        registry.register_capability(MailCapability())
        outbox.register_transport(MailTransport())
        outbox.register_composer(testmail.KIND, testmail.compose)
        lanes.register_source(source, lanes.Purpose.PEOPLE)
        register_due_finder("waiting mail", waiting.review)
