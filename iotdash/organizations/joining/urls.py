"""Addresses of invitations; the one with the token comes last, because a token may be any text."""

from django.urls import path

from iotdash.organizations.joining import views

urlpatterns = [
    path("", views.page, name="join_page"),
    path("accept/", views.confirm, name="join_confirm"),
    path("account/", views.make_account, name="join_account"),
    path("sign-out/", views.sign_out, name="join_sign_out"),
    path("<str:token>/", views.open_link, name="join"),
]
