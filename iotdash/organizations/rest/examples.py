"""Lines for a shell by which a program, or IBM's client, comes in to an organization."""

from django.conf import settings

from iotdash.lib.rest.curl import SIGNED_IN

# Where `make dev-tls` serves HTTPS, which the client insists on.
_LOCAL = "localhost"
_LOCAL_PORT = 8443
_CLIENT = """import wiotp.sdk.application as sdk
client = sdk.ApplicationClient(sdk.parseEnvVars())
print([device.clientId for device in client.registry.devices])"""


def first_call(base: str, organization: str) -> str:
    return f"export KEY={_key(organization)} TOKEN=…\n{SIGNED_IN} '{base}/'"


def ibm_client(organization: str, key_id: str = "") -> str:
    """`key_id`: of a key that is there; otherwise how one looks."""
    domain = settings.IOTDASH_REST_DOMAINS[0] if settings.IOTDASH_REST_DOMAINS else _LOCAL
    local = domain == _LOCAL
    lines = (
        "pip install wiotp-sdk",
        f"export WIOTP_AUTH_KEY={key_id or _key(organization)}",
        "export WIOTP_AUTH_TOKEN=…",
        f"export WIOTP_OPTIONS_DOMAIN={f'{domain}:{_LOCAL_PORT}' if local else domain}",
        *(["export REQUESTS_CA_BUNDLE=$PWD/var/tls/ca.pem"] if local else []),
        f'python -c "{_CLIENT}"',
    )
    return "\n".join(lines)


def _key(organization: str) -> str:
    return f"a-{organization}-…"
