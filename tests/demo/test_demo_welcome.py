"""What the demo says when it is up."""

import io

from iotdash.demo.management.commands.demo import Command
from iotdash.demo.state import DemoState


def welcome(**ports):
    out = io.StringIO()
    Command(stdout=out)._welcome(DemoState(password="pw-of-the-demo", ports=ports), 8123, 12.4)
    return out.getvalue()


def test_it_names_address_password_and_every_sandbox_page():
    said = welcome(weather=9001, carrier=9002)
    for words in ("after 12 s", "http://127.0.0.1:8123/", "pw-of-the-demo"):
        assert words in said
    for address in ("http://127.0.0.1:9001/", "http://127.0.0.1:9002/"):
        assert address in said
    assert "fail on purpose" in said


def test_without_sandboxes_it_does_not_speak_of_them():
    assert "sandbox" not in welcome()
