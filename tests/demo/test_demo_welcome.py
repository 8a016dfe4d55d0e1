"""What the demo says when it is up."""

from iotdash.demo import sandboxes, watch
from iotdash.demo.management.commands import demo
from iotdash.demo.state import DemoState


def welcome(**ports):
    return demo.welcome(DemoState(password="pw-of-the-demo", ports=ports), 8123)


def test_it_names_address_password_and_every_sandbox_page():
    said = welcome(weather=9001, carrier=9002)
    for words in ("http://127.0.0.1:8123/", "pw-of-the-demo"):
        assert words in said
    for address in ("http://127.0.0.1:9001/", "http://127.0.0.1:9002/"):
        assert address in said


def test_it_says_what_each_sandbox_is_good_for():
    installed = sandboxes.installed()
    said = welcome(**dict.fromkeys(installed, 9001))
    assert installed
    for name, sandbox in installed.items():
        assert sandbox.hint
        assert f"The sandbox {name} is at http://127.0.0.1:9001/ . {sandbox.hint}\n" in said


def test_without_sandboxes_it_does_not_speak_of_them():
    assert "The sandbox" not in welcome()


def test_the_plan_survives_becoming_another_program_unseen_by_others(monkeypatch):
    plan = demo._plan(DemoState(password="pw-of-the-demo", ports={"weather": 9001}), 8123, 12.5)
    became = []
    monkeypatch.setattr("os.execve", lambda *arguments: became.append(arguments))
    monkeypatch.setattr("os.chdir", lambda folder: None)
    watch.become(plan, {"A": "b"})
    ((_, argv, env),) = became
    assert "pw-of-the-demo" not in " ".join(argv)
    assert env["A"] == "b"
    assert watch.read(env[watch.PLAN]) == plan
    assert [process.name for process in plan.processes] == ["sandbox-weather", "web", "worker"]
