"""Organization pages: a view is given the organization through the person's membership, or answers 404."""

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import chain
from urllib.parse import urljoin, urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from iotdash.accounts.addresses import address_of
from iotdash.audit.services import Source
from iotdash.lib import htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations import gate
from iotdash.organizations.authorization import authorize
from iotdash.organizations.models import Membership
from iotdash.organizations.queries import LAST_ORGANIZATION, closed_memberships_of, memberships_of
from iotdash.organizations.roles import SEE, Action

View = Callable[..., HttpResponse]


def membership_of(request: HttpRequest, org: str) -> Membership:
    """The signed-in person's membership, active or not; 404 for an organization that is not theirs, existing or not."""
    # All active ones, because the frame of the page lists them too.
    request.memberships = memberships_of(request.user)
    candidates = chain(request.memberships, _closed(request))
    found = next((each for each in candidates if each.organization.public_id == org), None)
    if found is None:
        raise Http404("No organization of yours has this id.")
    return found


def _closed(request: HttpRequest) -> Iterator[Membership]:
    """Looked up only where no active one was found."""
    yield from closed_memberships_of(request.user)


def organization_view(action: Action = SEE, *, post: Action | None = None) -> Callable[[View], View]:
    """For views under `/{org}/`: sets `request.membership`, `request.organization` and `request.source`.

    Answers a redirect to sign-in, 404 for a stranger, 403 (naming the least role) for a role that is too low, and the
    page of the gate for a member who is kept out; a list that does not have what the address asks for says so with 400.
    `post`: what a POST needs, if not `action`. The wrapped view carries `.action` and `.post_action`, from which tests
    generate their table of who may open what.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def scoped(request: HttpRequest, org: str, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request, org)
            membership = membership_of(request, org)
            if kept_out := gate.page(request, membership):
                return kept_out
            request.membership, request.organization = membership, membership.organization
            request.source = source_of(request)
            _remember(request, org)
            authorize(membership, scoped.post_action if request.method == "POST" else action, request.organization)
            try:
                return view(request, **kwargs)
            except BadListQuery as error:
                # A list's address ends in a slash, and below it lie the downloads of its rows.
                context = {"sentence": str(error), "list_url": urljoin(request.path, ".")}
                return htmx.render(request, "components/bad_list.html", context, status=400)

        scoped.action, scoped.post_action = action, post or action
        return scoped

    return decorate


def _to_sign_in(request: HttpRequest, org: str) -> HttpResponse:
    """And afterwards to where they were: most of what takes a form has no page."""
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    messages.warning(request, "You had been signed out, and nothing was changed. Sign in, and send it again.")
    return redirect_to_login(_came_from(request) or f"/{org}/")


def _came_from(request: HttpRequest) -> str:
    """The page of ours that the form was on, "" if it is not known."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return ""
    page = urlunsplit(("", "", *urlsplit(referer)[2:4], ""))
    # Another site's again, for a browser that is led to it.
    return "" if page.startswith("//") else page


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
