"""JSON Schema (draft 2020-12) object -> Django form. Flat objects, or such with variants.

Understood: `writeOnly: true` or `format: password` (a secret), `enum`, `oneOf: [{const, title}]` (a choice
with labels), `title`, `description`, `default`, `format: date`, `x-address` (the field says where secrets are sent),
`x-local` (no call depends on the field), `x-multiline`, `x-placeholder`, `x-pattern-words`. A secret is never rendered;
left empty it is kept, unless an address or the variant changed.
"""

from iotdash.lib.schema_forms.fields import SecretTextarea, choices_of, missing_words, title_of
from iotdash.lib.schema_forms.forms import SchemaForm, form_class
from iotdash.lib.schema_forms.names import (
    address_names,
    carried_over,
    changed_addresses,
    is_secret,
    rules_of,
    secret_names,
    secrets_to_retype,
    without_local,
    without_secrets,
)
from iotdash.lib.schema_forms.variants import branches, discriminator, every_variant, variant_in, variant_schema

__all__ = [
    "SchemaForm",
    "SecretTextarea",
    "address_names",
    "branches",
    "carried_over",
    "changed_addresses",
    "choices_of",
    "discriminator",
    "every_variant",
    "form_class",
    "is_secret",
    "missing_words",
    "rules_of",
    "secret_names",
    "secrets_to_retype",
    "title_of",
    "variant_in",
    "variant_schema",
    "without_local",
    "without_secrets",
]
