"""Many rows at once are the rows that the model itself would have written."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from iotdash.lib.inserting import insert
from iotdash.runtime.models import Job, JobItem

pytestmark = pytest.mark.django_db
NAMES = ("position", "subject", "given", "settled_at")
FIELDS = ("job_id", "position", "subject", "target", "group", "given", "state", "sentence", "reference", "settled_at")
NOW = timezone.now()
ROWS = [(1, "8931 “é” %s", {"a": ["ü", None, 1.5]}, NOW), (2, "", {}, None)]


@pytest.fixture
def job() -> Job:
    return Job.objects.create(organization="abc123", kind="test", title="A job")


def test_each_row_is_as_the_model_writes_it(job):
    insert(JobItem, {"job": job.pk, "sentence": "the same"}, NAMES, iter(ROWS))
    inserted = list(job.items.order_by("position").values(*FIELDS))
    job.items.all().delete()
    for row in ROWS:
        JobItem.objects.create(job=job, sentence="the same", **dict(zip(NAMES, row, strict=True)))
    assert inserted == list(job.items.order_by("position").values(*FIELDS))


def test_none_is_written_where_one_cannot_be(job):
    with pytest.raises(IntegrityError):
        insert(JobItem, {"job": job.pk}, NAMES, [*ROWS, ROWS[0]])
    assert not job.items.exists()


def test_nothing_is_written_of_nothing(job):
    insert(JobItem, {"job": job.pk}, NAMES, [])
    assert not job.items.exists()


def test_a_row_that_lacks_a_value_is_refused(job):
    with pytest.raises(ValueError, match="zip"):
        insert(JobItem, {"job": job.pk}, NAMES, [(1, "short")])
