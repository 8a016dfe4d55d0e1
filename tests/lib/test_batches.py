"""Going through many things some at a time."""

import pytest
from django.contrib.auth.models import Group

from iotdash.lib import batches


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (2, [2]), (3, [3]), (7, [3, 3, 1])])
def test_every_thing_is_in_one_batch(count, sizes):
    found = list(batches.of(iter(range(count)), 3))
    assert [len(batch) for batch in found] == sizes
    assert [thing for batch in found for thing in batch] == list(range(count))


@pytest.fixture
def groups(db):
    """Seven, whose names are in another order than their primary keys."""
    return [Group.objects.create(name=name) for name in "gacebdf"]


def test_every_row_is_in_one_batch_in_the_order_asked_for(groups, django_assert_num_queries):
    def names(**by) -> list[list[str]]:
        return [[group.name for group in batch] for batch in batches.of_rows(Group.objects.order_by("-name"), 3, **by)]

    with django_assert_num_queries(4):
        assert names() == [["g", "a", "c"], ["e", "b", "d"], ["f"]]
    assert names(by="name") == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert list(batches.of_rows(Group.objects.none(), 3)) == []


def test_what_is_done_with_one_batch_counts_for_the_next(groups):
    seen = []
    for batch in batches.of_rows(Group.objects.filter(name__lt="x"), 3):
        seen += [group.name for group in batch]
        # One of those before, one of the next batch, and one that comes after all.
        for name in "ae":
            Group.objects.filter(name=name).update(name=f"x{name}")
        Group.objects.get_or_create(name="h")
    assert seen == ["g", "a", "c", "b", "d", "f", "h"]
