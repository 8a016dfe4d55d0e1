"""What must be true after invitations were sent while everybody was killed, and what is known to judge it by."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.truth import Broken


@dataclass(frozen=True)
class Invitee:
    """An invitation and its mail, as the product has them. `link` is the one that works."""

    email: str
    link: str
    state: str
    attempts: int = 1


@dataclass(frozen=True)
class Letter:
    """A message as the mail server has it: for whom, and the links that it holds."""

    recipient: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """`killed`: how many kills there were that may have doubled a message; `dead`: links that no page opens for."""

    invitees: Sequence[Invitee]
    letters: Sequence[Letter]
    killed: int
    dead: Sequence[str] = ()

    @property
    def doubled(self) -> int:
        """How many letters were more than one to somebody."""
        return len(self.letters) - len({letter.recipient for letter in self.letters})


def none_is_lost(evidence: Evidence) -> Iterator[Broken]:
    """Each invitee has a letter."""
    reached = {letter.recipient for letter in evidence.letters}
    for invitee in evidence.invitees:
        if invitee.email not in reached:
            yield Broken("none is lost", f"{invitee.email} got no mail; its state is {invitee.state}")


def one_live_link(evidence: Evidence) -> Iterator[Broken]:
    """Every letter to an invitee has one link, and it is the one that works."""
    link_of = {invitee.email: invitee.link for invitee in evidence.invitees}
    for letter in evidence.letters:
        if letter.links != (link_of.get(letter.recipient),):
            yield Broken("exactly one live link", f"{letter.recipient} was sent {letter.links}")
    for link in evidence.dead:
        yield Broken("exactly one live link", f"{link} is dead")
    for link, owners in Counter(link_of.values()).items():
        if owners > 1:
            yield Broken("exactly one live link", f"{owners} invitees have {link}")


def nobody_else(evidence: Evidence) -> Iterator[Broken]:
    invited = {invitee.email for invitee in evidence.invitees}
    for letter in evidence.letters:
        if letter.recipient not in invited:
            yield Broken("nobody else gets mail", letter.recipient)


def all_told_as_sent(evidence: Evidence) -> Iterator[Broken]:
    for invitee in evidence.invitees:
        if invitee.state != "sent":
            yield Broken("the product knows what was sent", f"{invitee.email} is {invitee.state}")


def doubled_by_kills_only(evidence: Evidence) -> Iterator[Broken]:
    """One message at most is between two processes that talk of it when one is killed."""
    if evidence.doubled > evidence.killed:
        yield Broken("kills alone double mail", f"{evidence.doubled} doubled by {evidence.killed} kills")


Rule = Callable[[Evidence], Iterator[Broken]]
RULES: tuple[Rule, ...] = (none_is_lost, one_live_link, nobody_else, all_told_as_sent, doubled_by_kills_only)


def judge(evidence: Evidence) -> list[Broken]:
    return [broken for rule in RULES for broken in rule(evidence)]
