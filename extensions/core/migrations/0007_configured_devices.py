from django.db import migrations


def note_configured(apps, schema_editor):
    configured = apps.get_model("extensions", "DeviceConfiguration").objects.exclude(document={})
    devices = apps.get_model("devices", "Device").objects
    devices.filter(pk__in=configured.values("device")).update(configured=True)


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0003_indexes_for_lists"),
        ("extensions", "0006_operations_by_prefix"),
    ]

    operations = [migrations.RunPython(note_configured, migrations.RunPython.noop)]
