"""TCP connections to checked addresses."""

import socket
import time
from collections.abc import Sequence

from iotdash.lib.outbound.errors import ConnectFailed
from iotdash.lib.outbound.guard import Address, AddressPolicy, resolve


def open_socket(
    host: str,
    port: int,
    policy: AddressPolicy,
    timeout: float = 5.0,
    *,
    kind: type[socket.socket] = socket.socket,
) -> socket.socket:
    """A connected socket of class `kind`. Raises AddressRefused or ConnectFailed.

    `timeout` (seconds) covers name lookup and all attempts together, and stays set on the socket.
    """
    ends = time.monotonic() + timeout
    addresses = resolve(host, port, policy, timeout=timeout)
    opened = _first_open(addresses, host, port, ends, kind)
    opened.settimeout(timeout)
    return opened


def _first_open(
    addresses: Sequence[Address], host: str, port: int, ends: float, kind: type[socket.socket]
) -> socket.socket:
    last: OSError = TimeoutError()
    for address in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            return _open(address, port, left, kind)
        except OSError as error:
            last = error
    raise ConnectFailed(_words(host, port, last)) from last


def _open(address: Address, port: int, timeout: float, kind: type[socket.socket]) -> socket.socket:
    opened = kind(address.family, socket.SOCK_STREAM)
    try:
        opened.settimeout(timeout)
        opened.connect((address.ip, port))
    except OSError:
        opened.close()
        raise
    return opened


def _words(host: str, port: int, error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"{host} port {port} did not answer in time."
    if isinstance(error, ConnectionRefusedError):
        return f"{host} refuses connections on port {port}."
    return f"{host} port {port} cannot be reached: {error.strerror or error}."
