"""The mail that tells of alerts, made anew for each attempt to send it."""

from collections.abc import Mapping

from iotdash.lib.public_address import public_address
from iotdash.organizations import wordings
from iotdash.organizations.addresses import deliverable
from iotdash.organizations.alerts.telling import KIND, LINES
from iotdash.organizations.letters import Letter, Wording, holds_address, in_one_line, named, presentable, render
from iotdash.organizations.models import AlertEvent, AlertNotice, AlertRule, Membership, Organization
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Message

What = AlertEvent.What
ORIGINAL = Wording(
    "{organization}: {summary} ({rule})",
    """Hello,

{summary} of the alert rule {rule}.

{alerts}

All alerts: {link}""",
)
ENDING = """This message is for members that the rule names. To get no more of it, choose “Stop mail to me” on the \
page of the rule: {own_link}

Organization: {organization} ({organization_id}). Rule: {rule}"""
LETTER = Letter(
    KIND,
    "a message about alerts",
    ORIGINAL,
    ENDING,
    {
        "organization": "name of the organization",
        "organization_id": "its ID of six characters",
        "rule": "name of the alert rule",
        "summary": "how many alerts were raised, changed, resolved, or are still open",
        "alerts": f"what happened: a line for each alert, at most {LINES} of a kind",
        "link": "the page of alerts",
    },
    needed={"alerts": "without it nobody would know what happened."},
    only_in_body={
        "link": "The link belongs into the text, not into the subject.",
        "alerts": "The list of alerts belongs into the text, not into the subject.",
    },
)
_LEFT_OUT = "(not shown here: it holds a web address)"
_HEADINGS = {What.RAISED: "New", What.CHANGED: "Changed", What.RESOLVED: "Resolved", What.REMINDED: "Still open"}
_COUNTED = {
    What.RAISED: ("1 new alert", "{} new alerts"),
    What.CHANGED: ("1 changed", "{} changed"),
    What.RESOLVED: ("1 resolved", "{} resolved"),
    What.REMINDED: ("1 still open", "{} still open"),
}


def compose(mail: OutboxMail) -> Message | None:
    """None when nobody wants it any more: the rule is gone, muted or paused, or the person is no active member."""
    notice_id, _, member_id = mail.reference.partition("/")
    notices = AlertNotice.objects.select_related("rule__organization")
    wanted = {"rule__state": AlertRule.State.ACTIVE, "rule__organization__public_id": mail.organization}
    notice = notices.filter(pk=notice_id, **wanted).first()
    member = notice and _member(notice, member_id)
    if not member:
        return None
    organization = notice.rule.organization
    rendered = render(LETTER, wordings.of(LETTER, organization), _values(notice))
    return Message(
        recipient=deliverable(member.user.email),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        labels={"notice_id": str(notice.pk), "attempt": str(mail.attempts)},
        category=KIND,
    )


def sample_values(organization: Organization, email: str, name: str) -> Mapping[str, str]:
    """For a preview, of a rule that does not exist."""
    rule = AlertRule(organization=organization, name="Much data")
    line = {"what": What.RAISED, "title": "8988300000000000001", "words": "512 MB used in its cycle so far."}
    return _values(AlertNotice(rule=rule, counts={What.RAISED.value: 1}, lines=[line]))


def _member(notice: AlertNotice, member_id: str) -> Membership | None:
    members = notice.rule.organization.memberships.active().select_related("user")
    return members.filter(pk=member_id, alert_rules=notice.rule_id).first()


def _values(notice: AlertNotice) -> dict[str, str]:
    organization = notice.rule.organization
    told = [_told(notice, what) for what in _HEADINGS if notice.counts.get(what.value)]
    cannot_tell = [f"The rule cannot tell all: {_plain(notice.rule.sentence)}"] if notice.rule.sentence else []
    return {
        "organization": named(organization),
        "organization_id": organization.public_id,
        "rule": presentable(notice.rule.name) or "without a name",
        "summary": summary(notice.counts),
        "alerts": "\n\n".join([*told, *cannot_tell]),
        "link": public_address("organizations:alerts", org=organization.public_id),
        # Of a sample there is no page.
        "own_link": public_address("organizations:alert_rule", org=organization.public_id, rule_id=notice.rule.pk or 0),
    }


def summary(counts: Mapping[str, int]) -> str:
    """ "2 new alerts, 1 resolved"."""
    found = [(words, counts.get(what.value, 0)) for what, words in _COUNTED.items()]
    return ", ".join(one if count == 1 else many.format(f"{count:,}") for (one, many), count in found if count)


def _told(notice: AlertNotice, what: AlertEvent.What) -> str:
    lines = [line for line in notice.lines if line["what"] == what]
    more = notice.counts[what.value] - len(lines)
    said = [f"- {_plain(line['title'])}: {_plain(line['words'])}" for line in lines]
    return "\n".join([f"{_HEADINGS[what]}:", *said, *([f"- and {more:,} more"] if more > 0 else [])])


def _plain(text: str) -> str:
    """One line, in which no mail program finds a link."""
    line = in_one_line(text)
    return _LEFT_OUT if holds_address(line) else line
