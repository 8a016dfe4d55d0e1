from extensions.controlcenter.parts import manifest_parts
from extensions.core.contract import Manifest


def carrier(slug: str, rest_host: str) -> Manifest:
    words = {"name": slug.title(), "summary": "SIMs.", "life_cycle": "In service."}
    return Manifest(slug=slug, device_key=slug, **words, **manifest_parts(rest_host))


def test_two_carriers_differ_in_words_only():
    one, other = carrier("one", "restapi3.jasper.com"), carrier("other", "restapi19.att.com")
    settings = {"username": "u", "access_key": "k", "domain_id": "restapi19.att.com"}

    assert one.account_key(settings) == other.account_key(settings)
    assert one.device_schema == other.device_schema
    assert one.settings_schema["required"] == other.settings_schema["required"]
    assert "restapi19.att.com" in str(other.settings_schema)
    assert "restapi19.att.com" not in str(one.settings_schema)
