"""How sign-in behaves here: nobody signs up by themselves, and a changed password leaves a trace."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from iotdash.accounts.addresses import address_of
from iotdash.accounts.mfa import proof
from iotdash.accounts.models import User
from iotdash.accounts.site_mail import SiteMail
from iotdash.audit.services import Source, record


class AccountAdapter(SiteMail):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Before second factors are changed; not of somebody who signed in a moment ago."""
        return not proof.signed_in_just_now(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """A password alone may not take away the second factor that protects against a stolen one."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger if stronger and proof.has_second_factor(user) else methods

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Called for a change and for a reset."""
        super().set_password(user, password)
        source = Source(actor=user.email, address=address_of(self.request))
        record(source, "password changed", "person", user.email)
