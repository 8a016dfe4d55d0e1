"""Why an invitation is not made or changed; each is a sentence for the page."""


class InvitationRefused(Exception):
    """`str` says what happened and what to do next."""


class MailNotOffered(InvitationRefused):
    """The organization has no mail service, so nobody can be invited."""


class DailyLimitReached(InvitationRefused):
    """As many invitations were sent as a day allows."""
