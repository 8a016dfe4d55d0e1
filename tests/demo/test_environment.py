"""`.env.example` names what the settings read, and a real installation's environment passes `check --deploy`."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from iotdash import serving
from iotdash.demo import state
from iotdash.runtime import key_marks
from iotdash.serving import refuse_unsafe
from tests.architecture.house import ROOT

PRODUCTION = {
    "PUBLIC_URL": "https://iot.example.com",
    "ALLOWED_HOSTS": "iot.example.com",
    "SECRET_KEY": "Zq3-9vT1uYxw7Lk2_NbPe5RsHd8GfJm4CaXo6WiVtQzBnEyM0rSlUhKp",
    "IOTDASH_SECRET_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE=",
    "IOTDASH_DIGEST_KEY": "a-digest-key-of-more-than-32-characters",
    "DATABASE_URL": "postgres://iotdash:secret@127.0.0.1:5432/iotdash",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "BEHIND_PROXY": "true",
    "JSON_LOGS": "true",
    "IOTDASH_ENV_FILE": os.devnull,
}


def documented() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def first_word(call: ast.Call) -> str:
    argument = call.args[0] if call.args else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def read_by(path: str) -> set[str]:
    """First arguments of `env.…("NAME")` and `environ.get("NAME")`; of `key_env.…("NAME")` also NAME_FILE."""
    calls = [node for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.Call)]
    readers = [call for call in calls if re.match(r"(env|os\.environ)\.", ast.unparse(call.func))]
    keys = {first_word(call) for call in calls if re.match(r"key_env\.", ast.unparse(call.func))}
    words = {word for word in map(first_word, readers) if re.fullmatch(r"[A-Z_]+", word)}
    return words | keys | {f"{key}_FILE" for key in keys}


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name not in documented()}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=kept | env, cwd=ROOT, capture_output=True, text=True
    )


def test_the_example_names_every_variable_and_no_other():
    read = read_by("iotdash/settings.py") | read_by("iotdash/lib/databases.py") | read_by("gunicorn.conf.py")
    read |= read_by("extensions/__init__.py") | read_by("iotdash/demo/management/commands/seed_demo.py")
    # Read by gunicorn itself.
    assert documented() == read | {"WEB_CONCURRENCY"}


def test_the_demo_inherits_nothing_that_a_real_installation_sets():
    set_by_demo = set(state.environment(state.DemoState(), ROOT, 8000))
    harmless = {
        "DEFAULT_FROM_EMAIL",
        "JSON_LOGS",
        "LOG_LEVEL",
        "WEB_THREADS",
        "IOTDASH_WORKER_THREADS",
        "IOTDASH_EXTENSION_PATHS",
        "IOTDASH_CALLS_BY_HOUR_DAYS",
        "IOTDASH_CALLS_BY_MINUTE_HOURS",
        "IOTDASH_DEVICES_PER_ORGANIZATION",
        "IOTDASH_EXCHANGES_DAYS",
        "IOTDASH_EXCHANGES_KEPT",
        "IOTDASH_INBOUND_DAYS",
        "IOTDASH_INBOUND_PER_MINUTE",
        "IOTDASH_INVENTORY_HOURS",
        "IOTDASH_MAIL_DAYS",
        "IOTDASH_INVITATIONS_PER_DAY",
        "IOTDASH_REST_PER_SECOND",
        "IOTDASH_REST_REFUSED_PER_MINUTE",
        "IOTDASH_REST_WAITERS",
        "IOTDASH_REST_WAIT_SECONDS",
        "IOTDASH_STALE_AFTER_INVENTORIES",
        "IOTDASH_SYNC_MINUTES",
        "IOTDASH_USAGE_DAYS",
        "IOTDASH_USAGE_MINUTES",
        "IOTDASH_USAGE_MINUTES_OTHERS",
    }
    hsts = {name for name in documented() if name.startswith("SECURE_HSTS")}
    assert documented() - set(state.NOT_INHERITED) - set_by_demo - harmless - hsts == set()


@pytest.mark.slow
def test_a_real_installation_passes_the_deployment_check():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_those_who_wait_leave_threads_for_others():
    words = "from django.conf import settings; print(settings.IOTDASH_REST_WAITERS)"
    done = manage("shell", "--verbosity", "0", "-c", words, **PRODUCTION, WEB_THREADS="3", IOTDASH_REST_WAITERS="4")
    assert done.stdout.strip() == "1", done.stderr


KEYS = [
    ("SECRET_KEY", "SECRET_KEY is the one from the source code"),
    ("IOTDASH_SECRET_KEYS", "IOTDASH_SECRET_KEYS is empty"),
    ("IOTDASH_DIGEST_KEY", "IOTDASH_DIGEST_KEY is missing"),
]
GUNICORN = ("gunicorn", "iotdash.wsgi")
CELERY = ("celery", "--app", "iotdash", "worker", "--pool", "threads")


def start(program: tuple[str, ...], tmp_path, missing: str, **others: str) -> subprocess.CompletedProcess:
    """Starts a process of a real installation that lacks one variable, and waits until it gives up."""
    kept = {name: value for name, value in os.environ.items() if name not in documented()}
    env = {name: value for name, value in PRODUCTION.items() if name not in (missing, "DATABASE_URL", "REDIS_URL")}
    env |= kept | {"IOTDASH_VAR": str(tmp_path), "BIND": "127.0.0.1:0"} | others
    argv = [sys.executable, "-m", *program]
    return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=180)


@pytest.mark.parametrize(
    ("missing", "value", "words"),
    [
        ("SECRET_KEY", "insecure-anything", KEYS[0][1]),
        ("IOTDASH_SECRET_KEYS", [], KEYS[1][1]),
        ("IOTDASH_DIGEST_KEY", "", KEYS[2][1]),
    ],
)
def test_serving_is_refused_when_a_key_is_missing(db, settings, missing, value, words):
    settings.TESTING = False
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    refuse_unsafe()
    setattr(settings, missing, value)
    with pytest.raises(SystemCheckError, match=words):
        refuse_unsafe()
    settings.DEBUG = True
    refuse_unsafe()


@pytest.mark.slow
@pytest.mark.parametrize(("program", "missing", "words"), [(GUNICORN, *KEYS[0]), (CELERY, *KEYS[1])])
def test_a_process_without_its_keys_does_not_serve(program, tmp_path, missing, words):
    done = start(program, tmp_path, missing)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "celery@" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("program", [GUNICORN, CELERY])
@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("IOTDASH_SECRET_KEYS", '"dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE="', "Key 1 of IOTDASH_SECRET_KEYS"),
        ("IOTDASH_SECRET_KEYS", "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE=,short", "Key 2 of IOTDASH_SECRET_KEYS"),
        ("IOTDASH_SECRET_KEYS_FILE", "not-there", "IOTDASH_SECRET_KEYS_FILE names not-there, which cannot be read"),
    ],
)
def test_a_process_with_a_key_of_no_use_does_not_serve(program, tmp_path, variable, value, words):
    done = start(program, tmp_path, "IOTDASH_SECRET_KEYS", **{variable: value})
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "dGVzdC1r" not in done.stderr + done.stdout


def test_without_a_database_serving_begins_and_waits_for_it(settings, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise DatabaseError("password=s3cret")

    settings.TESTING = False
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    monkeypatch.setattr(key_marks, "note_digest_key", away)
    monkeypatch.setattr(serving.watch, "look", lambda: None)
    refuse_unsafe()
    assert "could not be compared" in caplog.text
    assert "s3cret" not in caplog.text


def test_the_readme_names_what_it_tells_people_to_set():
    """Variables in the section about a real installation."""
    section = (ROOT / "README.md").read_text().partition("## Running it for real")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=\w+)?`", section))
    assert {"PUBLIC_URL", "ALLOWED_HOSTS", "BEHIND_PROXY", "TRUSTED_PROXY_COUNT"} <= named
    assert named <= documented()
