"""`manage.py createorganization NAME --admin EMAIL`"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.services import Created, create_organization

LABELS = {"name": "Name", "public_id": "--id", "email": "--admin", "password": "Password", "__all__": ""}


class Command(BaseCommand):
    help = "Makes an organization with its first administrator, who may be new or known already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the organization")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="who administers it")
        parser.add_argument("--id", default="", help="six characters a-z and 0-9; random if left out")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        if password == "":
            raise CommandError("--password-stdin: standard input was empty.")
        administrator = _administrator(options["admin"], password)
        source = Source(actor="manage.py createorganization")
        try:
            created = create_organization(
                source, options["name"], administrator, public_id=options["id"], password=password
            )
        except ValidationError as error:
            raise CommandError(_in_words(error)) from error
        self._tell(created, new=isinstance(administrator, str))

    def _tell(self, created: Created, *, new: bool) -> None:
        organization, email = created.organization, created.administrator.email
        self.stdout.write(f"Organization {organization.name} has the id {organization.public_id}.")
        self.stdout.write(f"Administrator: {email} ({'new' if new else 'known already'})")
        if created.password:
            self.stdout.write(f"Password: {created.password}")
            self.stdout.write("It is shown this once. Change it after signing in, under Profile.")


def _administrator(email: str, password: str | None) -> User | str:
    """The person with this address, or the address itself if there is none yet."""
    known = User.objects.filter(email=email.strip().lower()).first()
    if known and password is not None:
        raise CommandError(
            f"{known.email} has a password already, so none can be given here. Leave out --password-stdin, "
            f"or change it with: manage.py changepassword {known.email}"
        )
    return known or email


def _in_words(error: ValidationError) -> str:
    """The first problem of each field, one per line."""
    if not hasattr(error, "error_dict"):
        return f"Password: {' '.join(error.messages)}"
    return "\n".join(f"{LABELS.get(field, field)}: {' '.join(words)}" for field, words in error.message_dict.items())
