from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "iotdash.lib"
    label = "lib"

    def ready(self) -> None:
        from iotdash.lib import checks  # noqa: F401  registers the system checks
