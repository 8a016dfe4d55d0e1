"""The judge of the kill test with mail finds whatever is wrong."""

from dataclasses import replace

import pytest

from tests.chaos.mail.truth import Evidence, Invitee, Letter, judge

GOOD = Evidence(
    [Invitee("ada@example.com", "https://x/1/", "sent"), Invitee("ben@example.com", "https://x/2/", "sent")],
    [Letter("ada@example.com", ("https://x/1/",)), Letter("ben@example.com", ("https://x/2/",))],
    killed=1,
)
ADA, BEN = GOOD.letters


def test_nothing_is_wrong_where_nothing_is_wrong():
    assert judge(GOOD) == []
    assert judge(replace(GOOD, letters=[ADA, BEN, BEN])) == []


WRONG = {
    "none is lost": {"letters": [ADA]},
    "exactly one live link": {"letters": [ADA, Letter("ben@example.com", ("https://x/3/",))]},
    "nobody else gets mail": {"letters": [ADA, BEN, Letter("eve@example.com", ())]},
    "the product knows what was sent": {"invitees": [GOOD.invitees[0], replace(GOOD.invitees[1], state="queued")]},
    "kills alone double mail": {"letters": [ADA, ADA, BEN, BEN]},
}


@pytest.mark.parametrize(("rule", "wrong"), WRONG.items(), ids=WRONG)
def test_each_rule_can_be_broken(rule, wrong):
    assert rule in {broken.rule for broken in judge(replace(GOOD, **wrong))}


LINKS = {
    "none at all": {"letters": [ADA, Letter("ben@example.com", ())]},
    "two": {"letters": [ADA, Letter("ben@example.com", ("https://x/2/", "https://x/2/more"))]},
    "an older one": {"letters": [ADA, Letter("ben@example.com", ("https://x/0/",)), BEN]},
    "somebody else's": {"letters": [ADA, Letter("ben@example.com", ("https://x/1/",))]},
    "one that is dead": {"dead": ["https://x/2/"]},
    "one that does not work any more": {"invitees": [GOOD.invitees[0], replace(GOOD.invitees[1], link="")]},
    "the same for two": {"invitees": [replace(each, link="https://x/1/") for each in GOOD.invitees]},
}


@pytest.mark.parametrize("wrong", LINKS.values(), ids=LINKS)
def test_no_link_but_the_one_that_works_will_do(wrong):
    assert "exactly one live link" in {broken.rule for broken in judge(replace(GOOD, **wrong))}
