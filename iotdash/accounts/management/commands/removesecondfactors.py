"""`manage.py removesecondfactors EMAIL`: for whoever lost them all, and nobody else is left to ask."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from iotdash.accounts.models import User
from iotdash.accounts.services import remove_second_factors
from iotdash.audit.services import Source, record


class Command(BaseCommand):
    help = "Removes a person's authenticator app, passkeys and recovery codes: the password alone signs in again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has the email address {options['email']}.")
        if not remove_second_factors(person):
            raise CommandError(f"{person.email} has none.")
        record(Source(actor="manage.py removesecondfactors"), "second factors removed", "person", person.email)
        self.stdout.write(f"{person.email} signs in with the password alone. Support staff set up a new one first.")
