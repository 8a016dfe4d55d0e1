from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "iotdash.runtime"
    label = "runtime"

    def ready(self) -> None:
        from iotdash.runtime.outbox import keeping
        from iotdash.runtime.sweep import register_due_finder

        register_due_finder("old mail", keeping.forget_old)
