"""The Members tab: who sees what of it, the URL as its state, and every change by its own page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory, UserFactory, member, with_app

URL = "/abc123/members/"


def page_of(person, what: str = "") -> str:
    return f"{URL}{person.memberships.get().pk}/{what}"


def listed(client, query: str = "") -> list[str]:
    response = client.get(URL + query)
    assert response.status_code == 200
    return [each.user.email.partition("@")[0] for each in response.context["rows"]]


@pytest.fixture
def kept_out(organization):
    """One in each state in which nobody comes in, and one whose membership will end."""
    now = timezone.now()
    for name, fields in (
        ("blocked", {"blocked_at": now, "blocked_by": "owner@example.com"}),
        ("expired", {"expires_at": now - timedelta(days=1)}),
        ("expiring", {"expires_at": now + timedelta(days=1)}),
        ("closed", {}),
    ):
        user = UserFactory(email=f"{name}@example.com", is_active=name != "closed")
        MembershipFactory(organization=organization, user=user, **fields)


def test_managers_see_everybody_and_their_state(cast, kept_out, operator_client):
    assert len(listed(operator_client)) == 9
    text = operator_client.get(URL).content.decode()
    for words in ("Blocked", "by owner@example.com", "Expired", "Account closed", "Last sign-in", "Manage"):
        assert words in text


@pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
def test_others_see_names_and_roles_of_those_who_may_come_in(cast, kept_out, client_of, who):
    client = client_of(cast[who])
    assert listed(client) == ["analyst", "developer", "expiring", "operator", "owner", "reader"]
    table = client.get(URL).content.decode().split("<table")[1].split("</table")[0]
    for words in ("Blocked", "Active", "until", "Last sign-in", "Two-step", "Manage"):
        assert words not in table
    assert client.get(f"{URL}?state=blocked").status_code == 400
    assert client.get(f"{URL}?sort=last_sign_in").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=OP", ["operator"]),
        ("?q=xample", []),
        ("?q=%25", []),
        ("?role=reader&state=active", ["expiring", "reader"]),
        ("?state=blocked", ["blocked"]),
        ("?state=expired", ["expired"]),
        ("?state=closed", ["closed"]),
        ("?state=expiring", ["expiring"]),
        ("?state=active&sort=-email&q=o", ["owner", "operator"]),
    ],
)
def test_filters(cast, kept_out, owner_client, query, found):
    assert listed(owner_client, query) == found


@pytest.mark.parametrize("query", ["?state=gone", "?role=king", "?sort=role", "?cursor=x", "?colour=red"])
def test_a_bad_address_answers_400(owner_client, query):
    assert owner_client.get(URL + query).status_code == 400


@pytest.mark.parametrize("sort", ["email", "-email", "last_sign_in", "-last_sign_in", "since", "-since"])
def test_pages_follow_one_another_without_gap_or_double(organization, owner_client, sort):
    for number in range(59):
        seen = timezone.now() - timedelta(hours=number) if number % 3 else None
        MembershipFactory(organization=organization, user=UserFactory(last_login=seen))
    names, url = [], f"?size=25&sort={sort}"
    while url:
        names += listed(owner_client, url)
        url = owner_client.get(URL + url).context["next_url"]
    assert len(names) == len(set(names)) == 60
    assert "60 members" in owner_client.get(URL).content.decode()


def test_a_list_costs_the_same_queries_for_any_number_of_members(organization, owner_client):
    owner_client.get(URL)
    for _ in range(30):
        with_app(MembershipFactory(organization=organization).user)
    # Session, person, memberships; members and their count.
    with assertNumQueries(5):
        owner_client.get(URL)


def test_whether_somebody_has_a_second_factor_is_told(cast, operator_client):
    with_app(cast["reader"])
    rows = {each.user.email: each.second_factor for each in operator_client.get(URL).context["rows"]}
    assert [email for email, has in rows.items() if has] == ["reader@example.com"]


def test_htmx_gets_the_part_only(owner_client):
    text = owner_client.get(URL, headers={"HX-Request": "true", "HX-Target": "members"}).content.decode()
    assert "owner@example.com" in text
    assert "<html" not in text


def test_change_a_role(cast, owner_client):
    answer = owner_client.post(page_of(cast["reader"], "role/"), {"role": "operator"}, follow=True)
    assert "reader@example.com is Operator now." in answer.content.decode()
    assert cast["reader"].memberships.get().role == "operator"
    assert ActivityEntry.objects.get().actor == "owner@example.com"


@pytest.mark.parametrize("data", [{}, {"role": "king"}])
def test_a_role_that_there_is_not_answers_422(cast, owner_client, data):
    answer = owner_client.post(page_of(cast["reader"], "role/"), data)
    assert answer.status_code == 422
    assert cast["reader"].memberships.get().role == "reader"


def test_set_an_expiry_date_in_the_persons_zone(cast, owner, owner_client, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    answer = owner_client.post(page_of(cast["reader"], "expiry/"), {"last_day": "2026-05-05"}, follow=True)
    assert "is a member until 5 May 2026" in answer.content.decode()
    # The fifth is over in Tokyo at 15:00 UTC.
    assert cast["reader"].memberships.get().expires_at.isoformat() == "2026-05-05T15:00:00+00:00"
    assert 'value="2026-05-05"' in owner_client.get(page_of(cast["reader"], "expiry/")).content.decode()
    owner_client.post(page_of(cast["reader"], "expiry/"), {"last_day": ""})
    assert cast["reader"].memberships.get().expires_at is None


@pytest.mark.parametrize("day", ["2026-05-03", "tomorrow", "9999-12-31", "0001-01-01"])
def test_a_day_that_will_not_do_answers_422(cast, owner_client, time_machine, day):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    answer = owner_client.post(page_of(cast["reader"], "expiry/"), {"last_day": day})
    assert answer.status_code == 422
    assert cast["reader"].memberships.get().expires_at is None


@pytest.mark.parametrize(("what", "state"), [("block/", ["blocked"]), ("unblock/", ["active"]), ("remove/", [])])
def test_what_only_asks_whether_it_is_meant(cast, operator_client, what, state):
    url = page_of(cast["reader"], what)
    assert operator_client.get(url).status_code == 200
    assert [each.state for each in cast["reader"].memberships.all()] == ["active"]
    assert operator_client.post(url)["Location"] == URL
    assert [each.state for each in cast["reader"].memberships.all()] == state


@pytest.mark.parametrize("what", ["role/", "expiry/", "block/", "unblock/", "remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_opens_a_form_about_a_member_above_their_own_role(cast, operator_client, what, method):
    before = list(Membership.objects.values())
    answer = getattr(operator_client, method)(page_of(cast["owner"], what))
    assert answer.status_code == 403
    assert list(Membership.objects.values()) == before


def test_the_member_page_of_somebody_above_says_why_it_offers_nothing(cast, operator_client):
    text = operator_client.get(page_of(cast["owner"])).content.decode()
    assert "This role is above yours" in text
    assert "The last administrator cannot be blocked" not in text
    assert page_of(cast["owner"], "block/") not in text


@pytest.mark.parametrize("proved", [True, False])
def test_whoever_gives_rights_reads_whether_the_address_is_proved(cast, owner_client, proved):
    """Who made the account from a copied link may be somebody else."""
    reader = cast["reader"]
    reader.address_proved_at = timezone.now() if proved else None
    reader.save()
    assert ("Not proved yet" in owner_client.get(page_of(reader)).content.decode()) is not proved
    assert ("whose account this is" in owner_client.get(page_of(reader, "role/")).content.decode()) is not proved


def test_an_operator_is_not_offered_to_change_roles(cast, operator_client):
    text = operator_client.get(page_of(cast["reader"])).content.decode()
    assert page_of(cast["reader"], "role/") not in text
    assert page_of(cast["reader"], "block/") in text


@pytest.mark.parametrize("what", ["", "role/", "expiry/", "block/", "unblock/", "remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_members_of_another_organization_are_not_found(owner_client, other_owner, what, method):
    answer = getattr(owner_client, method)(page_of(other_owner, what))
    assert answer.status_code == (405 if (what, method) == ("", "post") else 404)
    assert other_owner.memberships.get().state == "active"


@pytest.mark.parametrize(
    ("what", "data"),
    [("role/", {"role": "reader"}), ("leave", {}), ("expiry/", {"last_day": "2999-01-01"}), ("block/", {})],
)
def test_a_refusal_is_shown_with_the_form(owner, owner_client, what, data):
    url = f"{URL}leave/" if what == "leave" else page_of(owner, what)
    answer = owner_client.post(url, data)
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.content.decode()
    assert owner.memberships.get().role == "administrator"


def test_the_last_administrator_is_told_before_leaving(owner_client):
    text = owner_client.get(f"{URL}leave/").content.decode()
    assert "You are the last administrator" in text
    assert "btn-danger" not in text.split("<main")[1]


def test_leave(organization, owner, reader_client, reader):
    assert reader_client.post(f"{URL}leave/")["Location"] == "/"
    assert not reader.memberships.exists()
    assert reader_client.get("/abc123/").status_code == 404


def test_a_dialog_gets_the_form_and_leads_on_by_htmx(cast, owner_client):
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
    url = page_of(cast["reader"], "block/")
    text = owner_client.get(url, headers=headers).content.decode()
    assert "<html" not in text
    assert f'hx-post="{url}"' in text
    assert owner_client.post(url, headers=headers)["HX-Redirect"] == URL


def test_a_name_is_shown_escaped(organization, owner_client):
    user = member(organization, Role.READER, "mallory")
    user.name = "<script>alert(1)</script>"
    user.save()
    for url in (URL, page_of(user), page_of(user, "block/")):
        assert "<script>alert" not in owner_client.get(url).content.decode()
