"""`tags` of a device: names that replace all that it has."""

import pytest

from devices.tags import queries
from tests.api.answers import violations

pytestmark = pytest.mark.django_db
P1 = "/device/types/pump/devices/p1"


def test_given_replace_null_and_absent_leave_and_none_take_away(api, p1):
    assert "tags" not in api.get(P1).json()
    answer = api.put(P1, {"tags": ["north", "Spare", "NORTH"], "metadata": {"a": 1}})
    assert (answer.status_code, answer.json()["tags"]) == (200, ["north", "Spare"])
    assert answer.json()["metadata"] == {"a": 1}
    for body in ({"tags": None}, {}, {"deviceInfo": {"model": "W2"}}):
        assert api.put(P1, body).json()["tags"] == ["north", "Spare"]
    assert "tags" not in api.put(P1, {"tags": []}).json()


@pytest.mark.parametrize("tags", [["a,b"], ["x" * 41], [""], [1], "north", ["a\u200bb"], [str(n) for n in range(21)]])
def test_what_is_no_tag_is_named_and_nothing_changes(api, p1, tags):
    answer = api.put(P1, {"tags": tags, "metadata": {"a": 1}})
    assert answer.status_code == 400
    assert violations(answer)
    assert "tags" not in api.get(P1).json()
    assert api.get(P1).json()["metadata"] == {"site": "north"}


def test_more_than_an_organization_may_have_is_a_conflict(api, p1, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 1)
    assert api.put(P1, {"tags": ["a", "b"]}).status_code == 409
