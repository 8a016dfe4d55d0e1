from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "iotdash.audit"
    label = "audit"
