"""A certificate authority of one's own, and a certificate of it for this machine's names: for trying clients that only
speak HTTPS. Whoever trusts the authority trusts whoever has `ca-key.pem`, so that stays readable by its owner only.
"""

import datetime as dt
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("127.0.0.1", "::1")
CA_DAYS, CERTIFICATE_DAYS = 3650, 397


@dataclass(frozen=True)
class Files:
    """PEM files in one folder."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def ca_key(self) -> Path:
        return self.folder / "ca-key.pem"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"


def names_of(organizations: Sequence[str], domain: str) -> list[str]:
    """Host names that clients of the original platform make of an organization's id. Listed one by one, because some
    libraries refuse a wildcard directly below `localhost`.
    """
    hosts = [f"{each}{part}" for each in organizations for part in (".", ".messaging.")]
    return [domain, *(f"{host}{domain}" for host in hosts)]


def issue(files: Files, names: Sequence[str], now: dt.datetime) -> None:
    """A new certificate for the names and for loopback; the authority is made once and kept while it is valid."""
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_key, ca = _authority(files, now)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [*map(x509.DNSName, names), *(x509.IPAddress(ipaddress.ip_address(each)) for each in LOOPBACK)]
    builder = _builder(names[0], ca.subject, key, now, CERTIFICATE_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = builder.add_extension(signed_by, critical=False)
    _write_key(files.key, key)
    files.certificate.write_bytes(builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _authority(files: Files, now: dt.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    if files.ca.exists() and files.ca_key.exists():
        ca = x509.load_pem_x509_certificate(files.ca.read_bytes())
        if ca.not_valid_after_utc > now + dt.timedelta(days=CERTIFICATE_DAYS):
            return serialization.load_pem_private_key(files.ca_key.read_bytes(), None), ca
    return _new_authority(files, now)


def _new_authority(files: Files, now: dt.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("iotdash on this machine")
    builder = _builder("iotdash on this machine", name, key, now, CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    ca = builder.add_extension(_signing_only(), critical=True).sign(key, hashes.SHA256())
    _write_key(files.ca_key, key)
    files.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    return key, ca


def _signing_only() -> x509.KeyUsage:
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    unused = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(**unused, key_cert_sign=True, crl_sign=True)


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    # Clocks of containers and of the machine around them differ a little.
    begin = now - dt.timedelta(hours=1)
    return (
        x509.CertificateBuilder(issuer, _name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=days))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Readable by its owner from the first moment on."""
    path.unlink(missing_ok=True)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
