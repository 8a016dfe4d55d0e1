"""The support pages: Django's admin, behind our sign-in and a second factor."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import logout
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from iotdash.accounts.addresses import address_of
from iotdash.accounts.mfa import proof
from iotdash.audit.services import STAFF, Source
from iotdash.lib.admin import search


def staff_source(request: HttpRequest, organization: str = "") -> Source:
    """Who of the support staff acts, for the activity log; `organization` is a public id."""
    return Source(request.user.email, organization, address_of(request), via=STAFF)


class SupportSite(admin.AdminSite):
    site_header = "iotdash support"
    site_title = "iotdash support"
    index_title = "All lists"
    # Lists are wide, and the start page has all of them.
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who have used a second factor in this session; asked several times per page, looked up once."""
        if not hasattr(request, "_may_support"):
            request._may_support = super().has_permission(request) and proof.second_factor_used(request)
        return request._may_support

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Leads to whatever step is missing: sign-in, setting up a second factor, or using it."""
        wanted = get_next_redirect_url(request) or reverse("admin:index")
        person = request.user
        if not person.is_authenticated:
            return _on_the_way(reverse("account_login"), wanted)
        if not super().has_permission(request):
            raise PermissionDenied("These pages are for the support staff of this installation.")
        if self.has_permission(request):
            return redirect(wanted)
        if not proof.has_second_factor(person):
            return redirect("mfa_index")
        return _on_the_way(proof.url_to_prove(person), wanted)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ours, which leaves a line in the activity log."""
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """What is searched for most comes first."""
        return sorted(super().get_app_list(request, app_label), key=self._place)

    def _place(self, app: dict[str, Any]) -> tuple[int, str]:
        places = (getattr(self.get_model_admin(each["model"]), "searched_everywhere", 0) for each in app["models"])
        return min((place for place in places if place), default=99), app["name"]

    def get_urls(self) -> list[URLPattern]:
        return [path("search/", self.admin_view(self.search), name="search"), *super().get_urls()]

    def search(self, request: HttpRequest) -> HttpResponse:
        """One search over everything that declares `searched_everywhere`."""
        text = request.GET.get("q", "").strip()
        context = self.each_context(request) | {
            "title": "Search",
            "query": text,
            "groups": search.everywhere(self, request, text),
            "searched": search.in_words(self, request),
        }
        return TemplateResponse(request, "admin/search.html", context)


def _on_the_way(url: str, wanted: str) -> HttpResponse:
    return redirect(f"{url}?{urlencode({'next': wanted})}")
