"""Signing somebody in who has just shown to know their password."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from iotdash.accounts.models import User


def sign_in(request: HttpRequest, person: User, url: str) -> HttpResponse:
    """By allauth's steps, which ask for a second factor where there is one; leads to `url`."""
    return perform_password_login(request, {"email": person.email}, Login(user=person, redirect_url=url))
