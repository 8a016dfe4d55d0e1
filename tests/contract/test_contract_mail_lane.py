"""Mail on its way through the lane of its account, while credentials do not count."""

import pytest

from extensions.core import lanes
from extensions.core.contract import Fault
from extensions.core.services import configurations
from extensions.mailers import waiting
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Message, composers
from tests.contract.test_contract_lane import no_waiting, way  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.mails, pytest.mark.xdist_group("contract lane")]


def test_mail_waits_for_credentials_and_goes_on_once_they_are_entered_in_place(way, monkeypatch):  # noqa: F811
    monkeypatch.setitem(composers._composers, "letter", lambda mail: Message("ada@example.com", "Hello", "Hello.", ""))
    way.running.control.fail(Fault.EXPIRED_KEY)
    mail = outbox.queue(way.config.organization.public_id, "letter", "ada")
    lanes.run(way.config.lane_id)
    way.config.refresh_from_db()
    mail.refresh_from_db()
    assert (way.config.state, mail.state) == ("needs attention", OutboxMail.State.WAITING)
    way.running.control.mend()
    configurations.replace_settings(way.config, way.running.settings, way.source)
    waiting.review()
    lanes.run(way.config.lane_id)
    mail.refresh_from_db()
    assert (mail.state, len(way.running.control.messages("ada@example.com"))) == (OutboxMail.State.SENT, 1)
