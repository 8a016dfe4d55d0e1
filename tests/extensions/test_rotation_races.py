"""A rotation beside edits and removals of the same rows: nobody's change is lost, and nothing comes back."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from extensions.core import secret_settings
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.services import configurations
from iotdash.lib import ciphertexts, crypto, key_rotation
from tests.extensions import meterco

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ACTIONS = ("edit", "edit in an old process", "remove", "rename", "delete checks")


@pytest.fixture
def both(settings):
    settings.IOTDASH_SECRET_KEYS = [OLD]
    return settings


def act(what: str, config: ExtensionConfig, number: int, source, settings) -> None:
    current = ExtensionConfig.objects.get(pk=config.pk)
    if what.startswith("edit") and current.removed_at is None:
        before = settings.IOTDASH_SECRET_KEYS
        settings.IOTDASH_SECRET_KEYS = [OLD, NEW] if "old" in what else before
        configurations.replace_settings(current, meterco.SETTINGS | {"key": f"typed {number}"}, source)
        settings.IOTDASH_SECRET_KEYS = before
    elif what == "remove":
        configurations.remove(current, source)
    elif what == "rename" and current.removed_at is None:
        configurations.rename(current, f"Name {number}", source)
    elif what == "delete checks":
        ConnectionCheck.objects.all().delete()


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(ACTIONS)), max_size=6))
def test_whatever_happens_between_reading_and_writing_the_last_word_stays(both, config, source, monkeypatch, steps):
    """The steps happen just before the exchange of that number."""
    both.IOTDASH_SECRET_KEYS = [OLD]
    ExtensionConfig.objects.filter(pk=config.pk).update(removed_at=None)
    config.refresh_from_db()
    configurations.replace_settings(config, meterco.SETTINGS, source)
    both.IOTDASH_SECRET_KEYS = [NEW, OLD]
    expected, exchanges, exchange = {"key": meterco.SETTINGS["key"]}, [], ciphertexts.exchange

    def interrupted(holder, row, value) -> bool:
        for number, what in [each for each in steps if each[0] == len(exchanges)]:
            act(what, config, number, source, both)
            if what.startswith("edit") and not ExtensionConfig.objects.get(pk=config.pk).removed_at:
                expected["key"] = f"typed {number}"
        exchanges.append(row.pk)
        return exchange(holder, row, value)

    with monkeypatch.context() as patched:
        patched.setattr(ciphertexts, "exchange", interrupted)
        key_rotation.rotate()
    key_rotation.rotate()
    both.IOTDASH_SECRET_KEYS = [NEW]
    config.refresh_from_db()
    if config.removed_at:
        assert config.secrets == "", "erased secrets came back"
    else:
        assert secret_settings.whole(config) == meterco.SETTINGS | expected
    assert all(
        crypto.key_of(each) == crypto.key_id(NEW) for each in ConnectionCheck.objects.values_list("draft", flat=True)
    )
