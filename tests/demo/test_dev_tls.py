"""The certificate of `make dev-tls` is taken for the names that clients ask for, by those who trust its authority."""

import datetime as dt
import ssl
import stat

import pytest

from iotdash.demo import tls

NOW = dt.datetime.now(dt.UTC)
NAMES = tls.names_of(["demo01", "empty1"], "localhost")


@pytest.fixture
def files(tmp_path):
    made = tls.Files(tmp_path / "tls")
    tls.issue(made, NAMES, NOW)
    return made


def handshake(files: tls.Files, name: str, ca: bytes) -> None:
    """Raises ssl.SSLCertVerificationError as a client's library would."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(files.certificate, files.key)
    client_side = ssl.create_default_context(cadata=ca.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["demo01.localhost", "demo01.messaging.localhost", "localhost", "127.0.0.1", "::1"])
def test_its_names_are_taken(files, name):
    handshake(files, name, files.ca.read_bytes())


def test_other_names_are_refused(files):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "other1.localhost", files.ca.read_bytes())


def test_another_authority_is_not_believed(files, tmp_path):
    other = tls.Files(tmp_path / "other")
    tls.issue(other, NAMES, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "localhost", other.ca.read_bytes())


def test_the_authority_stays_so_that_it_is_trusted_once(files):
    ca, certificate = files.ca.read_bytes(), files.certificate.read_bytes()
    tls.issue(files, NAMES, NOW)
    assert files.ca.read_bytes() == ca
    assert files.certificate.read_bytes() != certificate


def test_an_authority_that_would_end_first_is_made_anew(files):
    ca = files.ca.read_bytes()
    tls.issue(files, NAMES, NOW + dt.timedelta(days=tls.CA_DAYS - 30))
    assert files.ca.read_bytes() != ca


def test_keys_are_their_owners_only(files):
    for path in (files.key, files.ca_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
