"""Names below `localhost` are this machine: not every system's library knows that. Nothing else is changed."""

import socket

_found_by_system = socket.getaddrinfo


def _found(host, *args, **kwargs):
    return _found_by_system("127.0.0.1" if str(host).endswith(".localhost") else host, *args, **kwargs)


socket.getaddrinfo = _found
