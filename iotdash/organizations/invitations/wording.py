"""What an invitation says, an organization's own words or the product's.

Until when the link works, and what to do if it was not expected, is always added.
"""

from iotdash.organizations.letters import Letter, Wording

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
    "invitation",
    "an invitation",
    ORIGINAL,
    ENDING,
    PLACEHOLDERS,
    needed={"link": "without it nobody could accept."},
    only_in_body={"link": "The link belongs into the text, not into the subject."},
)
