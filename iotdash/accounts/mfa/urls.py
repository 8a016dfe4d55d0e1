"""Two-step sign-in; allauth's names stay, because its own code looks them up."""

from django.urls import path

from iotdash.accounts.mfa import views

urlpatterns = [
    path("reauthenticate/", views.reauthenticate_by_password, name="account_reauthenticate"),
    path("2fa/", views.index, name="mfa_index"),
    path("2fa/authenticate/", views.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", views.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/app/add/", views.activate_app, name="mfa_activate_totp"),
    path("2fa/app/remove/", views.deactivate_app, name="mfa_deactivate_totp"),
    path("2fa/codes/", views.codes, name="mfa_view_recovery_codes"),
    path("2fa/codes/new/", views.new_codes, name="mfa_generate_recovery_codes"),
    path("2fa/codes/download/", views.download_codes, name="mfa_download_recovery_codes"),
    path("2fa/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("2fa/passkeys/reauthenticate/", views.reauthenticate_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("2fa/passkeys/<int:pk>/rename/", views.edit_passkey, name="mfa_edit_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
]
