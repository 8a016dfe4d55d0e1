"""Sign-in, passwords and the profile. The steps are allauth's; here is what differs."""

from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.accounts import services, sessions
from iotdash.accounts.addresses import address_of
from iotdash.accounts.forms import ProfileForm
from iotdash.accounts.mfa import proof
from iotdash.accounts.site_mail import MailNotSent
from iotdash.audit.services import Source
from iotdash.lib.htmx import invalid, redirect


class InvalidIs422:
    """Every form of ours answers 422 when it comes back with errors."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignInView(InvalidIs422, allauth_views.LoginView):
    pass


class PasswordChangeView(InvalidIs422, allauth_views.PasswordChangeView):
    pass


class PasswordResetView(InvalidIs422, allauth_views.PasswordResetView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without site mail there is no form: it would promise a message that nobody gets."""
        if not settings.SITE_MAIL:
            return render(request, "accounts/no_site_mail.html")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Keeps what was typed when the mail does not leave. Whether there is an account makes no difference to it."""
        try:
            return super().form_valid(form)
        except MailNotSent as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=503)


class PasswordResetFromKeyView(InvalidIs422, allauth_views.PasswordResetFromKeyView):
    pass


sign_in = SignInView.as_view()
password_change = PasswordChangeView.as_view()
password_reset = PasswordResetView.as_view()
password_reset_from_key = PasswordResetFromKeyView.as_view()


def no_sign_up(request: HttpRequest) -> HttpResponse:
    """The address exists because allauth's code names it."""
    raise Http404("There is no public sign-up.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/profile.html", _profile_context(request, ProfileForm(instance=request.user)))
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        # The instance carries the refused values, and the frame shows the person's name.
        request.user.refresh_from_db()
        return invalid(request, "accounts/profile.html", _profile_context(request, form))
    source = Source(actor=request.user.email, address=address_of(request))
    services.change_profile(source, request.user, **form.cleaned_data)
    messages.success(request, "Profile saved.")
    return redirect(request, "profile")


def _profile_context(request: HttpRequest, form: ProfileForm) -> dict[str, Any]:
    return {"form": form, "protected": proof.has_second_factor(request.user), "site_mail": settings.SITE_MAIL}


@login_required
@require_safe
def sessions_page(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/sessions.html", {"sessions": sessions.listed(request)})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    ended = sessions.end(request, pk)
    messages.success(request, "That session has ended." if ended else "That session had ended already.")
    return redirect(request, "sessions")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    count = sessions.end_others(request)
    messages.success(request, f"Signed out elsewhere ({count})." if count else "You were signed in nowhere else.")
    return redirect(request, "sessions")
