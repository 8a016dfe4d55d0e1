"""What an invitation says, an organization's own words or the product's.

Until when the link works, and what to do if it was not expected, is always added.
"""

from functools import partial

from iotdash.organizations import letters
from iotdash.organizations.letters import BODY_LENGTH, SUBJECT_LENGTH, Letter, Rendered, Wording, holds_address

KIND = "invitation"
# What each placeholder stands for, in the words of the page where the text is edited.
PLACEHOLDERS = {
    "organization": "name of the organization",
    "organization_id": "its ID of six characters",
    "inviter": "name and email address of the member who invites",
    "role": "role that the invited person will have",
    "membership": "a sentence: whether and when the membership ends",
    "expires": "when the link stops working, in UTC",
    "link": "the link",
}
ORIGINAL = Wording(
    "Invitation to {organization}",
    """Hello,

{inviter} invites you to join {organization} as {role}. {membership}

To accept, open this link:

{link}""",
)
ENDING = """The link works once, until {expires}.

If you did not expect this message, ignore it: nothing happens unless you open the link and accept.

Organization: {organization} ({organization_id})"""
LETTER = Letter(
    KIND,
    "an invitation",
    ORIGINAL,
    ENDING,
    PLACEHOLDERS,
    needed={"link": "without it nobody could accept."},
    only_in_body={"link": "The link belongs into the text, not into the subject."},
)
render = partial(letters.render, LETTER)
check_subject = partial(letters.check_subject, LETTER)
check_body = partial(letters.check_body, LETTER)

__all__ = [
    "BODY_LENGTH",
    "ENDING",
    "KIND",
    "LETTER",
    "ORIGINAL",
    "PLACEHOLDERS",
    "SUBJECT_LENGTH",
    "Rendered",
    "Wording",
    "check_body",
    "check_subject",
    "holds_address",
    "render",
]
