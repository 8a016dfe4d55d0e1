"""How sign-in behaves here: nobody signs up by themselves, and a changed password leaves a trace."""

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from iotdash.accounts.addresses import address_of
from iotdash.accounts.models import User
from iotdash.audit.services import Source, record


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Called for a change and for a reset."""
        super().set_password(user, password)
        source = Source(actor=user.email, address=address_of(self.request))
        record(source, "password changed", "person", user.email)
