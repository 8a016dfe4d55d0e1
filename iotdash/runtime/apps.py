from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "iotdash.runtime"
    label = "runtime"

    def ready(self) -> None:
        from iotdash.runtime.jobs import keeping as jobs_kept
        from iotdash.runtime.jobs import messages
        from iotdash.runtime.outbox import keeping
        from iotdash.runtime.sweep import register_due_finder

        register_due_finder("old mail", keeping.forget_old)
        register_due_finder("jobs", messages.send_due)
        register_due_finder("old jobs", jobs_kept.forget_old)
