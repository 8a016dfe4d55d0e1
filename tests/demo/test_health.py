"""`/healthz` and `/readyz`: what a probe sees."""

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown

from extensions.core.models import ExtensionConfig, Lane
from extensions.core.services import readability
from iotdash import health
from iotdash.demo import sandboxes
from iotdash.lib import crypto
from iotdash.lib.key_doctor import watch
from iotdash.runtime import sweep
from iotdash.runtime.models import Heartbeat

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def cache_table(db):
    call_command("createcachetable", verbosity=0)


@pytest.fixture
def all_up(cache_table, settings, tmp_path):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    sweep.beat("sweep")


def parts(response) -> dict[str, str]:
    return {name: state for name, state in response.json()["parts"].items() if state != "up"}


def test_all_is_up(client, all_up):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "up"
    assert {"database", "cache", "broker", "sweep"} <= set(response.json()["parts"])
    assert response["Cache-Control"] == "no-store"


def test_a_sweep_that_never_ran_is_named(client, cache_table):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert parts(response) == {"sweep": "The sweep has not run yet: are worker and beat started?"}


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (61, 503)])
def test_the_sweep_must_have_run_within_a_minute(client, all_up, frozen, seconds, status):
    frozen.shift(seconds)
    response = client.get("/healthz")
    assert response.status_code == status
    if status == 503:
        assert "12:00:00 UTC" in parts(response)["sweep"]


def test_a_cache_that_fails_is_named_without_its_address(client, all_up, monkeypatch, settings):
    settings.REDIS_URL = "redis://:password@10.0.0.7"

    def fail(key):
        raise RedisDown("redis://:password@10.0.0.7 refused")

    monkeypatch.setattr(health.shared_cache, "get", fail)
    response = client.get("/healthz")
    assert parts(response) == {"cache": "The cache does not answer."}
    assert "password" not in response.content.decode()


def test_a_broker_that_nobody_answers_at_is_named(client, all_up, monkeypatch, closed_port):
    monkeypatch.setattr(health.app.conf, "broker_url", f"redis://127.0.0.1:{closed_port}/0")
    assert parts(client.get("/healthz")) == {"broker": "The broker does not answer."}


def test_a_database_that_fails_is_named(client, all_up, monkeypatch):
    def fail():
        raise DatabaseError("password authentication failed for user iotdash")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", fail)
        responses = [client.get(page) for page in ("/healthz", "/readyz")]
    assert [response.status_code for response in responses] == [503, 503]
    assert {parts(response)["database"] for response in responses} == {"The database does not answer."}


def test_a_sandbox_that_ended_is_named(client, all_up, settings, monkeypatch, closed_port):
    settings.IOTDASH_SANDBOXES = {"one": f"http://127.0.0.1:{closed_port}"}
    monkeypatch.setattr(health, "_probes", dict(health._probes))
    sandboxes.register_probes()
    assert parts(client.get("/healthz")) == {"sandbox one": f"Nothing answers at http://127.0.0.1:{closed_port}."}


def test_a_sandbox_that_listens_is_up(client, all_up, settings, monkeypatch, httpserver):
    settings.IOTDASH_SANDBOXES = {"one": httpserver.url_for("/")}
    monkeypatch.setattr(health, "_probes", dict(health._probes))
    sandboxes.register_probes()
    assert client.get("/healthz").json()["parts"]["sandbox one"] == "up"


@pytest.fixture
def unreadable(organization, settings):
    """A stored secret whose key is missing; what this process knows of it is forgotten before and after."""
    lane, secrets = Lane.objects.create(key="one"), crypto.encrypt_json({"key": "s3cret"})
    config = ExtensionConfig.objects.create(
        organization=organization, slug="any", name="SIMs", lane=lane, secrets=secrets
    )
    settings.IOTDASH_SECRET_KEYS = [Fernet.generate_key().decode()]
    watch.forget()
    yield config
    watch.forget()


def test_secrets_without_their_key_degrade_and_say_which(client, all_up, unreadable):
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    sentence = parts(response)["keys"]
    assert f"Encryption key {crypto.key_of(unreadable.secrets)} is missing" in sentence
    assert "extension configurations: 1" in sentence
    assert "IOTDASH_SECRET_KEYS" in sentence


def test_secrets_that_only_the_worker_cannot_read_are_said_too(client, all_up, unreadable, settings):
    readability.review()
    ExtensionConfig.objects.update(secrets=crypto.encrypt_json({"key": "s3cret"}))
    watch.forget()
    response = client.get("/healthz")
    assert response.json()["status"] == "degraded"
    assert parts(response)["keys"].startswith("A worker cannot read secrets of extension configurations: 1.")


def test_what_is_vital_weighs_more_than_what_is_not(client, cache_table, unreadable):
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (503, "not up")
    assert set(parts(response)) == {"keys", "sweep"}


def test_readiness_asks_neither_worker_nor_cache(client, db):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["parts"] == {"database": "up", "migrations": "up"}


def test_missing_migrations_are_named(client, db, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "_pending_migrations", lambda: ["one"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert parts(response) == {"migrations": "Migrations are not applied: run manage.py migrate."}


@pytest.mark.parametrize("page", ["/healthz", "/readyz"])
def test_a_probe_by_another_name_over_plain_http_is_answered(page, all_up, settings):
    settings.ALLOWED_HOSTS = ["iot.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(page, headers={"host": "10.1.2.3:8000"})
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert not response.cookies


def test_other_pages_still_refuse_an_unknown_host(db, settings):
    settings.ALLOWED_HOSTS = ["iot.example.com"]
    assert Client().get("/", headers={"host": "10.1.2.3"}).status_code == 400


def test_health_is_cheap(client, all_up, django_assert_max_num_queries):
    watch.look()
    with django_assert_max_num_queries(4):
        client.get("/healthz")


def test_the_sweep_beats(db):
    sweep.run()
    assert Heartbeat.objects.get(name="sweep").at == NOW


@pytest.fixture
def closed_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
