"""Sign-in and profile. Of allauth only what we use; its names stay, because its own code looks them up."""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from iotdash.accounts import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("accounts/sessions/", views.sessions_page, name="sessions"),
    path("accounts/sessions/end/", views.end_other_sessions, name="end_other_sessions"),
    path("accounts/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("accounts/login/", views.sign_in, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/signup/", views.no_sign_up, name="account_signup"),
    path("accounts/", include("iotdash.accounts.mfa.urls")),
    path("accounts/address/", include("iotdash.accounts.proving.urls")),
    path("accounts/password/change/", views.password_change, name="account_change_password"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
