"""The broker in files: nothing that a killed process leaves behind stops a worker or loses another's message."""

from pathlib import Path
from queue import Empty

import pytest
from django.conf import settings
from kombu import Connection

from iotdash.lib import file_broker
from iotdash.lib.file_broker import Transport


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "messages").mkdir()
    return tmp_path


@pytest.fixture
def connect(folder):
    """connect() → a SimpleQueue of a process of its own."""
    opened = []

    def connect():
        messages = str(folder / "messages")
        options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": str(folder / "control")}
        link = Connection("filesystem://", transport=Transport, transport_options=options)
        # Each process has a state of its own; within this one they would share what is declared.
        link.transport.state = type(Transport.global_state)()
        opened.append(link)
        return link.SimpleQueue("celery")

    yield connect
    for link in opened:
        link.release()


def taken(queue) -> object:
    return queue.get(timeout=1).payload


def test_messages_come_in_the_order_in_which_they_were_sent(connect):
    queue = connect()
    for number in range(20):
        queue.put({"number": number})
    assert [taken(queue)["number"] for _ in range(20)] == list(range(20))


def test_a_message_is_taken_once(connect, folder):
    first, second = connect(), connect()
    first.put({"lane": 1})
    assert taken(second) == {"lane": 1}
    with pytest.raises(Empty):
        first.get(timeout=0.1)
    assert list((folder / "messages").iterdir()) == []


@pytest.mark.parametrize("left", [b"", b'{"body": "W1sxX', b"\xff\xfe"])
def test_half_a_message_is_dropped_and_the_next_one_read(connect, folder, left):
    queue = connect()
    (folder / "messages" / "0_left.celery.msg").write_bytes(left)
    queue.put({"lane": 2})
    assert taken(queue) == {"lane": 2}
    assert list((folder / "messages").iterdir()) == []


def test_a_message_that_is_being_written_is_not_seen(connect, folder, monkeypatch):
    """A writer that is killed before its message has its name leaves nothing that a worker looks at."""
    queue = connect()
    monkeypatch.setattr(file_broker.Path, "rename", lambda *_: None)
    queue.put({"lane": 3})
    monkeypatch.undo()
    assert len(list((folder / "messages").iterdir())) == 1
    with pytest.raises(Empty):
        queue.get(timeout=0.1)


@pytest.mark.parametrize("left", ["", '[["celery", "", '])
def test_half_a_table_of_queues_is_written_anew(connect, folder, left):
    connect().put({"lane": 1})
    table = folder / "control" / "celery.exchange"
    table.write_text(left)
    queue = connect()
    queue.put({"lane": 2})
    assert [taken(queue), taken(queue)] == [{"lane": 1}, {"lane": 2}]
    assert table.read_text().count("celery") == 2


def test_a_second_queue_is_added_to_the_table(connect, folder):
    queue = connect()
    channel = queue.channel
    channel._queue_bind("celery", "other", "", "other")
    channel._queue_bind("celery", "other", "", "other")
    assert [row.queue for row in channel.get_table("celery")] == ["other", "celery"]


def test_the_embedded_installation_uses_it():
    source = (Path(settings.BASE_DIR) / "iotdash/settings.py").read_text()
    assert f'CELERY_BROKER_TRANSPORT = "{Transport.__module__}:{Transport.__name__}"' in source
