"""Whatever is stored encrypted is registered, so that no rotation and no doctor forgets it."""

import ast
from pathlib import Path

from django.apps import apps
from django.db.models import CharField, JSONField, TextField

from iotdash.lib import ciphertexts
from tests.architecture import house

# Who encrypts, and where it goes. Add a line together with `register_ciphertexts`, or say why it needs none.
CALLERS = {
    "iotdash/lib/crypto.py": "encrypts itself",
    "extensions/core/secret_settings.py": "extensions.extensionconfig.secrets",
    "extensions/core/services/connection_checks.py": "extensions.connectioncheck.draft",
    "extensions/core/services/drafts.py": "extensions.settingsdraft.draft",
    "iotdash/accounts/mfa/adapter.py": "mfa.authenticator.data",
    "iotdash/accounts/mfa/forms.py": "in the session until the code is typed; a new one is made if the key is gone",
    "iotdash/organizations/rest/idempotency.py": "organizations.keptanswer.answer",
    "iotdash/lib/shown_once.py": "in the session for at most ten minutes; then the token is reissued",
}
# Names that say what a column holds.
TELLING = ("secret", "ciphertext", "encrypted", "password_", "draft")
NOT_ENCRYPTED: set[str] = set()


def encrypts(path: Path) -> bool:
    calls = (node.func for node in ast.walk(house.parsed(path)) if isinstance(node, ast.Call))
    names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    return bool(names & {"encrypt", "encrypt_json"})


def registered() -> set[str]:
    return {f"{holder.model._meta.label_lower}.{holder.field}" for holder in ciphertexts.holders()}


def test_everybody_who_encrypts_says_where_it_is_kept():
    found = {house.name_of(path) for path in house.product_files() if encrypts(path)}
    assert found == set(CALLERS)


def test_what_they_name_is_registered():
    columns = {where for where in CALLERS.values() if " " not in where}
    assert columns <= registered()


def test_every_column_with_a_telling_name_is_registered():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    texts = [field for field in fields if isinstance(field, TextField | JSONField | CharField)]
    telling = {
        f"{field.model._meta.label_lower}.{field.name}"
        for field in texts
        if any(name in field.name for name in TELLING)
    }
    assert telling - NOT_ENCRYPTED <= registered()


def test_every_registered_column_is_there(db):
    for holder in ciphertexts.holders():
        assert holder.model._meta.get_field(holder.field)
        assert holder.rows.filter(pk=None).values_list(holder.organization or "pk").first() is None
