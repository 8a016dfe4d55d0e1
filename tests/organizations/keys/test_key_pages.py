"""The pages of API keys: the list, making one, the token that is shown once, and changes."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from iotdash.audit.models import ActivityEntry
from iotdash.organizations import keys
from iotdash.organizations.keys import queries, services
from iotdash.organizations.members import services as members
from iotdash.organizations.models import ApiKey, Organization
from iotdash.organizations.roles import Role
from tests.cast import with_app

URL = "/abc123/keys/"
NEW = {"name": "Nightly export", "role": "analyst", "last_day": ""}


def page_of(key: ApiKey, what: str = "") -> str:
    return f"{URL}{key.public_id}/{what}"


def listed(client, query: str = "") -> list[str]:
    response = client.get(URL + query)
    assert response.status_code == 200
    return [each.name for each in response.context["rows"]]


@pytest.fixture
def many(make, owner, operator, developer, source):
    """One in each state, and one in use."""
    make(owner, Role.ADMINISTRATOR, "running")
    make(operator, Role.OPERATOR, "blocked")
    members.block(source, operator.memberships.get())
    made = make(developer, name="orphan").key
    ApiKey.objects.filter(pk=made.pk).update(maker=None)
    make(developer, name="expired", expires_at=timezone.now() - timedelta(minutes=1))
    services.revoke(source, make(developer, name="revoked").key)
    used = make(developer, Role.READER, "used", expires_at=timezone.now() + timedelta(days=1)).key
    ApiKey.objects.filter(pk=used.pk).update(last_used_at=timezone.now(), last_used_address="192.0.2.9")


def test_everything_about_a_key_is_listed(many, developer_client):
    assert listed(developer_client) == ["used", "revoked", "expired", "orphan", "blocked", "running"]
    text = developer_client.get(URL).content.decode()
    for words in (
        "from 192.0.2.9", "by owner@example.com", "its maker is no longer a member", "its maker is blocked", "Revoked",
        "Expired", "Active", "6 API keys",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=active", ["used", "running"]),
        ("?state=stopped", ["orphan", "blocked"]),
        ("?state=expired", ["expired"]),
        ("?state=revoked", ["revoked"]),
        ("?role=operator", ["blocked"]),
        ("?maker=me", ["used", "revoked", "expired"]),
        ("?maker=nobody", ["orphan"]),
        ("?q=RE", ["revoked"]),
        ("?q=a-abc123-&sort=made&state=active", ["running", "used"]),
        ("?q=%25", []),
    ],
)
def test_filters(many, developer_client, query, found):
    assert listed(developer_client, query) == found


def test_the_filter_says_what_the_row_says(many, developer_client):
    for state in ApiKey.State:
        rows = developer_client.get(f"{URL}?state={state}").context["rows"]
        assert {each.state for each in rows} == {state}


@pytest.mark.parametrize("query", ["?state=gone", "?role=king", "?maker=you", "?sort=role", "?cursor=x"])
def test_a_bad_address_answers_400(developer_client, query):
    assert developer_client.get(URL + query).status_code == 400


@pytest.mark.parametrize("sort", ["made", "-made", "used", "-used"])
def test_pages_follow_one_another_without_gap_or_double(make, developer, developer_client, sort):
    for number in range(30):
        key = make(developer, name=f"n{number}").key
        if number % 3:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    names, url = [], f"?size=25&sort={sort}"
    while url:
        names += listed(developer_client, url)
        url = developer_client.get(URL + url).context["next_url"]
    assert len(names) == len(set(names)) == 30


def test_a_list_costs_the_same_queries_for_any_number_of_keys(make, developer, developer_client):
    make(developer)
    developer_client.get(URL)
    for _ in range(20):
        make(developer)
    # Session, person, memberships; keys and their count.
    with assertNumQueries(5):
        developer_client.get(URL)


def test_an_empty_list_offers_to_make_one(developer_client):
    text = developer_client.get(URL).content.decode()
    assert "There is no API key yet" in text
    assert f'href="{URL}make/"' in text
    assert "Nothing matches" in developer_client.get(f"{URL}?state=revoked").content.decode()


def test_the_description_of_the_api_is_one_step_away(make, developer, developer_client):
    for url in (URL, page_of(make(developer).key, "token/")):
        assert 'href="/abc123/api/"' in developer_client.get(url).content.decode()


def test_htmx_gets_the_part_only(made, developer_client):
    text = developer_client.get(URL, headers={"HX-Request": "true", "HX-Target": "keys"}).content.decode()
    assert made.key.public_id in text
    assert "<html" not in text


def test_the_navigation_leads_there_who_may_make_keys(developer_client, analyst_client):
    assert f'href="{URL}"' in developer_client.get("/abc123/").content.decode()
    assert f'href="{URL}"' not in analyst_client.get("/abc123/").content.decode()
    assert analyst_client.get(URL).status_code == 403


def test_making_a_key_shows_its_token_once(developer_client, settings):
    settings.PUBLIC_URL = "https://iot.example.com/"
    answer = developer_client.post(f"{URL}make/", NEW)
    key = ApiKey.objects.get()
    assert answer["Location"] == page_of(key, "token/")
    shown = developer_client.get(answer["Location"])
    token, text = shown.context["token"], shown.content.decode()
    assert keys.authenticate(key.public_id, token).role == Role.ANALYST
    assert token in text
    assert f"WIOTP_AUTH_KEY={key.public_id}\n" in text
    assert f"curl --user {key.public_id} https://iot.example.com/api/v0002/" in text
    assert "no-store" in shown["Cache-Control"]
    again = developer_client.get(answer["Location"]).content.decode()
    assert token not in again
    assert "The token was shown already" in again


def test_the_token_is_nowhere_else(developer_client):
    developer_client.post(f"{URL}make/", NEW)
    waiting = str([session.get_decoded() for session in Session.objects.all()])
    key = ApiKey.objects.get()
    token = developer_client.get(page_of(key, "token/")).context["token"]
    kept = waiting + str(list(ActivityEntry.objects.values_list())) + str(list(ApiKey.objects.values_list()))
    pages = "".join(developer_client.get(url).content.decode() for url in (URL, page_of(key), page_of(key, "change/")))
    assert token
    assert token not in kept + pages
    assert key.token_digest not in pages


def test_another_person_is_not_shown_a_waiting_token(developer_client, owner_client):
    developer_client.post(f"{URL}make/", NEW)
    assert owner_client.get(page_of(ApiKey.objects.get(), "token/")).context["token"] == ""


def test_a_token_waits_ten_minutes(developer_client, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    developer_client.post(f"{URL}make/", NEW)
    time_machine.shift(600)
    assert developer_client.get(page_of(ApiKey.objects.get(), "token/")).context["token"] == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"role": "operator"}, "Select a valid choice"),
        ({"last_day": "2026-05-03"}, "This day has passed."),
    ],
)
def test_a_form_that_is_not_right_answers_422(developer_client, data, words, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    answer = developer_client.post(f"{URL}make/", NEW | data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_day_that_has_passed_ends_no_key(made, developer_client, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    answer = developer_client.post(page_of(made.key, "change/"), {"name": "Weekly", "last_day": "2026-05-03"})
    assert answer.status_code == 422
    assert "This day has passed. To stop the key now, revoke it." in answer.content.decode()
    assert ApiKey.objects.get().name == "Nightly export"


def test_roles_up_to_ones_own_are_offered(developer_client, owner_client):
    def offered(client):
        return [value for value, _ in client.get(f"{URL}make/").context["form"].fields["role"].choices]

    assert offered(developer_client) == ["reader", "analyst", "developer"]
    assert offered(owner_client) == list(Role)


def test_name_and_expiry_date_are_changed(made, developer, developer_client, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    developer.time_zone = "Asia/Tokyo"
    developer.save()
    url = page_of(made.key, "change/")
    answer = developer_client.post(url, {"name": "Weekly", "last_day": "2026-05-05"}, follow=True)
    assert "API key Weekly is saved." in answer.content.decode()
    key = ApiKey.objects.get()
    # The fifth is over in Tokyo at 15:00 UTC.
    assert (key.name, key.expires_at.isoformat()) == ("Weekly", "2026-05-05T15:00:00+00:00")
    assert 'value="2026-05-05"' in developer_client.get(url).content.decode()
    developer_client.post(url, {"name": "Weekly", "last_day": ""})
    assert ApiKey.objects.get().expires_at is None


def test_the_same_day_leaves_the_end_as_it_is(make, owner, owner_client, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    key = make(owner, expires_at=timezone.now() + timedelta(hours=30)).key
    shown = owner_client.get(page_of(key, "change/")).context["form"].initial["last_day"]
    owner_client.post(page_of(key, "change/"), {"name": "Weekly", "last_day": shown.isoformat()})
    assert ApiKey.objects.get().expires_at == key.expires_at


def test_an_expired_key_may_get_another_name(make, owner, owner_client):
    key = make(owner, expires_at=timezone.now() - timedelta(days=3)).key
    shown = owner_client.get(page_of(key, "change/")).context["form"].initial["last_day"]
    answer = owner_client.post(page_of(key, "change/"), {"name": "Old fair", "last_day": shown.isoformat()})
    assert answer.status_code == 302
    assert ApiKey.objects.get().name == "Old fair"
    assert ApiKey.objects.get().expires_at == key.expires_at


def test_a_revoked_key_is_not_changed(made, source, developer_client):
    services.revoke(source, made.key)
    answer = developer_client.post(page_of(made.key, "change/"), {"name": "Again", "last_day": ""})
    assert answer.status_code == 422
    assert "This API key is revoked, and stays so. Make a new one." in answer.content.decode()
    assert "Revoke" not in developer_client.get(page_of(made.key)).content.decode().replace("Revoked", "")


def test_revoke(made, developer_client):
    asked = developer_client.get(page_of(made.key, "revoke/")).content.decode()
    assert "This cannot be undone" in asked
    assert ApiKey.objects.get().revoked_at is None
    answer = developer_client.post(page_of(made.key, "revoke/"), follow=True)
    assert "API key Nightly export is revoked." in answer.content.decode()
    key = ApiKey.objects.get()
    assert (key.state, key.revoked_by) == ("revoked", "developer@example.com")


def test_somebody_elses_key_can_be_looked_at_only(make, owner, developer_client):
    key = make(owner, Role.READER).key
    text = developer_client.get(page_of(key)).content.decode()
    assert "Its maker can change it" in text
    assert "/revoke/" not in text
    for what in ("change/", "revoke/"):
        assert developer_client.get(page_of(key, what)).status_code == 403
        assert developer_client.post(page_of(key, what), NEW).status_code == 403


def test_a_key_tells_what_is_left_of_its_role(make, operator, source, owner_client):
    key = make(operator, Role.OPERATOR).key
    members.change_role(source, operator.memberships.get(), Role.READER)
    for url in (URL, page_of(key)):
        assert "counts as Reader, its maker" in owner_client.get(url).content.decode()


def test_the_activity_log_tells_of_keys_who_see_them(made, developer_client, analyst_client):
    assert made.key.public_id in developer_client.get("/abc123/activity/").content.decode()
    assert made.key.public_id not in analyst_client.get("/abc123/activity/").content.decode()


def test_without_a_required_second_factor_of_its_maker_it_stands_there_as_stopped(
    make, developer, operator, organization
):
    for number in range(3):
        make(developer, name=f"stopped {number}")
    make(operator, name="running")
    with_app(operator)
    Organization.objects.filter(pk=organization.pk).update(second_factor_required=True)
    organization.refresh_from_db()
    with assertNumQueries(1):
        states = {key.name: key.state for key in queries.keys(organization)}
    assert states == {"running": "active", **{f"stopped {number}": "stopped" for number in range(3)}}
    for state in ("active", "stopped"):
        found = {key.name for key in queries.keys(organization).filter(queries.in_state(state))}
        assert found == {name for name, its in states.items() if its == state}
    stopped = queries.keys(organization).get(name="stopped 0")
    shown = render_to_string("organizations/keys/_state.html", {"key": stopped})
    assert "its maker has no two-step sign-in, which is required here" in shown
