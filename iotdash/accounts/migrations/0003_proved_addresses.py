from django.db import migrations, models
from django.db.models import F


def vouch_for_everybody(apps, schema_editor):
    """Until now only whoever runs the installation could add a person."""
    apps.get_model("accounts", "User").objects.update(address_proved_at=F("date_joined"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="address_proved_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the person answered a site mail, or whoever runs this installation vouched for the address.",
                null=True,
            ),
        ),
        migrations.RunPython(vouch_for_everybody, migrations.RunPython.noop),
    ]
