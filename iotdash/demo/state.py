"""What the demo keeps from one start to the next, in `var/demo.json`: keys, password, sandbox ports."""

import fcntl
import json
import os
import secrets
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
# Meant for a real installation: the demo must never touch its database or its mail server.
NOT_INHERITED = (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "BIND",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "EMAIL_TIMEOUT",
    "EMAIL_URL",
    "HTTPS",
    "IOTDASH_DIGEST_KEY_FILE",
    "IOTDASH_OUTBOUND_ALLOW",
    "IOTDASH_REST_DOMAINS",
    "IOTDASH_SECRET_KEYS_FILE",
    "REDIS_URL",
    "SECRET_KEY_FALLBACKS",
    "SECRET_KEY_FALLBACKS_FILE",
    "SECRET_KEY_FILE",
    "TRUSTED_PROXY_COUNT",
    "WEB_CONCURRENCY",
)


class CannotStart(Exception):
    """A sentence that says why the demo does not start and what to do."""


@dataclass
class DemoState:
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    secret_keys: str = field(default_factory=lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode())
    digest_key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    ports: dict[str, int] = field(default_factory=dict)


def load(var: Path) -> DemoState:
    """The kept state, or a new one that `save` keeps."""
    try:
        return DemoState(**json.loads((var / "demo.json").read_text()))
    except FileNotFoundError:
        return DemoState()


def save(var: Path, state: DemoState) -> None:
    """Written at once and readable by its owner only."""
    draft = var / "demo.json.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(json.dumps(asdict(state), indent=2))
    draft.rename(var / "demo.json")


def choose_ports(state: DemoState, ports: Mapping[str, Callable[[int], Collection[int]]]) -> None:
    """Gives each sandbox its last port, or a free one when it has none or somebody took it.

    `ports` says of each name which ports it takes in all when it is run at one.
    """
    before, state.ports = state.ports, {}
    for name, all_ports in ports.items():
        port = before.get(name, 0)
        while not (port and all(map(port_is_free, all_ports(port)))):
            port = _free_port()
        state.ports[name] = port


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def environment(state: DemoState, var: Path, port: int) -> Mapping[str, str]:
    """The environment of every process of the demo."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    sandboxes = ",".join(f"{name}=http://{HOST}:{number}" for name, number in state.ports.items())
    return inherited | {
        "IOTDASH_ENV_FILE": os.devnull,
        "IOTDASH_VAR": str(var),
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "BIND": f"{HOST}:{port}",
        "SECRET_KEY": state.secret_key,
        "IOTDASH_SECRET_KEYS": state.secret_keys,
        "IOTDASH_DIGEST_KEY": state.digest_key,
        "IOTDASH_DEMO_PASSWORD": state.password,
        "IOTDASH_OUTBOUND_ALLOW_LOOPBACK": "true",
        "IOTDASH_SANDBOXES": sandboxes,
        "PYTHONUNBUFFERED": "1",
        # Each thread's own heap keeps what it once needed; two for all threads of a process are enough.
        "MALLOC_ARENA_MAX": "2",
    }


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Holds `var/demo.pid`, which carries the process id, while the demo runs."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (var / "demo.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            pid = file.read().strip()
            raise CannotStart(f"The demo runs already. Stop it with Ctrl-C there or: kill {pid}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        # Whatever this program becomes goes on holding it.
        os.set_inheritable(file.fileno(), True)
        with released(var):
            yield


@contextmanager
def released(var: Path) -> Iterator[None]:
    """Afterwards `var/demo.pid` names no process any more."""
    try:
        yield
    finally:
        os.truncate(var / "demo.pid", 0)
