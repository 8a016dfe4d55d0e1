"""Pages of whoever was invited. Opening a link changes nothing: mail scanners do it too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from iotdash.accounts.addresses import address_of
from iotdash.accounts.signing_in import sign_in
from iotdash.accounts.throttling import exceeded, too_many
from iotdash.organizations.invitations import tokens
from iotdash.organizations.joining import queries, services, session
from iotdash.organizations.joining.forms import NewAccountForm
from iotdash.organizations.joining.queries import Standing
from iotdash.organizations.joining.words import DEAD_LINKS
from iotdash.organizations.models import Invitation, Membership

View = Callable[..., HttpResponse]
PAGES = {
    Standing.NEW: ("new_account", 200),
    Standing.SWITCHED_OFF: ("switched_off", 403),
    Standing.SIGN_IN: ("sign_in", 200),
    Standing.OTHER_ACCOUNT: ("other_account", 200),
    Standing.BLOCKED: ("blocked", 403),
    Standing.MEMBER: ("member", 200),
    Standing.UNPROVED: ("unproved", 200),
    Standing.CONFIRM: ("confirm", 200),
}


@require_safe
@cache_control(no_store=True)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Goes on at an address without the token, and never sends the one with it along as Referer."""
    guessed_too_often = exceeded(request, "guess_invitation", count=False)
    response = too_many(request) if guessed_too_often else _opened(request, token)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _opened(request: HttpRequest, token: str) -> HttpResponse:
    """A link that nobody signed is a guess, and guesses are counted."""
    if opened := tokens.read(token):
        session.remember(request, opened)
        return redirect("join_page")
    exceeded(request, "guess_invitation")
    return _page(request, None, Standing.UNKNOWN)


@require_safe
@cache_control(no_store=True)
def page(request: HttpRequest) -> HttpResponse:
    opened = session.opened(request)
    invitation = queries.invitation_of(opened)
    return _page(request, invitation, queries.standing(invitation, opened, request.user))


def joining(view: View) -> View:
    """A step of joining: POST, not too often, and of the invitation that the page showed."""

    @require_POST
    @cache_control(no_store=True)
    @wraps(view)
    def step(request: HttpRequest) -> HttpResponse:
        if exceeded(request, "join"):
            return too_many(request)
        opened = session.opened(request)
        if opened is None:
            return _nothing_open(request)
        if request.POST.get("invitation") != str(opened.invitation_id):
            messages.warning(request, "Another invitation was opened in this browser since. This is that one.")
            return redirect("join_page")
        try:
            return view(request, opened)
        except services.CannotJoin as failure:
            return _page(request, failure.invitation, failure.standing)

    return step


@joining
def confirm(request: HttpRequest, opened: tokens.Token) -> HttpResponse:
    membership = services.accept(opened, request.user, address_of(request))
    session.forget(request)
    return redirect(_joined(request, membership))


@sensitive_post_parameters("password1", "password2")
@joining
def make_account(request: HttpRequest, opened: tokens.Token) -> HttpResponse:
    address = address_of(request)
    invitation = services.wanted_by_new_person(opened, request.user, address)
    form = NewAccountForm(request.POST, email=invitation.email_normalized)
    if not form.is_valid():
        return _page(request, invitation, Standing.NEW, form)
    person = form.cleaned_data["name"], form.cleaned_data["password1"]
    membership = services.accept_as_new_person(opened, request.user, *person, address)
    session.forget(request)
    return sign_in(request, membership.user, _joined(request, membership))


@require_POST
@cache_control(no_store=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in with another address: the invitation stays open in this browser."""
    opened = session.opened(request)
    get_adapter().logout(request)
    if opened:
        session.remember(request, opened)
    return redirect("join_page")


def _joined(request: HttpRequest, membership: Membership) -> str:
    """The organization's own page, with a word of welcome."""
    role = membership.get_role_display()
    messages.success(request, f"You are a member of {membership.organization.name} as {role}.")
    return reverse("organizations:overview", kwargs={"org": membership.organization.public_id})


def _page(
    request: HttpRequest, invitation: Invitation | None, standing: Standing, form: NewAccountForm | None = None
) -> HttpResponse:
    if standing in DEAD_LINKS:
        return _dead(request, invitation, standing)
    name, status = PAGES[standing]
    context = _context(request, invitation, form)
    return render(request, f"organizations/joining/{name}.html", context, status=422 if form else status)


def _context(request: HttpRequest, invitation: Invitation, form: NewAccountForm | None) -> dict[str, Any]:
    return {
        "invitation": invitation,
        "inviter": invitation.inviter_name or invitation.invited_by,
        "role": queries.role_of(invitation).label,
        "membership": request.user.is_authenticated and queries.membership_in(invitation, request.user),
        "form": form or NewAccountForm(email=invitation.email_normalized),
        "site_mail": settings.SITE_MAIL,
        "back": reverse("join_page"),
    }


def _nothing_open(request: HttpRequest) -> HttpResponse:
    """A form that was sent twice, by a double click for instance, finds that the first one did it.

    Else the session is over.
    """
    used = queries.used_invitation(request.POST.get("invitation", ""))
    return _page(request, used, Standing.USED if used else Standing.CLOSED)


def _dead(request: HttpRequest, invitation: Invitation | None, standing: Standing) -> HttpResponse:
    """Whoever accepted it and opens it again is led on."""
    own = invitation and request.user.is_authenticated and invitation.accepted_by_id == request.user.pk
    membership = queries.membership_in(invitation, request.user) if own else None
    context = {"words": DEAD_LINKS[standing], "membership": membership}
    status = 404 if standing in (Standing.CLOSED, Standing.UNKNOWN) else 410
    return render(request, "organizations/joining/dead_link.html", context, status=status)
