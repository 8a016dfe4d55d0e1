"""Asking for the site mail, opening its link, and answering it."""

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.accounts.addresses import address_of
from iotdash.accounts.proving import services, tokens
from iotdash.accounts.site_mail import MailNotSent
from iotdash.accounts.throttling import exceeded, too_many
from iotdash.audit.services import Source

PROOF = "address_proof"
AFTERWARDS = "address_proof_next"


@require_POST
@login_required
def send(request: HttpRequest) -> HttpResponse:
    """Sends the link to the address one signs in with, and leads back to where it was asked for."""
    back = get_next_redirect_url(request) or reverse("profile")
    if request.user.address_proved_at:
        messages.info(request, "Your address is proved already.")
    elif not settings.SITE_MAIL:
        messages.error(request, "This installation sends no mail. Ask its support staff to vouch for your address.")
    elif exceeded(request, "prove_address"):
        return too_many(request)
    else:
        _send(request, back)
    return redirect(back)


def _send(request: HttpRequest, back: str) -> None:
    try:
        services.send_link(_source(request), request.user)
    except MailNotSent as error:
        messages.error(request, str(error))
        return
    request.session[AFTERWARDS] = back
    messages.success(request, f"A mail is on its way to {request.user.email}. Open its link in this browser.")


@require_safe
@cache_control(no_store=True)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps the token and goes on at an address without it, which can be passed on without harm."""
    request.session[PROOF] = token
    response = redirect("address_proof")
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def answer(request: HttpRequest) -> HttpResponse:
    """A button; pressing it proves the address. Mail scanners open links, but press nothing."""
    token = request.session.get(PROOF)
    if token is None:
        return render(request, "accounts/proving/dead.html", status=404)
    if not request.user.is_authenticated:
        return render(request, "accounts/proving/sign_in.html")
    if not tokens.proves(request.user, token):
        return render(request, "accounts/proving/dead.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/proving/answer.html")
    return _proved(request)


def _proved(request: HttpRequest) -> HttpResponse:
    services.prove(_source(request), request.user, by="site mail")
    del request.session[PROOF]
    messages.success(request, "Your address is proved.")
    return redirect(request.session.pop(AFTERWARDS, None) or "profile")


def _source(request: HttpRequest) -> Source:
    return Source(actor=request.user.email, address=address_of(request))
