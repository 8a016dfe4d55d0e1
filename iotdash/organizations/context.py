"""What the frame of every signed-in page needs: the organization, the switcher and the navigation."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from iotdash.accounts.models import User
from iotdash.lib.htmx import wants_part
from iotdash.lib.key_doctor import watch
from iotdash.lib.nav import NavContext, NavLink, entries
from iotdash.organizations.alerts.queries import shown_number
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Membership
from iotdash.organizations.queries import current_membership, memberships_of
from iotdash.organizations.roles import MANAGE_EXTENSIONS, MANAGE_INVITATIONS, Role


@dataclass(frozen=True)
class OrganizationLink:
    """One line of the switcher."""

    label: str
    url: str
    active: bool


def organization(request: HttpRequest) -> dict[str, Any]:
    """`membership`, `organization`, `may_invite`, and for pages all that stands around them.

    On pages outside an organization (profile, errors) the frame is that of the last used one. A fragment has
    no frame, so it costs no query. Computed once per request, however many templates are rendered.
    """
    if not hasattr(request, "_frame"):
        request._frame = _frame(request)
    return request._frame


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    membership = getattr(request, "membership", None)
    if wants_part(request):
        return _here(membership)
    memberships = getattr(request, "memberships", None) or memberships_of(user)
    membership = membership or current_membership(request, memberships)
    return {
        **_here(membership),
        "organization_links": [_link(each, membership) for each in memberships],
        "nav_entries": _nav_entries(request, membership),
        "key_problems": _key_problems(user, membership),
        "profile_url": reverse("profile"),
        "bell": shown_number(membership.open_alerts) if membership else "",
    }


def _key_problems(user: User, membership: Membership | None) -> list[str]:
    """For staff all, with figures; for administrators those that concern secrets of their organization."""
    report = watch.known()
    if report is None or not report.unreadable:
        return []
    if user.is_staff:
        return report.sentences
    if membership is None or not may(membership, MANAGE_EXTENSIONS, membership.organization):
        return []
    return [use.sentence_for_members for use in report.of_organization(membership.organization_id)]


def _here(membership: Membership | None) -> dict[str, Any]:
    if membership is None:
        return {"membership": None, "organization": None}
    organization = membership.organization
    may_invite = may(membership, MANAGE_INVITATIONS, organization)
    return {"membership": membership, "organization": organization, "may_invite": may_invite}


def _link(each: Membership, current: Membership | None) -> OrganizationLink:
    url = reverse("organizations:overview", kwargs={"org": each.organization.public_id})
    return OrganizationLink(each.organization.name, url, active=each == current)


def _nav_entries(request: HttpRequest, membership: Membership | None) -> list[NavLink]:
    if membership is None:
        return []
    role = Role(membership.role)
    org = membership.organization.public_id
    return entries(NavContext(org, request.path, allows=lambda least: role.reaches(Role(least))))
