"""`python -m tests.chaos.mail.server PORT FOLDER`: a mail server that keeps each message before it answers.

What is in its folder was taken, whether or not anybody heard of it. While the file `hold` is there it does not answer:
whoever is killed then is killed between the message and its answer.
"""

import asyncio
import json
import os
import sys
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
HOLD = "hold"
LOOK_EVERY_S = 0.02


class Keeper:
    """`folder` may hold the messages of a server that was killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = len(list(folder.glob("*.json")))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._number += 1
        self._keep(f"{self._number:05}", {"recipients": envelope.rcpt_tos, "text": _text(envelope.content)})
        while (self._folder / HOLD).exists():
            await asyncio.sleep(LOOK_EVERY_S)
        return f"250 2.0.0 Ok: queued as {self._number}"

    def _keep(self, name: str, message: dict) -> None:
        """Whole or not at all, whenever the process is killed."""
        draft = self._folder / f"{name}.new"
        with draft.open("w") as file:
            json.dump(message, file)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / f"{name}.json")


def _text(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    return message.get_body(("plain",)).get_content()


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    Controller(Keeper(folder), hostname=HOST, port=port).start()
    asyncio.new_event_loop().run_forever()


if __name__ == "__main__":
    main()
