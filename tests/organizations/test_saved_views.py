"""Saved views: a name for a list and its query, private or shared; opened, changed, and honest when no longer valid."""

import html
import re

import pytest
from django.http import QueryDict

from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source
from iotdash.organizations.models import Membership, SavedView
from iotdash.organizations.roles import Role
from iotdash.organizations.saved_views import pages, services
from tests.cast import DeviceFactory, member

URL = "/abc123/views/"
SAVE = f"{URL}save/"
FILTER = "q=pump-&type=pump&sort=-device_id"


def text_of(answer) -> str:
    return answer.content.decode()


def save(client, **given) -> SavedView:
    answer = client.post(SAVE, {"page": "devices", "query": FILTER, "name": "Pumps", **given})
    assert answer.status_code == 302, text_of(answer)
    view = SavedView.objects.latest("pk")
    assert answer["Location"] == url(view)
    return view


def url(view: SavedView, what: str = "") -> str:
    return f"{URL}{view.public_id}/{what}"


def opened(client, view: SavedView, query: str = "") -> QueryDict:
    answer = client.get(url(view) + query)
    assert answer.status_code == 302, text_of(answer)
    address, _, found = answer["Location"].partition("?")
    assert address == "/abc123/devices/"
    return QueryDict(found)


def test_every_list_that_is_named_can_be_saved_and_opened(analyst_client, organization):
    asked = {"devices": "type=pump", "sims": "usage=none", "jobs": "state=running", "activity": "from=2026-01-31"}
    assert {page.name for page in pages.pages()} == set(asked)
    for page, query in asked.items():
        view = save(analyst_client, page=page, query=query, name=f"Some {page}")
        answer = analyst_client.get(url(view), follow=True)
        assert answer.status_code == 200
        assert answer.redirect_chain[-1][0].endswith(f"?{query}")
        assert f"Some {page}" in text_of(analyst_client.get(f"/abc123/{page}/?{query}"))


def test_analysts_save_and_readers_open_what_is_shared(
    analyst_client, reader_client, stranger_client, other_owner_client
):
    own, shared = save(analyst_client), save(analyst_client, name="For all", shared="on")
    assert reader_client.post(SAVE, {"page": "devices", "query": "", "name": "Mine"}).status_code == 403
    assert opened(reader_client, shared).dict() == {"q": "pump-", "type": "pump", "sort": "-device_id"}
    assert reader_client.get(url(own)).status_code == 404
    listed = text_of(reader_client.get(URL))
    assert "For all" in listed
    assert "Pumps" not in listed
    menu = text_of(reader_client.get("/abc123/devices/?q=x"))
    assert "For all" in menu
    assert "Save this view" not in menu
    assert stranger_client.get(url(shared)).status_code == 404
    assert other_owner_client.get(f"/xyz789/views/{shared.public_id}/").status_code == 404


def test_the_menu_saves_the_list_as_it_is_shown(analyst_client, organization):
    page = text_of(analyst_client.get("/abc123/devices/?tags-all=a%26b&columns=model"))
    asked = "?page=devices&amp;query=tags-all%3Da%2526b%26columns%3Dmodel"
    assert f"{SAVE}{asked}" in page
    form = text_of(analyst_client.get(f"{SAVE}{asked.replace('&amp;', '&')}"))
    assert 'value="tags-all=a%26b&amp;columns=model"' in form


def test_columns_are_kept_only_where_that_is_chosen(analyst_client, organization):
    plain = save(analyst_client, query=f"{FILTER}&columns=model,type")
    assert "columns" not in opened(analyst_client, plain)
    assert opened(analyst_client, plain, "?columns=type")["columns"] == "type"
    kept = save(analyst_client, name="With columns", query=f"{FILTER}&columns=model,type", columns="on")
    assert opened(analyst_client, kept, "?columns=serial_number")["columns"] == "type,model"
    assert kept.query == plain.query


def test_an_opened_view_leads_nowhere_else_and_is_exported_as_it_is_shown(analyst_client, organization):
    DeviceFactory(organization=organization, device_id="p1")
    view = save(analyst_client, query="q=p&columns=device_id,model", columns="on")
    assert opened(analyst_client, view, "?columns=//evil.example/").dict() == {"q": "p", "columns": "device_id,model"}
    page = text_of(analyst_client.get(url(view), follow=True))
    export = html.unescape(re.search(r'href="(/abc123/devices/export\.csv[^"]*)"', page).group(1))
    head, *rows = b"".join(analyst_client.get(export)).decode("utf-8-sig").splitlines()
    assert (head, len(rows)) == ("Device ID,Model", 1)
    SavedView.objects.update(query="q=nothing")
    page = text_of(analyst_client.get(url(view), follow=True))
    export = html.unescape(re.search(r'href="(/abc123/devices/export\.csv[^"]*)"', page).group(1))
    assert len(b"".join(analyst_client.get(export)).decode().splitlines()) == 1


def test_a_view_is_renamed_shared_and_made_private_again(analyst_client, reader_client):
    view = save(analyst_client)
    assert analyst_client.post(url(view, "edit/"), {"name": "All pumps", "shared": "on"}).status_code == 302
    assert reader_client.get(url(view)).status_code == 302
    analyst_client.post(url(view, "edit/"), {"name": "All pumps"})
    assert reader_client.get(url(view)).status_code == 404
    entries = ActivityEntry.objects.filter(target_kind="saved view").order_by("pk").values_list("action", "target")
    assert list(entries) == [
        ("view saved", "(private)"),
        ("view shared", "All pumps"),
        ("view made private", "(private)"),
    ]


def test_others_do_not_change_a_view_but_administrators_a_shared_one(analyst_client, developer_client, owner_client):
    view, private = save(analyst_client, shared="on"), save(analyst_client, name="Mine")
    for what in ("edit/", "delete/"):
        refused = developer_client.post(url(view, what), {"name": "Theirs"})
        assert refused.status_code == 403
        assert "Only its owner and Administrators" in text_of(refused)
        assert owner_client.post(url(private, what), {"name": "Theirs"}).status_code == 404
    assert owner_client.post(url(view, "edit/"), {"name": "Tidied", "shared": "on"}).status_code == 302
    assert owner_client.post(url(view, "delete/")).status_code == 302
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_who_may_save_no_more_keeps_what_is_shared_but_does_not_change_it(analyst, analyst_client):
    view = save(analyst_client, shared="on")
    Membership.objects.filter(user=analyst).update(role=Role.READER)
    assert opened(analyst_client, view)
    assert analyst_client.post(url(view, "edit/"), {"name": "x"}).status_code == 403
    assert url(view, "edit/") not in text_of(analyst_client.get(URL))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "required"),
        ({"name": "x" * 81}, "80"),
        ({"query": "nothing=such"}, "This list has no filter"),
        ({"query": "//evil.example/?type=pump"}, "This list has no filter"),
        ({"query": f"manufacturer={'x' * 2_001}"}, "too long"),
        ({"name": "Taken"}, "There is a view “Taken” of this list already."),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_typed_is_lost(analyst_client, given, words):
    save(analyst_client, name="Taken")
    answer = analyst_client.post(SAVE, {"page": "devices", "query": FILTER, "name": "New", **given})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert SavedView.objects.count() == 1


def test_a_list_that_is_none_has_no_views(analyst_client):
    assert analyst_client.get(f"{SAVE}?page=nothing").status_code == 302


def test_two_people_may_use_one_name(analyst_client, developer_client):
    save(analyst_client)
    save(developer_client)
    refused = developer_client.post(url(save(developer_client, name="Other"), "edit/"), {"name": "Pumps"})
    assert refused.status_code == 422


def test_a_view_that_is_no_longer_valid_says_so_and_loses_nothing(analyst_client):
    view = save(analyst_client, query="class=Gateway&tags=north", shared="on")
    SavedView.objects.filter(pk=view.pk).update(query="class=Airship&tags=north")
    page = analyst_client.get(url(view))
    assert page.status_code == 200
    for words in (
        "“Airship” is not a value of the filter",
        "Nothing of it is lost",
        "north",
        'href="/abc123/devices/"',
    ):
        assert words in text_of(page), words
    analyst_client.post(url(view, "edit/"), {"name": "Airships", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Airships", "class=Airship&tags=north")


def test_columns_that_are_gone_do_not_spoil_the_filter(analyst_client):
    view = save(analyst_client, query=f"{FILTER}&columns=model", columns="on")
    SavedView.objects.filter(pk=view.pk).update(columns="model,gone")
    found = analyst_client.get(url(view), follow=True)
    assert found.status_code == 200
    assert "does not have any more: gone" in text_of(found)
    assert [head["label"] for head in found.context["headers"]] == ["Device ID", "Model"]


def test_a_view_of_a_list_that_is_not_installed_is_kept(analyst_client, monkeypatch):
    view = save(analyst_client)
    monkeypatch.delitem(pages._pages, "devices")
    assert "not installed any more" in text_of(analyst_client.get(url(view)))
    assert "Pumps" in text_of(analyst_client.get(URL))


def test_a_shared_view_stays_when_its_owner_is_gone(analyst, analyst_client, reader_client):
    view = save(analyst_client, shared="on")
    assert "analyst@example.com" in text_of(reader_client.get(URL))
    analyst.memberships.all().delete()
    assert "Of a former member" in text_of(reader_client.get(URL))
    analyst.delete()
    assert opened(reader_client, view)
    assert "Of a former member" in text_of(reader_client.get(URL))


def test_there_is_an_end_to_how_many(organization, monkeypatch):
    person = member(organization, Role.ANALYST, "keen").memberships.get()
    monkeypatch.setattr(services, "MOST_OF_A_PERSON", 1)
    state = pages.page_of("jobs").read(person, QueryDict(""))
    source = Source(person.user.email, organization.public_id)
    services.save(person, source, "jobs", state, "one", shared=False, columns=False)
    with pytest.raises(services.Refused, match="Delete some"):
        services.save(person, source, "jobs", state, "two", shared=False, columns=False)


@pytest.mark.parametrize(
    ("query", "names"), [("whose=own", ["A"]), ("whose=shared", ["B"]), ("list=jobs", []), ("q=b", ["B"])]
)
def test_the_list_of_views_is_filtered(analyst_client, developer_client, query, names):
    save(analyst_client, name="A")
    save(developer_client, name="B", shared="on")
    rows = analyst_client.get(f"{URL}?{query}").context["rows"]
    assert [row["view"].name for row in rows] == names
