"""What is checked at start-up of schemas with variants, and of the parts that few manifests have."""

from copy import deepcopy

import pytest

from extensions.core import registry
from extensions.core.checks import check_manifests
from extensions.core.contract import Inbound, Paste
from tests.extensions import postly


@pytest.fixture(autouse=True)
def no_folders(settings):
    settings.EXTENSION_PROVIDERS = []


@pytest.fixture
def errors(monkeypatch):
    """Ids of the errors of the made-up service, with changes."""

    def of(**changes) -> list[str]:
        monkeypatch.setattr(registry, "_manifests", {"postly": postly.manifest(**changes)})
        return [error.id for error in check_manifests()]

    return of


def changed(change) -> dict:
    schema = deepcopy(postly.SETTINGS_SCHEMA)
    change(schema)
    return schema


def inbound(max_body) -> Inbound:
    return Inbound(lambda method, headers, body, settings: [], lambda address, settings: [], max_body)


def test_a_good_one_passes(errors):
    assert errors(inbound=inbound(1_000_000)) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda schema: schema["oneOf"][0]["properties"].pop("method"), "extensions.E015"),
        (lambda schema: schema["properties"].pop("method"), "extensions.E015"),
        (lambda schema: schema["oneOf"][0]["properties"].update(method={"const": "fax"}), "extensions.E016"),
        (lambda schema: schema["oneOf"][0]["properties"].update(method={"const": "login"}), "extensions.E016"),
        (lambda schema: schema["properties"]["method"].pop("oneOf"), "extensions.E016"),
        (lambda schema: schema["properties"]["method"]["oneOf"][1].pop("title"), "extensions.E016"),
        (lambda schema: schema.pop("unevaluatedProperties"), "extensions.E017"),
        (lambda schema: schema.update(additionalProperties=False), "extensions.E017"),
        (lambda schema: schema["properties"].update(draft={"type": "string"}), "extensions.E022"),
        (lambda schema: schema["oneOf"][0]["properties"].update(action={"type": "string"}), "extensions.E022"),
        (lambda schema: schema["oneOf"][0]["properties"].update(password={"type": "string"}), "extensions.E018"),
    ],
)
def test_a_wrong_schema_is_named(errors, change, error):
    assert errors(settings_schema=changed(change), paste=None) == [error]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"paste": Paste("Credentials", "", postly.read, variant="fax")}, "extensions.E019"),
        ({"inbound": inbound(0)}, "extensions.E020"),
        ({"inbound": inbound(10_000_001)}, "extensions.E020"),
        ({"name": "Postly " * 12}, "extensions.E021"),
    ],
)
def test_a_wrong_part_is_named(errors, changes, error):
    assert errors(**changes) == [error]
