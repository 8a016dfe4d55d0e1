"""`manage.py generatekey`"""

import io

from django.core.management import call_command

from iotdash.lib import crypto


def generate() -> str:
    out = io.StringIO()
    call_command("generatekey", stdout=out)
    return out.getvalue().strip()


def test_the_key_encrypts(settings):
    settings.IOTDASH_SECRET_KEYS = [generate()]
    assert crypto.decrypt(crypto.encrypt("a secret")) == "a secret"


def test_every_key_is_another():
    assert generate() != generate()
