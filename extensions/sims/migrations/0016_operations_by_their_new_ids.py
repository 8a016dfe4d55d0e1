"""Carriers came to say what their overview is called: what was asked before goes by that name too."""

from django.db import migrations

FORMERLY = "terminal"


def rename(apps, schema_editor):
    """Without its declaration an old row has no title, and one under way could not be performed."""
    # As installed now: which carrier has which name stands in its own folder alone.
    from extensions.core import registry

    operations = apps.get_model("extensions", "Operation").objects.filter(operation_id=FORMERLY)
    for manifest in registry.manifests().values():
        name = getattr(manifest.provider, "overview", FORMERLY)
        if name != FORMERLY:
            operations.filter(config__slug=manifest.slug).update(operation_id=name)


class Migration(migrations.Migration):
    dependencies = [
        ("extensions", "0009_settings_drafts"),
        ("sims", "0015_index_in_the_order_of_plans"),
    ]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
