from django.apps import AppConfig


class MailersConfig(AppConfig):
    name = "extensions.mailers"
    label = "mailers"
    verbose_name = "Mail"

    def ready(self) -> None:
        from extensions.core import registry
        from extensions.mailers.capability import MailCapability

        registry.register_capability(MailCapability())
