"""What is said of links that lead nowhere. Whoever has one learns nothing about accounts."""

from typing import NamedTuple

from iotdash.organizations.joining.queries import Standing


class Words(NamedTuple):
    title: str
    sentence: str
    next_step: str


ASK = "Ask whoever invited you for a new invitation."
DEAD_LINKS = {
    Standing.CLOSED: Words(
        "No invitation is open in this browser",
        "Error 404. It was used, or this page was left for too long.",
        "Open the link of the mail again. The browser must accept cookies.",
    ),
    Standing.UNKNOWN: Words(
        "This invitation link does not work",
        "Error 404. There is no such invitation.",
        "Check that you opened the whole link of the mail. If you did, ask whoever invited you for a new invitation.",
    ),
    Standing.REVOKED: Words("This invitation was revoked", "Error 410. It no longer leads anywhere.", ASK),
    Standing.USED: Words(
        "This invitation is already used",
        "Error 410. An invitation works once.",
        "If it was you who used it, sign in. If not, ask whoever invited you for a new invitation.",
    ),
    Standing.REPLACED: Words(
        "There is a newer link",
        "Error 410. The invitation was sent again, and only the newest link works.",
        "Open the link of the newest mail.",
    ),
    Standing.EXPIRED: Words("This invitation has expired", "Error 410. Its link worked for a limited time.", ASK),
    Standing.OVER: Words(
        "This invitation is too old",
        "Error 410. The membership that it offers would have ended already.",
        ASK,
    ),
}
