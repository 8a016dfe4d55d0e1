"""Whose message is next, and what a batch of them keeps from nobody."""

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import Proof
from extensions.core.lanes import Purpose
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations, connection_checks
from extensions.mailers import testmail
from extensions.mailers.sources import MOST_FOR_PEOPLE
from extensions.mailers.sources import source as work_source
from iotdash.runtime.models import OutboxMail
from tests.mailers import postco

pytestmark = pytest.mark.django_db
BATCH = [f"person{number}" for number in range(200)]


def next_work(config):
    return work_source.next(config.lane_id, timezone.now())


class Watched(list):
    """Says when something is appended."""

    def __init__(self, told) -> None:
        super().__init__()
        self._told = told

    def append(self, item) -> None:
        super().append(item)
        self._told()


@pytest.mark.slow
def test_a_check_waits_for_one_message_of_a_batch_not_for_its_end(config, post, organization, source, write):
    checks, sent_before = [], []

    def ask_once():
        if not checks:
            settings, manifest = postco.SETTINGS, registry.manifest("postco")
            checks.append(connection_checks.ask(organization, manifest, settings, source, config))

    def check(context):
        sent_before.append(len(post.given))
        return Proof("Accepted.")

    post.given, post.check = Watched(ask_once), check
    write(*BATCH)
    lanes.run(config.lane_id)
    assert ConnectionCheck.objects.get(pk=checks[0].pk).state == "proved"
    assert sent_before == [1]


def test_one_message_or_a_few_are_for_people(config, write):
    write(*BATCH[:MOST_FOR_PEOPLE])
    assert next_work(config).purpose is Purpose.PEOPLE


def test_a_batch_is_background_work(config, write):
    write(*BATCH[: MOST_FOR_PEOPLE + 1])
    assert next_work(config).purpose is Purpose.BACKGROUND


def test_another_attempt_is_background_work(config, write):
    write("ada")
    OutboxMail.objects.update(attempts=1)
    assert next_work(config).purpose is Purpose.BACKGROUND


def test_the_oldest_message_is_first(config, post, later, write, run):
    for name in ("ada", "ben", "cy"):
        write(name)
        later(seconds=1)
    run()
    assert post.recipients == ["ada@example.com", "ben@example.com", "cy@example.com"]


def test_a_test_email_is_before_a_batch(config, write, owner):
    write(*BATCH)
    test = OutboxMail.objects.create(organization="abc123", kind=testmail.KIND, reference=str(owner.pk))
    work = next_work(config)
    assert work.purpose is Purpose.PEOPLE
    turn = lanes.Turn(config.lane_id)
    assert turn.hold()
    turn.do(work)
    test.refresh_from_db()
    assert test.state == "sent"


def test_organizations_that_share_an_account_take_turns(
    config, post, later, other_organization, add_config, write, organization
):
    theirs = add_config(other_organization)
    assert theirs.lane_id == config.lane_id
    # Time passes with each message, so that it can be told who was served last.
    post.given = Watched(lambda: later(seconds=1))
    write(*BATCH[:4])
    write("eve", "mallory", of=other_organization)
    lanes.run(config.lane_id)
    assert len(post.given) == 6
    places = [number for number, name in enumerate(post.recipients) if name.startswith(("eve", "mallory"))]
    assert places in ([0, 2], [1, 3])


def test_a_second_mail_service_of_an_organization_sends_nothing(config, post, organization, source, write, monkeypatch):
    second = postco.PostCo()
    monkeypatch.setitem(registry._manifests, "other", postco.manifest(second, slug="other", name="Other"))
    added = configurations.add(organization, registry.manifest("other"), "Other", postco.SETTINGS, source)
    ExtensionConfig.objects.filter(pk=added.pk).update(lane=config.lane)
    write("ada")
    lanes.run(config.lane_id)
    assert (len(post.given), len(second.given)) == (1, 0)
