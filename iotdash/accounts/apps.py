from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    name = "iotdash.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from iotdash.accounts.mfa import receivers  # noqa: F401  connects them
        from iotdash.accounts.proving import receivers as proving  # noqa: F401  connects them
        from iotdash.lib.ciphertexts import register_ciphertexts

        register_ciphertexts("second factors", Authenticator, "data")


class SupportConfig(admin_apps.AdminConfig):
    """Django's admin, with our site in place of its own."""

    default = False
    default_site = "iotdash.accounts.support.SupportSite"
