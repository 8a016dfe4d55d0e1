"""What a manifest and its folder must say and hold."""

import ast
import dataclasses
import importlib
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from extensions.core import checks, registry
from extensions.core.contract import Kind, Manifest
from extensions.core.management.commands.sandbox import Command, Offer
from iotdash.lib.schema_forms import address_names, branches, every_variant, rules_of, secret_names, title_of
from tests.architecture import house
from tests.contract.rehearsing import is_sentence, operations

# Files and lines, without the sandbox: of an extension that speaks a dialect, and of one with a protocol of its own.
ON_A_DIALECT, ON_ITS_OWN = (14, 450), (24, 2000)
METHODS = {Kind.READ: {"GET"}, Kind.WRITE: {"PUT", "POST"}, Kind.IRREVERSIBLE: {"PUT", "POST", "DELETE"}}


def folder_of(manifest: Manifest) -> Path:
    return Path(importlib.import_module(f"extensions.{manifest.slug}.manifest").__file__).parent


def own_files(manifest: Manifest) -> list[Path]:
    """Files of the folder without tests and without the sandbox: a whole service may be larger than its client."""
    folder = folder_of(manifest)
    left_out = {"tests", "__pycache__", "sandbox", "sandbox.py"}
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not left_out.intersection(path.relative_to(folder).parts)]


def test_the_system_check_has_nothing_to_say_of_it(manifest):
    assert [str(error) for error in checks.check_manifests() if f'"{manifest.slug}"' in error.msg] == []


def test_it_cannot_be_changed_while_the_product_runs(manifest):
    with pytest.raises(dataclasses.FrozenInstanceError):
        manifest.slug = "other"


def test_its_slug_is_its_folder(manifest):
    assert folder_of(manifest).name == manifest.slug
    assert registry.manifest(manifest.slug) is manifest


def test_everything_that_people_read_of_it_is_there(manifest):
    assert manifest.name.strip() == manifest.name != ""
    assert manifest.category
    assert is_sentence(manifest.summary)
    assert is_sentence(manifest.life_cycle)


def test_it_brings_a_guide_for_its_form(manifest):
    guide = (folder_of(manifest) / "guide.md").read_text()
    assert guide.startswith(f"# {manifest.name}\n")
    titles = [rule["title"] for rule in rules_of(manifest.settings_schema).values()]
    assert [title for title in titles if title not in guide] == []


def test_it_brings_an_icon_that_loads_and_runs_nothing(manifest):
    icon = ElementTree.parse(folder_of(manifest) / "icon.svg").getroot()  # noqa: S314 - a file of the product
    assert icon.tag.endswith("}svg")
    assert "viewBox" in icon.attrib
    tags = {part.tag.rpartition("}")[2] for part in icon.iter()}
    assert not tags & {"script", "style", "foreignObject", "image", "use", "a"}
    values = [(name, value) for part in icon.iter() for name, value in part.attrib.items()]
    assert [name for name, value in values if name.startswith("on") or name == "style" or "//" in value] == []


def test_its_schemas_are_json_schemas_of_objects(manifest):
    for schema in filter(None, (manifest.settings_schema, manifest.device_schema)):
        Draft202012Validator.check_schema(dict(schema))
        assert schema["type"] == "object"
        assert schema["unevaluatedProperties" if branches(schema) else "additionalProperties"] is False
        assert all(rule.get("title") for rule in rules_of(schema).values())


def test_secrets_come_with_the_address_that_they_are_sent_to(manifest):
    for schema in every_variant(manifest.settings_schema):
        assert not secret_names(schema) or address_names(schema)


def test_no_secret_has_a_default_or_an_example(manifest):
    for schema in every_variant(manifest.settings_schema):
        rules = rules_of(schema)
        assert [name for name in secret_names(schema) if {"default", "examples"} & set(rules[name])] == []


def test_the_subject_of_a_device_is_required_in_its_part(manifest):
    if manifest.device_schema is None:
        assert not manifest.device_key
        return
    assert manifest.subject_field in manifest.device_schema["properties"]
    assert manifest.subject_field in manifest.device_schema["required"]


def test_its_operations_are_whole(manifest):
    found = operations(manifest)
    assert found or not manifest.device_key
    assert len({spec.id for spec in found}) == len(found)
    for spec in found:
        Draft202012Validator.check_schema(dict(spec.parameters))
        Draft202012Validator.check_schema(dict(spec.result))
        assert spec.method in METHODS[spec.kind]
        assert (spec.confirm_within is None) == spec.reads


def test_it_brings_a_sandbox_with_all_that_this_suite_needs(manifest):
    assert manifest.sandbox, "Without a sandbox nothing that this provider says can be tried."
    sandbox = manifest.sandbox()
    assert sandbox.control
    assert bool(sandbox.sends) == bool(manifest.inbound)
    for name, variant in sandbox.variants.items():
        assert (name, len(variant.wrong_settings("http://127.0.0.1:1")) >= 3) == (name, True)


def test_the_command_that_runs_its_sandbox_says_how_it_is_reached(manifest):
    said, sandbox = StringIO(), manifest.sandbox()
    Command(stdout=said)._welcome([Offer(manifest, sandbox)], 4711)
    for variant in sandbox.variants.values():
        settings = variant.settings("http://127.0.0.1:4711")
        rules = rules_of(manifest.settings_schema, settings)
        shown = [str(title_of(rules[name], value)) for name, value in settings.items()]
        assert [text for text in shown if text not in said.getvalue()] == []


def test_its_folder_is_small(manifest):
    files = own_files(manifest)
    code = "".join(path.read_text() for path in files if path.suffix == ".py")
    speaks_a_dialect = any(f"extensions.{name}" in code for name in house.dialects())
    most_files, most_lines = ON_A_DIALECT if speaks_a_dialect else ON_ITS_OWN
    assert len(files) <= most_files
    assert sum(len(path.read_text().splitlines()) for path in files) <= most_lines


def test_its_code_waits_for_nothing_and_prints_nothing(manifest):
    """The lane does the waiting; a provider that sleeps holds everybody else's turn."""
    code = [path for path in own_files(manifest) if path.suffix == ".py"]
    names = {
        node.attr for path in code for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    }
    called = {node.id for path in code for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not {"sleep"} & (names | called)
    assert not {"print", "eval", "exec"} & called
