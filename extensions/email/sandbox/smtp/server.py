"""The mail server's two ports, in a thread of their own: STARTTLS or none, and implicit TLS."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP

from ..state import State
from .handler import Handler

NAME = "mail.sandbox.invalid"


class Conversation(SMTP):
    """One connection; a fault may meet it before the greeting."""

    def __init__(self, handler: Handler, context: ssl.SSLContext | None, largest: int) -> None:
        super().__init__(
            handler,
            hostname=NAME,
            ident="ESMTP sandbox",
            tls_context=context,
            # This server is on loopback only.
            auth_require_tls=False,
            authenticator=handler.authenticate,
            data_size_limit=largest,
            enable_SMTPUTF8=True,
        )

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Nobody sends without credentials; aiosmtpd itself would warn of asking for them without TLS."""
        if self.session and self.session.authenticated:
            return False
        await self.push("530 5.7.0 Authentication required")
        return True

    async def _handle_client(self) -> None:
        try:
            await self.event_handler.meet(self)
        except ConnectionError:
            return
        await super()._handle_client()


@contextmanager
def serving(state: State, plain: socket.socket, implicit_tls: socket.socket) -> Iterator[None]:
    """Serves on these listening sockets for as long as the block lasts."""
    # It warns of every login, about an attribute that it sets itself.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smtp", daemon=True)
    thread.start()
    try:
        servers = asyncio.run_coroutine_threadsafe(_listen(state, plain, implicit_tls), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_stop(servers), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(state: State, plain: socket.socket, implicit_tls: socket.socket) -> list[asyncio.Server]:
    loop, context = asyncio.get_running_loop(), state.identity.tls_context()

    def conversation(transport: str, starttls: ssl.SSLContext | None) -> Conversation:
        return Conversation(Handler(state, transport), starttls, state.settings.max_message_bytes)

    return [
        await loop.create_server(lambda: conversation("smtp", context), sock=plain),
        await loop.create_server(lambda: conversation("smtps", None), sock=implicit_tls, ssl=context),
    ]


async def _stop(servers: list[asyncio.Server]) -> None:
    """Takes no more connections and ends those that there are."""
    for server in servers:
        server.close()
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
