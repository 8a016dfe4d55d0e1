"""What the sandbox makes once and keeps: the key that signs events, and a certificate authority with a certificate."""

from __future__ import annotations

import ssl
import tempfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from extensions.core.contract.sandboxing.store import Store

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
LIFETIME = timedelta(days=3650)
_SIGNING_KEY, _CA, _SERVER = "signing_key", "ca", "server"


class Identity:
    """Made when first asked for, in one transaction, so that every process finds the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def public_key(self) -> str:
        """Of the key that signs events: base64 of SubjectPublicKeyInfo without PEM framing, as the service shows it."""
        return public_text(self.signing_key)

    @cached_property
    def signing_key(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_pem_private_key(self._made[_SIGNING_KEY].encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    @property
    def ca_pem(self) -> str:
        """The authority that signed the certificate of the mail server."""
        return self._made[_CA]

    def tls_context(self) -> ssl.SSLContext:
        """The mail server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(self._made[_SERVER])
            file.flush()
            context.load_cert_chain(Path(file.name))
        return context

    @cached_property
    def _made(self) -> dict[str, str]:
        with self._store.write() as db:
            made = dict(db.execute("select name, value from made_once").fetchall())
            if not made:
                made = _make()
                db.executemany("insert into made_once values (?, ?)", made.items())
        return made


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    return b64encode(key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()


def _make() -> dict[str, str]:
    """The authority's own key is not kept: it signs this one certificate."""
    ca_key, server_key = new_key(), new_key()
    ca = _certificate("Email sandbox CA", ca_key, None, ca_key)
    server = _certificate("localhost", server_key, ca, ca_key)
    return {
        _SIGNING_KEY: _private_pem(new_key()),
        _CA: ca.public_bytes(PEM).decode(),
        _SERVER: _private_pem(server_key) + server.public_bytes(PEM).decode(),
    }


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return (_for_server(builder) if issuer else _for_authority(builder)).sign(by, hashes.SHA256())


def _for_server(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    addresses = [x509.IPAddress(ip_address(text)) for text in ("127.0.0.1", "::1")]
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), *addresses])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return builder.add_extension(names, critical=False).add_extension(usage, critical=False)


def _for_authority(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    names = "digital_signature content_commitment key_encipherment data_encipherment key_agreement encipher_only"
    off = dict.fromkeys([*names.split(), "decipher_only"], False)
    usage = x509.KeyUsage(key_cert_sign=True, crl_sign=True, **off)
    return builder.add_extension(usage, critical=True)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
