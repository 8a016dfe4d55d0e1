"""What the demo keeps: keys, password and ports, the same after a restart and for nobody else to read."""

import os
import socket
import stat

import pytest

from iotdash.demo import state


def test_the_password_and_keys_are_kept(tmp_path):
    first = state.load(tmp_path)
    state.save(tmp_path, first)
    assert state.load(tmp_path) == first
    assert state.load(tmp_path / "elsewhere").password != first.password


def test_the_file_is_readable_by_its_owner_only(tmp_path):
    for _ in range(2):
        state.save(tmp_path, state.load(tmp_path))
        assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]


def alone(port):
    return (port,)


def with_next(port):
    return port, port + 1


def test_a_sandbox_keeps_its_port_until_somebody_takes_it():
    kept = state.DemoState()
    state.choose_ports(kept, {"one": alone, "two": alone})
    before = dict(kept.ports)
    state.choose_ports(kept, {"one": alone, "two": alone})
    assert kept.ports == before
    with socket.socket() as somebody:
        somebody.bind((state.HOST, before["one"]))
        somebody.listen()
        state.choose_ports(kept, {"one": alone, "two": alone})
    assert kept.ports["one"] != before["one"]
    assert kept.ports["two"] == before["two"]
    state.choose_ports(kept, {"two": alone})
    assert kept.ports == {"two": before["two"]}


def test_a_sandbox_gets_another_port_when_somebody_took_a_further_one_of_its():
    kept = state.DemoState()
    state.choose_ports(kept, {"one": with_next})
    before = kept.ports["one"]
    with socket.create_server((state.HOST, before + 1)):
        state.choose_ports(kept, {"one": with_next})
        assert kept.ports["one"] != before


def test_the_environment_is_loopback_and_takes_nothing_from_a_real_installation(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://real")
    monkeypatch.setenv("REDIS_URL", "redis://real")
    monkeypatch.setenv("EMAIL_URL", "smtp://real")
    kept = state.DemoState(ports={"one": 4001, "two": 4002})
    env = state.environment(kept, tmp_path, 8123)
    assert not {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"} & set(env)
    assert env["BIND"] == "127.0.0.1:8123"
    assert env["IOTDASH_SANDBOXES"] == "one=http://127.0.0.1:4001,two=http://127.0.0.1:4002"
    assert env["IOTDASH_ENV_FILE"] == os.devnull


def test_two_demos_of_one_folder_do_not_run_at_once(tmp_path):
    with state.only_one(tmp_path), pytest.raises(state.CannotStart) as refusal, state.only_one(tmp_path):
        pytest.fail("the second one started")
    assert f"kill {os.getpid()}" in str(refusal.value)
    with state.only_one(tmp_path):
        assert (tmp_path / "demo.pid").read_text() == str(os.getpid())
