"""Organization pages: a view is given the organization through the person's membership, or answers 404."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from iotdash.accounts.addresses import address_of
from iotdash.audit.services import Source
from iotdash.organizations.authorization import authorize
from iotdash.organizations.models import Membership
from iotdash.organizations.queries import LAST_ORGANIZATION, memberships_of
from iotdash.organizations.roles import SEE, Action

View = Callable[..., HttpResponse]


def membership_of(request: HttpRequest, org: str) -> Membership:
    """The signed-in person's membership; 404 for an organization that is not theirs, existing or not."""
    # All of them, because the frame of the page lists them too.
    request.memberships = memberships_of(request.user)
    found = next((each for each in request.memberships if each.organization.public_id == org), None)
    if found is None:
        raise Http404("No organization of yours has this id.")
    return found


def organization_view(action: Action = SEE) -> Callable[[View], View]:
    """For views under `/{org}/`: sets `request.membership`, `request.organization` and `request.source`.

    Answers a redirect to sign-in, 404 for a stranger, 403 (naming the least role) for a role that is too low.
    The wrapped view carries `.action`, from which tests generate their table of who may open what.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def scoped(request: HttpRequest, org: str, **kwargs) -> HttpResponse:
            request.membership = membership_of(request, org)
            request.organization = request.membership.organization
            request.source = source_of(request)
            _remember(request, org)
            authorize(request.membership, action, request.organization)
            return view(request, **kwargs)

        scoped.action = action
        return scoped

    return decorate


def _remember(request: HttpRequest, org: str) -> None:
    """So that the home page leads back here."""
    if request.session.get(LAST_ORGANIZATION) != org:
        request.session[LAST_ORGANIZATION] = org


def source_of(request: HttpRequest) -> Source:
    """Who acts and from where, for the activity log."""
    return Source(
        actor=request.user.email,
        organization=request.membership.organization.public_id,
        address=address_of(request),
    )
