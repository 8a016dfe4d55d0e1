"""JSON of the API's answers."""

import datetime as dt
import json
import uuid

import pytest
from django.utils.translation import gettext_lazy

from iotdash.lib.rest.encoding import encoded


def test_utf8_without_spaces():
    assert (
        encoded({"name": "Höhe", "list": [1, 2.5, None, True]}) == '{"name":"Höhe","list":[1,2.5,null,true]}'.encode()
    )


@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 2**64, 10**40, -(10**40)])
def test_whole_numbers_keep_every_digit(number):
    assert json.loads(encoded({"metadata": {"count": number, "site": "Höhe"}})) == {
        "metadata": {"count": number, "site": "Höhe"}
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (uuid.UUID("0c7c5a52-9a3c-4f0f-8f8e-3b9d3c1c2a10"), "0c7c5a52-9a3c-4f0f-8f8e-3b9d3c1c2a10"),
        (gettext_lazy("Monday"), "Monday"),
        (dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC), "2026-03-01T09:00:00Z"),
        (dt.date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_what_json_has_not_is_text_also_beside_large_numbers(value, text):
    assert json.loads(encoded([value])) == [text]
    assert json.loads(encoded([value, 2**70])) == [text, 2**70]


def test_what_cannot_be_json_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        encoded({"what": object()})
