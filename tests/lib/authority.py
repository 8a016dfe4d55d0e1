"""TLS for tests: an authority that no machine trusts by itself, and a server certificate of it."""

import datetime as dt
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """A certificate authority and one server certificate for 127.0.0.1 and carrier.example."""

    def __init__(self, folder):
        self.key, server_key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        authority = self._certificate("Test authority", self.key, "Test authority", ca=True)
        server = self._certificate("carrier.example", server_key, "Test authority", ca=False)
        self.pem = authority.public_bytes(serialization.Encoding.PEM).decode()
        chain = folder / "server.pem"
        private = server_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain.write_bytes(private + server.public_bytes(serialization.Encoding.PEM))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.names = []
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)

    def wrap(self, connection):
        return self.context.wrap_socket(connection, server_side=True)

    def _certificate(self, name, key, issuer, *, ca):
        now = dt.datetime.now(dt.UTC)
        names = [x509.DNSName("carrier.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        usage = x509.KeyUsage(True, False, False, False, False, ca, ca, False, False)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )
