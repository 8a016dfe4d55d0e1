"""What the sample organization gets is what the sandbox answers."""

from datetime import datetime

from extensions.orange import directory
from extensions.orange.manifest import MANIFEST
from extensions.orange.sandbox import running
from extensions.orange.sandbox.seed import NORTH_SIMS

SOME = 100


def test_every_device_but_one_has_the_record_that_would_be_fetched(tmp_path, reach):
    offered = MANIFEST.sandbox()
    offered.seed(tmp_path)
    devices = MANIFEST.demo(tmp_path).devices
    assert len(devices) == NORTH_SIMS + 1
    subjects = [device.part["serialnumber"] for device in devices[:SOME]]
    with running(tmp_path) as started:
        found = directory.refresh(reach(**offered.settings(started.url)), subjects)
    assert {subjects[1]} == set(subjects) - set(found)
    given = {record.subject: record for device in devices[:SOME] for record in device.fetched}
    assert {each.location_status for each in given.values()} >= {"Located", "Not located yet", "Unknown"}
    for subject, record in given.items():
        assert _to_the_second(record) == _to_the_second(found[subject])
    assert set(given) == set(found)


def _to_the_second(record) -> dict:
    """Orange's wire has milliseconds."""
    values = vars(record).items()
    return {name: value.replace(microsecond=0) if isinstance(value, datetime) else value for name, value in values}
