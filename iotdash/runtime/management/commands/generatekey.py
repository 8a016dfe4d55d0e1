"""`manage.py generatekey`"""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prints a new encryption key for IOTDASH_SECRET_KEYS. How to change over: README, Encryption keys."
    # Without a key the checks fail, and this command is how to get one.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode())
