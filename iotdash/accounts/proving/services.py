"""Writes: asking for the site mail, and noting that an address is proved."""

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.accounts.proving import tokens
from iotdash.accounts.services import remove_second_factors
from iotdash.audit.services import Source, record
from iotdash.lib.public_address import public_address


def send_link(source: Source, person: User) -> None:
    """Sends a site mail with the link. Raises site_mail.MailNotSent."""
    links = {
        "link": tokens.link_of(person),
        "reset_url": public_address("account_reset_password"),
    }
    get_adapter().send_mail("accounts/proving/mail", person.email, links)
    record(source, "proof of address asked for", "person", person.email)


@transaction.atomic
def prove(source: Source, person: User, by: str) -> bool:
    """Notes that the address is the person's, and `by` what. False: it was proved before."""
    same = User.objects.filter(pk=person.pk, email=person.email, address_proved_at=None)
    proved = same.update(address_proved_at=timezone.now())
    if proved:
        record(source, "address proved", "person", person.email, by=by)
    person.refresh_from_db(fields=["address_proved_at"])
    return bool(proved)


@transaction.atomic
def prove_by_reset(source: Source, person: User) -> None:
    """After a new password by site mail.

    The second factors of an account that had not proved its address may be those of somebody else, who made it.
    """
    if prove(source, person, by="password reset by site mail") and remove_second_factors(person):
        record(source, "second factors removed", "person", person.email, why="set up before the address was proved")
