"""`manage.py seed_demo`: the sample organization. Does nothing when it is there already."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from iotdash.demo import seed
from iotdash.organizations.models import Organization


class Command(BaseCommand):
    help = "Makes the sample organization, its people, devices and extensions, unless it exists."

    def handle(self, **options: Any) -> None:
        password = os.environ.get("IOTDASH_DEMO_PASSWORD", "")
        if not password:
            raise CommandError("Set IOTDASH_DEMO_PASSWORD to the password of the sample's people.")
        if Organization.objects.filter(public_id=seed.ORGANIZATION_ID).exists():
            self.stdout.write("The sample organization exists.")
            return
        with transaction.atomic():
            organization = seed.everything(password)
        self.stdout.write(f"Made {organization} with {organization.devices.count()} devices.")
