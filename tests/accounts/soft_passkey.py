"""A passkey in software: answers what a server asks of it, as a browser would hand it on."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

HOST = "testserver"
PRESENT = AuthenticatorData.FLAG.UP


class SoftPasskey:
    def __init__(self, name: bytes = b"soft-passkey-0001") -> None:
        self.id = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._uses = 0

    def create(self, options: dict[str, Any]) -> str:
        """The JSON of a new credential for `creation_options`."""
        public_key = ES256.from_cryptography_key(self._key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public_key)
        data = AuthenticatorData.create(self._host(), PRESENT | AuthenticatorData.FLAG.AT, 0, credential)
        client_data = self._client_data("webauthn.create", options)
        attestation = AttestationObject.create("none", data, {})
        return self._json(client_data, attestationObject=websafe_encode(bytes(attestation)))

    def get(self, options: dict[str, Any]) -> str:
        """The JSON of an answer to `request_options`."""
        self._uses += 1
        data = AuthenticatorData.create(self._host(), PRESENT, self._uses)
        client_data = self._client_data("webauthn.get", options)
        signed = bytes(data) + hashlib.sha256(client_data).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        answer = {"authenticatorData": websafe_encode(bytes(data)), "signature": websafe_encode(signature)}
        return self._json(client_data, **answer)

    def _json(self, client_data: bytes, **response: str) -> str:
        name = websafe_encode(self.id)
        response["clientDataJSON"] = websafe_encode(client_data)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _host(self) -> bytes:
        return hashlib.sha256(HOST.encode()).digest()

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = json.loads(json.dumps(options, default=dict))["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": f"https://{HOST}"}).encode()
