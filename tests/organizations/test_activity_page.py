"""The activity page: order, filters, paging, days in the person's zone."""

import datetime as dt

import pytest

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.activity import readable

URL = "/abc123/activity/"
NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)


def entry(number: int = 0, **fields) -> ActivityEntry:
    fields = {
        "organization": "abc123",
        "at": NOON + dt.timedelta(minutes=number),
        "actor": "ada@example.com",
        "action": "device added",
        "target_kind": "device",
        "target": f"pump-{number}",
    } | fields
    return ActivityEntry.objects.create(**fields)


@pytest.fixture
def targets(owner_client):
    """targets("?q=…") are the targets listed, in order."""

    def targets(query: str = "") -> list[str]:
        response = owner_client.get(URL + query)
        assert response.status_code == 200
        return [each.target for each, _ in response.context["rows"]]

    return targets


def test_newest_first(targets):
    for number in (2, 1, 3):
        entry(number)
    assert targets() == ["pump-3", "pump-2", "pump-1"]


def test_only_ones_own_organization(targets):
    entry(1)
    entry(2, organization="xyz789")
    entry(3, organization="")
    assert targets() == ["pump-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?action=device+deleted", ["valve-2"]),
        ("?actor=bob@example.com", ["abc123"]),
        ("?kind=organization", ["abc123"]),
        ("?q=pump", ["pump-1"]),
        ("?q=PUMP", ["pump-1"]),
        ("?q=ump", []),
        ("?q=%25", []),
        ("?kind=device&action=device+added", ["pump-1"]),
        ("?action=&actor=&kind=&q=&from=&to=", ["abc123", "valve-2", "pump-1"]),
        ("?action=never+happened", []),
    ],
)
def test_filters(targets, query, found):
    entry(1)
    entry(2, action="device deleted", target="valve-2")
    entry(3, action="organization renamed", target_kind="organization", target="abc123", actor="bob@example.com")
    assert targets(query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2026-05-04", ["late", "early"]),
        ("?from=2026-05-05", ["late"]),
        ("?to=2026-05-04", ["early"]),
        ("?from=2026-05-05&to=2026-05-05", ["late"]),
        ("?from=2026-05-06", []),
    ],
)
def test_days_are_those_of_the_persons_zone(targets, owner, query, found):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    # In Tokyo, nine hours ahead, these are 23:59 on the fourth and midnight to the fifth.
    entry(target="early", at=dt.datetime(2026, 5, 4, 14, 59, tzinfo=dt.UTC))
    entry(target="late", at=dt.datetime(2026, 5, 4, 15, 0, tzinfo=dt.UTC))
    assert targets(query) == found


@pytest.mark.parametrize(
    "query",
    ["?from=yesterday", "?to=2026-02-30", "?to=9999-12-31", "?sort=actor", "?cursor=xyz", "?colour=red"],
)
def test_a_bad_address_answers_400_and_says_why(owner_client, query):
    response = owner_client.get(URL + query)
    assert response.status_code == 400
    assert str(response.context["sentence"]) in response.content.decode()
    assert response.context["sentence"]


def test_the_first_day_of_the_calendar_answers_400_where_it_has_no_utc(owner_client, owner):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    assert owner_client.get(f"{URL}?from=0001-01-01").status_code == 400


def test_pages_follow_one_another_without_gap_or_double(owner_client):
    for number in range(60):
        entry(number // 2, target=f"t{number:02}")
    seen, url = [], f"{URL}?size=25"
    while url:
        context = owner_client.get(url).context
        seen.append([each.target for each, _ in context["rows"]])
        url = context["next_url"] and URL + context["next_url"]
    assert [len(page) for page in seen] == [25, 25, 10]
    assert len({target for page in seen for target in page}) == 60
    assert "60 entries" in owner_client.get(URL).content.decode()


def test_a_page_back_shows_the_same_again(owner_client):
    for number in range(30):
        entry(number)
    first = owner_client.get(f"{URL}?size=25").context
    second = owner_client.get(URL + first["next_url"]).context
    back = owner_client.get(URL + second["previous_url"]).context
    assert back["rows"] == first["rows"]


def test_paging_keeps_the_filters(owner_client):
    for number in range(30):
        entry(number)
        entry(number, actor="bob@example.com")
    context = owner_client.get(f"{URL}?actor=bob@example.com&size=25").context
    rest = owner_client.get(URL + context["next_url"]).context["rows"]
    assert {each.actor for each, _ in rest} == {"bob@example.com"}
    assert len(rest) == 5


def test_each_filter_in_use_can_be_dropped_alone(owner_client):
    entry(1)
    chips = owner_client.get(f"{URL}?actor=ada@example.com&q=pump").context["chips"]
    links = {chip["label"]: chip["remove_url"] for chip in chips}
    assert links == {"On what: pump…": "?actor=ada%40example.com", "Who: ada@example.com": "?q=pump"}


def test_filters_offer_what_is_there(owner_client):
    entry(1)
    entry(2, action="device deleted")
    entry(3, action="secret plan made", organization="xyz789")
    form = owner_client.get(URL).context["form"]
    assert [value for value, _ in form.fields["action"].choices] == ["", "device added", "device deleted"]


@pytest.mark.parametrize(
    ("who", "told"), [("reader", False), ("developer", False), ("operator", True), ("owner", True)]
)
def test_who_was_invited_or_blocked_is_told_to_those_who_manage_it(cast, client_of, who, told):
    """As by the pages of members and invitations."""
    for number, kind in enumerate(["invitation", "import", "member"]):
        entry(
            number, action=f"{kind} happened", actor=f"{kind}@example.com", target_kind=kind, target="zoe@example.com"
        )
    entry(4)
    client = client_of(cast[who])
    for page in (URL, f"{URL}?kind=member", f"{URL}?q=zoe", "/abc123/"):
        text = client.get(page).content.decode()
        assert ("zoe@example.com" in text) is told, page
        assert (" happened" in text.replace(" happened yet", "")) is told, page
    page = client.get(URL).content.decode()
    assert "pump-4" in page
    assert ("listed for Operators and Administrators only" in page) is not told


def test_htmx_gets_the_part_only(owner_client):
    entry(1)
    response = owner_client.get(URL, headers={"HX-Request": "true", "HX-Target": "activity"})
    assert "pump-1" in response.content.decode()
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_empty_states_tell_none_yet_from_none_found(owner_client):
    assert "Nothing has happened yet" in owner_client.get(URL).content.decode()
    entry(1)
    text = owner_client.get(f"{URL}?q=valve").content.decode()
    assert "Nothing matches" in text
    assert "Clear the filters" in text


def test_details_are_shown_escaped(owner_client):
    entry(1, details={"before": "<b>", "after": "Ada"})
    text = owner_client.get(URL).content.decode()
    assert "&lt;b&gt; → Ada" in text


@pytest.mark.parametrize(
    ("details", "lines"),
    [
        ({}, []),
        ({"role": "reader"}, [("Role", "reader")]),
        ({"before": "a", "after": ""}, [("Change", "a → none")]),
        ({"device_count": 3, "forced": True}, [("Device count", "3"), ("Forced", "yes")]),
        ({"ids": ["a", "b"], "empty": []}, [("Ids", "a, b"), ("Empty", "none")]),
        ({"limits": {"calls": 5}}, [("Limits", "calls: 5")]),
    ],
)
def test_details_in_words(details, lines):
    assert readable(details) == lines


def test_details_that_say_nothing_are_left_out():
    assert readable({"reason": "", "name": None, "count": 0}) == [("Count", "0")]
