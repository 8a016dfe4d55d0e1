"""Celery's broker in files, safe against processes that are killed while they write.

kombu's own writes a message into the folder that workers read: one that is read half-written, because its writer is
slower or dead, ends the worker, and half a table of queues ends every process from then on. Here files appear whole,
under their name, or not at all; what cannot be read is dropped, because rows are the truth and the sweep asks again.
"""

import fcntl
import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Takes a message by removing its file: of several workers only one can."""

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        try:
            return super().get_table(exchange)
        except ValueError:
            # Left by a version that wrote it in place; whoever declares its queue next writes it anew.
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        file = self._exchange_file(exchange)
        self.control_folder.mkdir(exist_ok=True)
        with file.with_suffix(".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if binding not in table:
                _write_whole(file, [binding, *table])

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str) -> Any:
        for file in sorted(Path(self.data_folder_in).iterdir()):
            if file.name.partition(".")[2] == f"{queue}.msg" and (payload := _taken(file)):
                return payload
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(file: Path, content: Any) -> None:
    draft = file.with_name(f"{uuid.uuid4()}.draft")
    draft.write_bytes(str_to_bytes(dumps(content)))
    draft.rename(file)


def _taken(file: Path) -> Any:
    """The message, if this process is the one that took it and it is one; else None."""
    try:
        content = file.read_bytes()
        file.unlink()
    except FileNotFoundError:
        return None
    try:
        return loads(bytes_to_str(content))
    except ValueError:
        logger.warning("dropped a message of the broker that cannot be read: %s", file.name)
        return None
