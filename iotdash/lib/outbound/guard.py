"""Which addresses may be connected to."""

import queue
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings

from iotdash.lib.outbound.errors import AddressRefused, ConnectFailed

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

# Python calls some of these global; sources: IANA special-purpose registries, clouds' documentation.
_NAMED_NETWORKS = {
    ip_network("169.254.169.254/32"): "the metadata address of a cloud",
    ip_network("168.63.129.16/32"): "the metadata address of a cloud",
    ip_network("100.100.100.200/32"): "the metadata address of a cloud",
    ip_network("fd00:ec2::254/128"): "the metadata address of a cloud",
    ip_network("100.64.0.0/10"): "a shared address of a provider's network (CGNAT)",
    ip_network("192.0.0.0/24"): "a reserved address",
    ip_network("192.88.99.0/24"): "a reserved address",
}
_GLOBAL_UNICAST_6 = ip_network("2000::/3")
_RESERVED_6 = (ip_network("2001::/23"), ip_network("2001:db8::/32"), ip_network("3fff::/20"))
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE_4 = ip_network("::/96")


@dataclass(frozen=True)
class AddressPolicy:
    """`allowed_networks` and `allowed_hosts` (lower case) are exceptions: inner addresses that are meant."""

    allow_loopback: bool = False
    allowed_networks: tuple[IpNetwork, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()

    def allows_plain_http(self, host: str) -> bool:
        """http:// is for loopback (when allowed) and listed hosts or networks only."""
        name = _plain(host)
        if name in self.allowed_hosts:
            return True
        if name == "localhost":
            return self.allow_loopback
        address = _literal(name)
        return address is not None and self._excepts(address)

    def refusal(self, address: IpAddress) -> str | None:
        """What the address is, if that is a reason not to connect ("a private address"), else None."""
        address = _unwrapped(address)
        return None if self._excepts(address) else _inner_kind(address)

    def _excepts(self, address: IpAddress) -> bool:
        if address.is_loopback and self.allow_loopback:
            return True
        return any(address in network for network in self.allowed_networks)


class Address(NamedTuple):
    """An address that passed the policy; `family` as in the socket module."""

    family: socket.AddressFamily
    ip: str


def policy_from_settings() -> AddressPolicy:
    """From IOTDASH_OUTBOUND_ALLOW (list of hosts and networks) and IOTDASH_OUTBOUND_ALLOW_LOOPBACK."""
    networks, hosts = _split(getattr(settings, "IOTDASH_OUTBOUND_ALLOW", ()))
    loopback = bool(getattr(settings, "IOTDASH_OUTBOUND_ALLOW_LOOPBACK", False))
    return AddressPolicy(loopback, tuple(networks), frozenset(hosts))


def resolve(host: str, port: int, policy: AddressPolicy, *, timeout: float = 5.0) -> list[Address]:
    """Addresses of `host` that passed the policy. Raises AddressRefused; ConnectFailed for unknown names."""
    name = _plain(host)
    if not name or not 0 < port < 65536:
        raise AddressRefused(f"“{host}” port {port} is not an address that can be connected to.")
    found = _look_up(name, port, timeout)
    if name in policy.allowed_hosts:
        return found
    refusals = [policy.refusal(ip_address(address.ip)) for address in found]
    checked = [address for address, refusal in zip(found, refusals, strict=True) if refusal is None]
    if not checked:
        raise AddressRefused(_refused_words(name, refusals[0]))
    return checked


def _refused_words(name: str, kind: str | None) -> str:
    return (
        f"“{name}” is not connected to because it is {kind}. "
        "If this is meant, whoever runs this installation can allow it in IOTDASH_OUTBOUND_ALLOW."
    )


def _look_up(name: str, port: int, timeout: float) -> list[Address]:
    # getaddrinfo knows no timeout; a dead name server must not hold a lane for half a minute.
    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
    threading.Thread(target=_look_up_into, args=(answers, name, port), daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise ConnectFailed(f"Looking up “{name}” took longer than {timeout:g} s.") from None
    if isinstance(answer, OSError) or not answer:
        raise ConnectFailed(f"The name “{name}” is not known to the name server.")
    return answer


def _look_up_into(answers: queue.SimpleQueue, name: str, port: int) -> None:
    try:
        infos = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        answers.put(error)
    except UnicodeError as error:
        answers.put(OSError(str(error)))
    else:
        answers.put([Address(info[0], str(info[4][0])) for info in infos])


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _literal(name: str) -> IpAddress | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _split(items: Iterable[str]) -> tuple[list[IpNetwork], list[str]]:
    networks, hosts = [], []
    for item in items:
        try:
            networks.append(ip_network(item.strip(), strict=False))
        except ValueError:
            hosts.append(_plain(item.strip()))
    return networks, hosts


def _unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address in _NAT64 or (address in _COMPATIBLE_4 and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _inner_kind(address: IpAddress) -> str | None:
    named = next((kind for network, kind in _NAMED_NETWORKS.items() if address in network), None)
    if named:
        return named
    kinds = (
        (address.is_unspecified, "the unspecified address"),
        (address.is_loopback, "a loopback address"),
        (address.is_link_local, "a link-local address"),
        (address.is_multicast, "a multicast address"),
        (address.is_reserved or _reserved_6(address), "a reserved address"),
        (not address.is_global, "a private address"),
    )
    return next((kind for holds, kind in kinds if holds), None)


def _reserved_6(address: IpAddress) -> bool:
    if isinstance(address, IPv4Address) or address.is_private:
        return False
    return address not in _GLOBAL_UNICAST_6 or any(address in network for network in _RESERVED_6)
