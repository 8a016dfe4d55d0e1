from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "iotdash.demo"
    label = "demo"

    def ready(self) -> None:
        from iotdash.demo import sandboxes

        sandboxes.register_probes()
