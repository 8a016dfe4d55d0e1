"""A server of a few lines of HTTP, and the session that is tested against it."""

from iotdash.lib.outbound import AddressPolicy, GuardedSession

LOOPBACK = AddressPolicy(allow_loopback=True)


def read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection):
    """The next bytes; nothing more comes from a client that hung up, and asking again would spin."""
    received = connection.recv(65536)
    if not received:
        raise ConnectionResetError
    return received


def answering(head=b"HTTP/1.1 200 OK", body=b"fine", headers=(), seen=None):
    def handler(connection):
        while True:
            request = read_request(connection)
            if seen is not None:
                seen.append(request)
            lines = [head, b"Content-Length: %d" % len(body), *headers]
            connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    return handler


def session(**kwargs):
    return GuardedSession(kwargs.pop("policy", LOOPBACK), **{"read_timeout": 2.0, **kwargs})


def url(port, path="/", scheme="http", host="127.0.0.1"):
    return f"{scheme}://{host}:{port}{path}"
