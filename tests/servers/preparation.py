"""Rows of the world in `fleet`, made in an installation's own database: `python -m tests.servers.preparation`."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotdash.settings")
django.setup()

from devices.services import NewDevice, add_device, add_type  # noqa: E402 - after django.setup()
from extensions.core import registry  # noqa: E402
from extensions.core.services import configurations, connection_checks, device_configuration  # noqa: E402
from iotdash.audit.services import Source  # noqa: E402
from iotdash.organizations.models import Organization  # noqa: E402
from iotdash.organizations.services import create_organization  # noqa: E402
from tests.servers import fleet  # noqa: E402


def prepare(base_url: str) -> None:
    for public_id in fleet.ORGANIZATIONS:
        source = Source(actor=fleet.email(public_id), organization=public_id)
        made = create_organization(
            source, public_id, fleet.email(public_id), public_id=public_id, password=fleet.PASSWORD
        )
        _add_accounts(made.organization, base_url, source)
        _add_devices(made.organization, source)


def _add_accounts(organization: Organization, base_url: str, source: Source) -> None:
    manifest = registry.manifest("jasper")
    for number in fleet.accounts_of(organization.public_id):
        account = fleet.account(number)
        settings = {"username": account.username, "access_key": account.api_key}
        settings |= {"domain_id": base_url, "protocol": "rest"}
        config = configurations.add(organization, manifest, f"Account {number}", settings, source)
        connection_checks.ask(organization, manifest, settings, source, config)


def _add_devices(organization: Organization, source: Source) -> None:
    kind = add_type(organization, source, type_id=fleet.TYPE_ID)
    for line in fleet.LINES:
        if line.organization == organization.public_id:
            device = add_device(kind, NewDevice(line.device_id), source).device
            part = {"iccid": line.iccid, "configuration": f"Account {line.account}"}
            device_configuration.confirm(device, json.dumps({"jasper": part}), 0, source, refresh=False)


if __name__ == "__main__":
    prepare(sys.argv[1])
