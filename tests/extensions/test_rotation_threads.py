"""Rotations and edits of the same row at once, on a real database."""

import pytest
from cryptography.fernet import Fernet

from extensions.core import secret_settings
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from iotdash.lib import crypto, key_rotation
from tests.extensions import meterco
from tests.extensions.test_review_threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
EDITS = 10


def test_no_edit_is_lost_and_everything_moves(config, source, settings):
    new = Fernet.generate_key().decode()
    settings.IOTDASH_SECRET_KEYS = [new, *settings.IOTDASH_SECRET_KEYS]

    def edit() -> None:
        for number in range(EDITS):
            current = ExtensionConfig.objects.get(pk=config.pk)
            configurations.replace_settings(current, meterco.SETTINGS | {"key": f"typed {number}"}, source)

    outcomes = at_once(edit, *[lambda: key_rotation.rotate().unreadable] * 3)
    assert [each for each in outcomes if each] == []
    assert not key_rotation.rotate().overtaken
    settings.IOTDASH_SECRET_KEYS = [new]
    config.refresh_from_db()
    assert secret_settings.whole(config) == meterco.SETTINGS | {"key": f"typed {EDITS - 1}"}
    assert crypto.key_of(config.secrets) == crypto.key_id(new)
