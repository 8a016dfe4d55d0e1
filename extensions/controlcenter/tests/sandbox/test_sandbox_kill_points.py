"""Wherever a kill meets the sandbox, its log says of each change and message what its state says."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.controlcenter.sandbox import Account, Sim, State

ROOT = Path(__file__).resolve().parents[4]
ICCID = "8988200000000101010"
# Carries out one call in a process that kills itself at a named place: before or after a function is called.
CALL = """
import os, signal, sys
from pathlib import Path
from werkzeug.test import Client
from extensions.controlcenter.sandbox import create_app, edits, log, messages
from extensions.core.contract.sandboxing import calls

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def killing(module, name, moment):
    wanted = getattr(module, name)
    def instead(*given, **more):
        if moment == "before":
            die()
        wanted(*given, **more)
        die()
    setattr(module, name, instead)

folder, place, moment, method, path, body = sys.argv[1:]
module, name = place.split(".")
killing({"calls": calls, "log": log, "edits": edits, "messages": messages}[module], name, moment)
client = Client(create_app(Path(folder)))
client.open("/rws/api/v1/devices/" + path, method=method, data=body, auth=("editor", "key"))
"""
EDIT = ("PUT", ICCID, '{"status": "DEACTIVATED"}')
TEXT = ("POST", f"{ICCID}/smsMessages", '{"messageText": "x"}')


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path)
    state.seed([Account("editor", "pw", "key", "licence", "1")], [Sim(ICCID, "ACTIVATED", "EU", "1")])
    yield state
    state.close()


def killed_in(folder: Path, place: str, moment: str, call: tuple[str, str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALL, str(folder), place, moment, *call], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def story(state: State) -> tuple[list[str | None], bool, bool]:
    """What the log says was performed, whether the state shows it, and whether the call was finished."""
    (call,) = state.calls()
    done = bool(state.messages()) or state.sim(ICCID).status == "DEACTIVATED"
    return [one.what for one in call.performed], done, call.finished


@pytest.mark.parametrize(
    ("place", "moment", "call"),
    [
        ("log.record", "before", EDIT),
        ("log.record", "after", EDIT),
        ("edits.apply_change", "before", EDIT),
        ("edits.apply_change", "after", EDIT),
        ("messages.insert", "before", TEXT),
        ("messages.insert", "after", TEXT),
        ("log.record", "before", TEXT),
        ("log.record", "after", TEXT),
    ],
)
def test_a_kill_in_the_middle_of_performing_leaves_neither_deed_nor_line(state, tmp_path, place, moment, call):
    killed_in(tmp_path, place, moment, call)
    assert story(state) == ([], False, False)


@pytest.mark.parametrize(("call", "what"), [(EDIT, "status"), (TEXT, "sms")])
def test_a_kill_between_performing_and_answering_leaves_both(state, tmp_path, call, what):
    killed_in(tmp_path, "calls.finish", "before", call)
    assert story(state) == ([what], True, False)
