from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "iotdash.runtime"
    label = "runtime"
