"""The whole procedure of the README's "Encryption keys", with real processes, while people work: nobody notices."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet

from extensions.core import registry
from iotdash.lib import crypto
from iotdash.lib.schema_forms import secret_names
from tests.demo import installation
from tests.demo.load import Load, Person

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real processes")]
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def added(site: installation.Installation) -> Load:
    """An extension configuration of the sandbox, and people who use it."""
    manifest = registry.manifest("jasper")
    settings = manifest.sandbox().settings(site.carrier_url)
    person = Person(site.base_url, installation.ADMIN, installation.PASSWORD)
    answer = person.post(
        f"/abc123/extensions/add/{manifest.slug}/", {**settings, "configuration-name": "Main", "action": "save"}
    )
    assert answer.status_code == 302, answer.text
    config_url = urlsplit(answer.headers["Location"]).path
    return Load(person, config_url, settings, tuple(secret_names(manifest.settings_schema)))


@pytest.mark.parametrize(
    "where",
    [installation.on_sqlite, pytest.param(installation.on_servers, marks=pytest.mark.servers)],
    ids=["SQLite", "PostgreSQL"],
)
def test_keys_are_rotated_without_a_failed_request(where, tmp_path):
    counts: list[int] = []
    with where(tmp_path) as site:
        site.start(OLD)
        with added(site).going_on() as load:
            for keys in ((OLD, NEW), (NEW, OLD)):
                site.set_keys(*keys)
                site.restart()
                counts.append(load.answers.total())
            said = site.manage("secrets", "rotate").stdout
            assert f"Key {crypto.key_id(OLD)}: nothing uses it." in said
            site.set_keys(NEW)
            site.manage("secrets", "doctor")
            site.restart()
            counts.append(load.answers.total())
        doctor = site.manage("secrets", "doctor").stdout
        logs = site.logs()
    assert load.refused == []
    assert all(more > fewer for fewer, more in zip([0, *counts], counts, strict=False)), "people worked all the time"
    assert {status for _, status in load.answers} == {200, 302}
    assert load.checks > 3
    assert "Every stored secret can be read." in doctor
    assert not Counter(word for word in ("Traceback", OLD, NEW) if word in logs)
