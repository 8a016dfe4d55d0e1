"""`manage.py createsupport EMAIL`"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from iotdash.accounts import support_group
from iotdash.accounts.models import User
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source


class Command(BaseCommand):
    help = (
        "Makes a person support staff, who see everything on /admin/ and may set checks and retries going. "
        "Run it again after an upgrade, so that the group sees what is new."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="who; a new person gets a password, which is printed once")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        source = Source(actor="manage.py createsupport")
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        password = None
        if person is None:
            person, password = self._new(source, options["email"])
        support_group.admit(source, person)
        self.stdout.write(
            f"{person.email} is support staff. Sign in, then open /admin/: it begins with a second factor."
        )
        if password:
            self.stdout.write(f"Password: {password}")

    def _new(self, source: Source, email: str) -> tuple[User, str | None]:
        try:
            return create_person(source, email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
