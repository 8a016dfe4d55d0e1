# ruff: noqa: F811 - fixtures of the cast, asked for by their names
"""An account at Orange in the database, of an organization with a device: fixtures, which conftest gives to tests."""

import json
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from orange_spec import CREDENTIALS, OTHER, SERIAL, C, answer, entry, fault, found, listed, position
from werkzeug import Response

from extensions.core import lanes
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.orange.manifest import MANIFEST
from tests.cast import (  # noqa: F401
    DeviceFactory,
    DeviceTypeFactory,
    cast,
    fast_passwords,
    organization,
    other_organization,
    owner,
    owner_client,
    source,
    support,
    support_client,
)
from tests.extensions.conftest import later, messages  # noqa: F401

PANEL = "/abc123/devices/tracker/t1/extensions/orange/"
PENDING = """<ns3:requestedStatus>SUSPENDED</ns3:requestedStatus>
  <ns3:lastStatusChangeDate>2026-02-01T09:30:00.000+01:00</ns3:lastStatusChangeDate>"""
HERE = entry(SERIAL, sim=PENDING, more=position())
NEXT_MONTH = datetime(2026, 11, 30, 23, tzinfo=UTC)


def told(asked: Element) -> str:
    if asked.tag.endswith("searchInConnectivityDirectory"):
        return listed(HERE, entry(OTHER), total=2)
    serials = {each.text for each in asked.iter(f"{C}simSerialNumber")}
    return found(*([HERE] if SERIAL in serials else []), unknown=sorted(serials - {SERIAL}))


@pytest.fixture
def wire(orange):
    """An account that lists two SIMs and knows one; `wire(None)` has no calls left, `wire(text)` says just that."""

    def says(text: str | None = "") -> None:
        def reply() -> Response:
            if text is None:
                return answer(fault("MLM_QUOTA_EXCEEDED", "Quota mensuel dépassé"), 500)
            return answer(text or told(orange.asked[-1]))

        orange.answers = [reply]

    says()
    return says


@pytest.fixture
def config(wire, httpserver, organization, source, later, time_machine):
    time_machine.move_to("2026-11-20T10:00:00Z", tick=False)
    settings = {**CREDENTIALS, "base_url": httpserver.url_for("")}
    check = connection_checks.ask(organization, MANIFEST, settings, source)
    lanes.run(check.lane_id)
    assert ConnectionCheck.objects.get().state == "proved"
    return configurations.add(organization, MANIFEST, "Orange France", settings, source)


@pytest.fixture
def device(config, organization, source):
    kind = DeviceTypeFactory(organization=organization, type_id="tracker")
    made = DeviceFactory(organization=organization, device_type=kind, device_id="t1")
    document = json.dumps({"orange": {"serialnumber": SERIAL}})
    device_configuration.confirm(made, document, 0, source)
    return made


@pytest.fixture
def run(config):
    def until_nothing_is_due() -> ExtensionConfig:
        for _ in range(6):
            lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)
        return ExtensionConfig.objects.select_related("lane").get(pk=config.pk)

    return until_nothing_is_due
