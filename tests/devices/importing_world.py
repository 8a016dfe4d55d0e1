"""Tables as they are uploaded, and imports as people confirm them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from devices.models import DeviceImport
from iotdash.runtime.jobs import running
from iotdash.runtime.models import Job

URL = "/abc123/devices/import/"


def table(*rows: Sequence[Any]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def workbook(*rows: Sequence[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def post(client, raw: bytes, what: str = "devices", *, name: str = "fleet.csv", update: bool = False):
    file = SimpleUploadedFile(name, raw)
    return client.post(URL, {"what": what, "file": file, **({"update": "on"} if update else {})})


def uploaded(client, raw: bytes, what: str = "devices", **more) -> DeviceImport:
    answer = post(client, raw, what, **more)
    assert answer.status_code == 302, answer.content.decode()
    found = DeviceImport.objects.latest("pk")
    assert answer["Location"] == page_of(found)
    return found


def page_of(found: DeviceImport) -> str:
    return f"{URL}file/{found.public_id}/"


def problems(found: DeviceImport) -> list[tuple[int, str, str]]:
    """(row, heading, words)"""
    return list(found.problems.order_by("pk").values_list("row", "heading", "words"))


def confirmed(client, found: DeviceImport, mode: str) -> Job:
    answer = client.post(f"{page_of(found)}confirm/", {"seen": str(found.check_id), "mode": mode})
    job = Job.objects.latest("pk")
    assert answer["Location"] == f"/abc123/jobs/{job.public_id}/"
    return job


def done(job: Job) -> list[tuple[str, str, str]]:
    """(subject, state, sentence) of each item, once it is run."""
    running.run(job.pk)
    return list(job.items.order_by("position").values_list("subject", "state", "sentence"))
