from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    name = "iotdash.accounts"
    label = "accounts"
    verbose_name = "people"

    def ready(self) -> None:
        from iotdash.accounts.mfa import receivers  # noqa: F401  connects them


class SupportConfig(admin_apps.AdminConfig):
    """Django's admin, with our site in place of its own."""

    default = False
    default_site = "iotdash.accounts.support.SupportSite"
