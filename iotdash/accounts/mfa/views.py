"""Pages of two-step sign-in. The steps are allauth's."""

from typing import Any

from allauth.account import views as account_views
from allauth.mfa import app_settings
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from iotdash.accounts.mfa.proof import has_second_factor
from iotdash.accounts.views import InvalidIs422


class IndexView(base.IndexView):
    """What is set up. Counts without decrypting, so that it opens when a key is missing."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = list(Authenticator.objects.filter(user=self.request.user).order_by("pk"))
        by_type = {each.type: each for each in own}
        return {
            "app": by_type.get(Authenticator.Type.TOTP),
            "passkeys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
            "codes": by_type.get(Authenticator.Type.RECOVERY_CODES),
            "codes_left": _codes_left(by_type.get(Authenticator.Type.RECOVERY_CODES)),
            "protected": has_second_factor(self.request.user),
        }


def _codes_left(codes: Authenticator | None) -> int:
    return app_settings.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count() if codes else 0


class AuthenticateView(InvalidIs422, base.AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offers a passkey to those who have one; others would be asked for something that does not exist."""
        context = super().get_context_data(**kwargs)
        own = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN)
        return context | {"has_passkey": own.exists()}


class ReauthenticateView(InvalidIs422, base.ReauthenticateView):
    pass


class PasswordReauthenticateView(InvalidIs422, account_views.ReauthenticateView):
    pass


class ActivateTOTPView(InvalidIs422, totp.ActivateTOTPView):
    pass


class AddWebAuthnView(InvalidIs422, webauthn.AddWebAuthnView):
    pass


class EditWebAuthnView(InvalidIs422, webauthn.EditWebAuthnView):
    pass


class ReauthenticateWebAuthnView(webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Says so here; allauth's own would lead to the sign-in page, which a signed-in person never sees."""
        return self.render_to_response(self.get_context_data(form=form) | {"form": form}, status=422)


class ViewRecoveryCodesView(recovery_codes.ViewRecoveryCodesView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("mfa_index")


index = IndexView.as_view()
authenticate = AuthenticateView.as_view()
reauthenticate = ReauthenticateView.as_view()
reauthenticate_by_password = PasswordReauthenticateView.as_view()
reauthenticate_by_passkey = ReauthenticateWebAuthnView.as_view()
# What shows a secret is kept by no browser: after signing out, "back" would show it again.
activate_app = never_cache(ActivateTOTPView.as_view())
deactivate_app = totp.deactivate_totp
codes = never_cache(ViewRecoveryCodesView.as_view())
new_codes = recovery_codes.generate_recovery_codes
download_codes = never_cache(recovery_codes.download_recovery_codes)
add_passkey = AddWebAuthnView.as_view()
edit_passkey = EditWebAuthnView.as_view()
remove_passkey = webauthn.remove_webauthn


def passkeys(request: HttpRequest) -> HttpResponse:
    """allauth leads here after a change; all of it is on one page."""
    return redirect("mfa_index")
