"""Tags: names without case, at most twenty on a device, a column, three filters, and their pages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, Tag, TagSet
from devices.services import delete_device
from devices.tags import conditions, names, queries, services
from devices.tags.conditions import any_of
from iotdash.audit.models import ActivityEntry
from iotdash.lib.lists import finding
from tests.cast import DeviceFactory
from tests.devices.pages import DEVICE, LIST, text_of

TAGS = f"{DEVICE}tags/"
ALL_TAGS = "/abc123/device-tags/"


@pytest.fixture
def tagged(organization, pump, source) -> dict[str, Device]:
    """By the letters that are their tags."""
    found = {}
    for letters in ("", "a", "b", "ab", "abc", "c"):
        device = DeviceFactory(organization=organization, device_type=pump, device_id=f"d-{letters or 'none'}")
        services.set_tags(device, letters, source)
        found[letters] = device
    return found


def tags_of(device: Device) -> list[str]:
    device.refresh_from_db()
    return [tag.name for tag in queries.of_device(device)]


def shown(client, query: str) -> tuple[set[str], str]:
    context = client.get(f"{LIST}?{query}").context
    return {row["device"].device_id.removeprefix("d-") for row in context["rows"]}, str(context["count"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("North,  north , NORTH", ["North"]),
        ("cold  room,", ["cold room"]),
        ("Straße, STRASSE", ["Straße"]),
        ("ﬁlter, FILTER", ["ﬁlter"]),
        (" , ,", []),
    ],
)
def test_names_are_read_without_case_and_space_around(text, expected):
    assert names.typed(text) == expected


@pytest.mark.parametrize("text", ["x" * 41, "a\x00b", "a\u200bb", "\u202eabc", ",".join(map(str, range(21)))])
def test_what_is_no_tag_is_refused(text):
    with pytest.raises(ValidationError):
        names.typed(text)


def test_twenty_tags_are_not_too_many():
    assert len(names.typed(",".join(map(str, range(20))))) == 20


def test_setting_tags_makes_and_replaces_them_and_records_what_changed(device, source):
    assert services.set_tags(device, ["north", "Spare"], source) == ["north", "Spare"]
    assert services.set_tags(device, ["NORTH", "hot"], source) == ["hot", "north"]
    entries = ActivityEntry.objects.filter(action="device tags changed").order_by("pk")
    assert [each.details for each in entries] == [
        {"added": ["north", "Spare"], "removed": []},
        {"added": ["hot"], "removed": ["Spare"]},
    ]
    services.set_tags(device, ["Hot", "north"], source)
    assert entries.count() == 2
    assert Tag.objects.count() == 3


def test_tags_of_two_organizations_are_not_the_same(device, source, other_organization):
    services.set_tags(device, ["north"], source)
    elsewhere = DeviceFactory(organization=other_organization)
    services.set_tags(elsewhere, ["North"], source)
    assert Tag.objects.filter(folded="north").count() == 2
    assert tags_of(device) == ["north"]


def test_too_many_are_refused_and_nothing_changes(device, source, monkeypatch):
    services.set_tags(device, ["north"], source)
    with pytest.raises(services.TooManyTags, match="20 tags at most"):
        services.set_tags(device, map(str, range(21)), source)
    monkeypatch.setattr(queries, "MOST", 2)
    with pytest.raises(services.TooManyTags, match="organization"):
        services.set_tags(device, ["a", "b"], source)
    assert tags_of(device) == ["north"]
    assert Tag.objects.count() == 1


@pytest.mark.parametrize("few", [1000, 2, 0])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tags=a", {"a", "ab", "abc"}),
        ("tags=A,b", {"a", "b", "ab", "abc"}),
        ("tags=nothing", set()),
        ("tags=nothing, c", {"abc", "c"}),
        ("tags-all=a,b", {"ab", "abc"}),
        ("tags-all=a,nothing", set()),
        ("tags-all=a,b&tags-none=c", {"ab"}),
        ("tags-none=a", {"none", "b", "c"}),
        ("tags-none=a,b,c", {"none"}),
        ("tags-none=nothing", {"none", "a", "b", "ab", "abc", "c"}),
        ("tags=a&q=d-ab&sort=-registered", {"ab", "abc"}),
        ("tags-all=,", set()),
    ],
)
def test_devices_are_found_by_any_all_and_none_of_tags(tagged, owner_client, monkeypatch, few, query, expected):
    monkeypatch.setattr(finding, "FEW", few)
    assert shown(owner_client, query) == (expected, str(len(expected)))


def test_a_device_with_several_of_the_tags_is_counted_once(tagged, owner_client, organization):
    condition = any_of(organization, "a, b, c")
    assert str(condition.count()) == "5"
    assert len(condition.at_most(10)) == 5


def test_the_column_links_each_tag_to_its_devices_and_asks_once(tagged, organization, owner_client, source):
    services.edit_tag(organization.tags.get(folded="a"), "a & b", "red", source)
    with CaptureQueriesContext(connection) as asked:
        text = text_of(owner_client.get(LIST))
    chip = '<span class="device-tag device-tag-red">a &amp; b</span>'
    assert f'<a href="/abc123/devices/?tags=a+%26+b">{chip}</a>' in text
    assert len([query for query in asked if "devices_tagset_tags" in query["sql"]]) == 1
    with CaptureQueriesContext(connection) as asked:
        owner_client.get(f"{LIST}?columns=model")
    assert not [query for query in asked if "devices_tagset_tags" in query["sql"]]


def test_the_device_page_shows_tags_and_developers_edit_them(device, developer_client, analyst_client, source):
    assert developer_client.post(TAGS, {"tags": "North, spare"}).status_code == 302
    for client, may in ((developer_client, True), (analyst_client, False)):
        text = text_of(client.get(DEVICE))
        assert "North" in text
        assert (TAGS in text) == may
    assert analyst_client.post(TAGS, {"tags": ""}).status_code == 403
    assert 'value="North, spare"' in text_of(developer_client.get(TAGS))
    developer_client.post(TAGS, {"tags": ""})
    assert tags_of(device) == []


def test_the_page_of_a_device_without_tags_asks_for_none(device, analyst_client):
    with CaptureQueriesContext(connection) as asked:
        assert analyst_client.get(DEVICE).status_code == 200
    assert not [each for each in asked if "devices_tag" in each["sql"]]


def test_what_is_refused_keeps_what_was_typed(device, developer_client):
    answer = developer_client.post(TAGS, {"tags": "fine, " + "x" * 41})
    assert answer.status_code == 422
    assert "1 to 40 characters" in text_of(answer)
    assert "fine, xxx" in text_of(answer)
    assert not Tag.objects.exists()


def test_the_list_of_tags_counts_devices_and_leads_to_them(tagged, reader_client, developer_client):
    text = text_of(reader_client.get(ALL_TAGS))
    assert [str(row["count"]) for row in reader_client.get(ALL_TAGS).context["rows"]] == ["3", "3", "2"]
    assert "/abc123/devices/?tags=b" in text
    assert "Delete" not in text
    assert "Delete" in text_of(developer_client.get(ALL_TAGS))
    assert [row["tag"].name for row in reader_client.get(f"{ALL_TAGS}?q=B").context["rows"]] == ["b"]


def test_a_tag_is_renamed_and_coloured_unless_the_name_is_taken(tagged, organization, developer_client):
    tag = organization.tags.get(name="a")
    taken = developer_client.post(f"{ALL_TAGS}{tag.pk}/edit/", {"name": "B", "colour": ""})
    assert taken.status_code == 422
    assert "already a tag B" in text_of(taken)
    assert developer_client.post(f"{ALL_TAGS}{tag.pk}/edit/", {"name": "A", "colour": "green"}).status_code == 302
    tag.refresh_from_db()
    assert (tag.name, tag.folded, tag.colour) == ("A", "a", "green")
    assert tags_of(tagged["a"]) == ["A"]
    entry = ActivityEntry.objects.get(action="tag changed")
    assert entry.details["before"] == {"name": "a", "colour": ""}


def test_a_deleted_tag_leaves_its_devices(tagged, organization, developer_client, reader_client):
    tag = organization.tags.get(name="a")
    url = f"{ALL_TAGS}{tag.pk}/delete/"
    assert "It is taken from 3 devices" in text_of(developer_client.get(url))
    assert reader_client.post(url).status_code == 403
    assert developer_client.post(url).status_code == 302
    assert tags_of(tagged["abc"]) == ["b", "c"]
    assert ActivityEntry.objects.get(action="tag deleted").details == {"devices": 3}
    assert developer_client.get(url).status_code == 404


def test_a_deleted_device_leaves_its_tags(tagged, source):
    delete_device(tagged["abc"], source)
    assert Tag.objects.count() == 3


def test_a_combination_of_tags_is_one_set_whoever_has_it(tagged, organization, pump, source):
    twin = DeviceFactory(organization=organization, device_type=pump)
    before = TagSet.objects.count()
    services.set_tags(twin, ["B", "A"], source)
    assert TagSet.objects.count() == before
    twin.refresh_from_db()
    tagged["ab"].refresh_from_db()
    assert twin.tag_set == tagged["ab"].tag_set


def test_what_has_a_tag_is_counted_once_for_a_page(tagged, owner_client, monkeypatch):
    monkeypatch.setattr(finding, "FEW", 0)
    with CaptureQueriesContext(connection) as asked:
        assert shown(owner_client, "tags=a") == ({"a", "ab", "abc"}, "3")
    assert len([query for query in asked if "COUNT(*)" in query["sql"] and "tag_set" in query["sql"]]) == 1


@pytest.mark.parametrize(("stretches", "listed"), [(24, 500), (1, 500), (0, 0)])
def test_many_sets_are_found_as_few_are(tagged, owner_client, monkeypatch, stretches, listed):
    monkeypatch.setattr(conditions, "STRETCHES", stretches)
    monkeypatch.setattr(conditions, "LISTED", listed)
    monkeypatch.setattr(finding, "FEW", 0)
    assert shown(owner_client, "tags=a,b") == ({"a", "b", "ab", "abc"}, "4")
    assert shown(owner_client, "tags-none=a") == ({"none", "b", "c"}, "3")
    assert shown(owner_client, "tags-none=a&tags=b,c&sort=-device_id") == ({"b", "c"}, "2")
