from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "iotdash.accounts"
    label = "accounts"
    verbose_name = "people"
