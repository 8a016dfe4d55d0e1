import socket
from ipaddress import ip_network

import pytest

from iotdash.lib.outbound import AddressPolicy, AddressRefused, ConnectFailed, policy_from_settings, resolve

STRICT = AddressPolicy()


def answers(monkeypatch, *ips):
    infos = [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ips]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: infos)


@pytest.mark.parametrize(
    ("ip", "kind"),
    [
        ("127.0.0.1", "a loopback address"),
        ("127.8.9.1", "a loopback address"),
        ("::1", "a loopback address"),
        ("0.0.0.0", "the unspecified address"),  # noqa: S104
        ("::", "the unspecified address"),
        ("10.1.2.3", "a private address"),
        ("172.16.0.1", "a private address"),
        ("192.168.1.1", "a private address"),
        ("fd12::1", "a private address"),
        ("100.64.0.1", "CGNAT"),
        ("169.254.1.1", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("fe80::1%1", "a link-local address"),
        ("169.254.169.254", "metadata"),
        ("168.63.129.16", "metadata"),
        ("100.100.100.200", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("224.0.0.1", "a multicast address"),
        ("ff02::1", "a multicast address"),
        ("240.0.0.1", "a reserved address"),
        ("255.255.255.255", "a reserved address"),
        ("192.0.0.8", "a reserved address"),
        ("192.88.99.1", "a reserved address"),
        ("198.18.0.1", "a private address"),
        ("203.0.113.7", "a private address"),
        ("2001:db8::1", "a private address"),
        ("3fff::1", "a reserved address"),
        ("fec0::1", "a"),
        ("5f00::1", "a reserved address"),
        ("2001:0:1::1", "a"),
        ("::ffff:10.0.0.1", "a private address"),
        ("::ffff:169.254.169.254", "metadata"),
        ("::127.0.0.1", "a loopback address"),
        ("2002:7f00:1::", "a loopback address"),
        ("2002:a00:1::1", "a private address"),
        ("64:ff9b::127.0.0.1", "a loopback address"),
        ("64:ff9b::a9fe:a9fe", "metadata"),
        ("64:ff9b:1::1", "a"),
    ],
)
def test_inner_addresses_are_refused_by_what_they_are(monkeypatch, ip, kind):
    answers(monkeypatch, ip)
    with pytest.raises(AddressRefused) as refused:
        resolve("carrier.example", 443, STRICT)
    assert kind in str(refused.value)
    assert "carrier.example" in str(refused.value)
    assert not refused.value.maybe_sent


@pytest.mark.parametrize("ip", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_public_addresses_pass(monkeypatch, ip):
    answers(monkeypatch, ip)
    assert [address.ip for address in resolve("carrier.example", 443, STRICT)] == [ip]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "[::1]", "127.0.0.1."])
def test_odd_ways_to_write_loopback_are_refused(host):
    with pytest.raises(AddressRefused):
        resolve(host, 443, STRICT)


def test_of_a_mixed_answer_only_the_checked_addresses_are_kept(monkeypatch):
    answers(monkeypatch, "10.0.0.1", "8.8.8.8")
    assert [address.ip for address in resolve("carrier.example", 443, STRICT)] == ["8.8.8.8"]


def test_loopback_can_be_allowed_without_allowing_private_networks(monkeypatch):
    policy = AddressPolicy(allow_loopback=True)
    assert resolve("127.0.0.1", 80, policy)
    answers(monkeypatch, "192.168.0.1")
    with pytest.raises(AddressRefused):
        resolve("router.example", 80, policy)


def test_a_listed_network_is_allowed_and_its_neighbour_is_not():
    policy = AddressPolicy(allowed_networks=(ip_network("10.1.0.0/16"),))
    assert resolve("10.1.2.3", 443, policy)
    with pytest.raises(AddressRefused):
        resolve("10.2.2.3", 443, policy)


def test_a_listed_host_may_be_private(monkeypatch):
    answers(monkeypatch, "10.0.0.9")
    policy = AddressPolicy(allowed_hosts=frozenset({"mail.internal"}))
    assert resolve("Mail.Internal.", 25, policy)
    with pytest.raises(AddressRefused):
        resolve("other.internal", 25, policy)


def test_an_unknown_name_is_a_failure_to_connect(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectFailed, match=r"nowhere\.example"):
        resolve("nowhere.example", 443, STRICT)


def test_a_dead_name_server_does_not_hold_the_caller(monkeypatch, release):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: release.wait(5) and [])
    with pytest.raises(ConnectFailed, match=r"longer than 0\.05 s"):
        resolve("slow.example", 443, STRICT, timeout=0.05)


@pytest.mark.parametrize(("host", "port"), [("", 443), ("a.example", 0), ("a.example", 70000)])
def test_what_is_no_address_is_refused(host, port):
    with pytest.raises(AddressRefused):
        resolve(host, port, STRICT)


def test_a_name_that_cannot_be_encoded_is_a_failure_to_connect():
    with pytest.raises(ConnectFailed):
        resolve("a" * 70 + ".example", 443, STRICT)


@pytest.mark.parametrize(
    ("policy", "host", "allowed"),
    [
        (STRICT, "localhost", False),
        (STRICT, "8.8.8.8", False),
        (AddressPolicy(allow_loopback=True), "localhost", True),
        (AddressPolicy(allow_loopback=True), "127.0.0.1", True),
        (AddressPolicy(allow_loopback=True), "::1", True),
        (AddressPolicy(allow_loopback=True), "localhost.example", False),
        (AddressPolicy(allowed_hosts=frozenset({"lab"})), "LAB", True),
        (AddressPolicy(allowed_networks=(ip_network("10.0.0.0/8"),)), "10.0.0.1", True),
    ],
)
def test_plain_http_is_for_loopback_and_listed_hosts(policy, host, allowed):
    assert policy.allows_plain_http(host) is allowed


def test_the_policy_comes_from_settings(settings):
    settings.IOTDASH_OUTBOUND_ALLOW = ["10.0.0.0/8", "fd00::/8", "192.168.1.5", "Mail.Internal"]
    settings.IOTDASH_OUTBOUND_ALLOW_LOOPBACK = True
    policy = policy_from_settings()
    assert policy.allow_loopback
    assert policy.allowed_hosts == {"mail.internal"}
    assert ip_network("192.168.1.5/32") in policy.allowed_networks
    assert len(policy.allowed_networks) == 3
