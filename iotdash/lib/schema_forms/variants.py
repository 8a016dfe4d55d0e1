"""Schemas with variants: `oneOf` of objects that each fix the same common property by a `const` of its own.

That property, the discriminator, stands among the common ones with the titles: `oneOf: [{const, title}]`.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]


def discriminator(schema: Schema) -> str:
    """The field that chooses the variant; "" when the schema has no variants."""
    fixed = [_constants(branch) for branch in schema.get("oneOf", ())]
    common = schema.get("properties", {}) if fixed else {}
    return next((name for name in common if all(name in constants for constants in fixed)), "")


def branches(schema: Schema) -> dict[str, Schema]:
    """{value of the discriminator: what that variant has beside the common part}, in their order."""
    name = discriminator(schema)
    return {_constants(branch)[name]: branch for branch in schema["oneOf"]} if name else {}


def variant_in(schema: Schema, *sources: Mapping[str, Any]) -> str | None:
    """The variant that the first source names that names one, else the default, else the first. None without variants.

    A source is anything with settings: what was typed, what is stored.
    """
    known = branches(schema)
    if not known:
        return None
    name = discriminator(schema)
    named = [source.get(name) for source in sources]
    preset = schema["properties"][name].get("default")
    return next((value for value in (*named, preset) if isinstance(value, str) and value in known), next(iter(known)))


def variant_schema(schema: Schema, settings: Mapping[str, Any]) -> Schema:
    """The flat schema of the variant that the settings name; the schema itself when it has no variants.

    The discriminator comes first and counts as an address: it says to what kind of place secrets are sent.
    """
    name = discriminator(schema)
    if not name:
        return schema
    branch = branches(schema)[variant_in(schema, settings)]
    common = {key: rule for key, rule in schema.items() if key not in ("oneOf", "unevaluatedProperties")}
    further = {key: rule for key, rule in branch.items() if key not in ("properties", "required")}
    return {
        **common,
        "properties": _merged(name, schema["properties"], branch["properties"]),
        "required": list(dict.fromkeys([*schema.get("required", ()), *branch.get("required", ())])),
        "additionalProperties": False,
        "allOf": [*schema.get("allOf", ()), further],
    }


def every_variant(schema: Schema) -> list[Schema]:
    """The flat schema of each variant; of one without variants, itself."""
    name = discriminator(schema)
    return [variant_schema(schema, {name: value}) for value in branches(schema)] or [schema]


def _merged(name: str, common: Schema, own: Schema) -> dict[str, Schema]:
    """Common fields first; what a variant says of one of them is added to it."""
    chosen = {name: {**common[name], "x-address": True}}
    added = {field: {**common.get(field, {}), **rule} for field, rule in own.items()}
    return {**chosen, **common, **added, **chosen}


def _constants(branch: Schema) -> dict[str, Any]:
    return {name: rule["const"] for name, rule in branch.get("properties", {}).items() if "const" in rule}
