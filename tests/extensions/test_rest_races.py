"""The same request by several connections to the database at once, as web processes have them: it is done once."""

import json

import pytest

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import configurations
from iotdash.organizations.models import KeptAnswer
from tests.cast import sign_in
from tests.extensions import meterco
from tests.extensions.test_review_threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = "/abc123/api/v0002/"
OPERATION = "device/types/pump/devices/p1/exts/meterco/ops/sms"
TIMES = 5


@pytest.fixture
def sent(owner, settings, provider):
    """`sent(path, body)`: answers to the same request, sent at once."""
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0
    clients = [sign_in(owner) for _ in range(TIMES)]

    def send(client, path, body, key):
        return client.post(ROOT + path, json.dumps(body), "application/json", headers={"idempotency-key": key})

    def all_of_them(path, body, keys=("k1",) * TIMES):
        tasks = [
            lambda client=client, key=key: send(client, path, body, key)
            for client, key in zip(clients, keys, strict=True)
        ]
        return at_once(*tasks)

    return all_of_them


def test_an_extension_is_added_once(sent, organization):
    answers = sent("extensions", {"extension": "meterco", "settings": meterco.SETTINGS})
    assert {each.status_code for each in answers} == {201}
    assert all(each.json() == answers[0].json() for each in answers)
    assert (ExtensionConfig.objects.count(), KeptAnswer.objects.count()) == (1, 1)


def test_devices_are_added_once(sent, device):
    answers = sent("bulk/devices/add", [{"typeId": "pump", "deviceId": "p7"}])
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()[0]["authToken"] for each in answers}) == 1
    assert Device.objects.filter(device_id="p7").count() == 1


def test_a_message_is_sent_once(sent, api_paths, target):
    answers = sent(OPERATION, {"message": "hello"})
    assert {each.status_code for each in answers} == {202}
    assert len({each["Location"] for each in answers}) == 1
    assert Operation.objects.filter(operation_id="sms").count() == 1


def test_of_writes_of_a_kind_one_is_taken(sent, api_paths, target):
    answers = sent(OPERATION, {"message": "hello"}, keys="abcde")
    assert sorted(each.status_code for each in answers) == [202, *[409] * (TIMES - 1)]
    assert len({each["Location"] for each in answers}) == 1


def test_of_two_defaults_at_once_one_stays(owner, provider, organization, source, settings):
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0
    manifest = registry.manifest("meterco")
    users = [meterco.SETTINGS | {"user": name} for name in "abcd"]
    added = [configurations.add(organization, manifest, each["user"], each, source) for each in users]
    clients = [sign_in(owner) for _ in added]

    def prefer(client, config):
        body = json.dumps({"default": True, "name": f"{config.name}!"})
        return client.put(f"{ROOT}extensions/{config.pk}", body, "application/json").status_code

    for _ in range(TIMES):
        pairs = zip(clients, added, strict=True)
        assert at_once(*[lambda pair=pair: prefer(*pair) for pair in pairs]) == [200] * len(added)
        assert ExtensionConfig.objects.filter(is_default=True).count() == 1


@pytest.fixture
def api_paths(provider, settings):
    """The made-up carrier's paths too."""
    import importlib

    from django.urls import clear_url_caches

    from tests.extensions import meterco_urls

    importlib.reload(meterco_urls)
    settings.ROOT_URLCONF = "tests.extensions.meterco_urls"
    clear_url_caches()
