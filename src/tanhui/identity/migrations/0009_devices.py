"""Devices of persons, and when a session last proved to have the phone."""

from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_merchants")]

    operations = [
        migrations.AddField("session", "proved_at", models.DateTimeField(null=True)),
        migrations.AddField("session", "device_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "logincode",
            "purpose",
            models.CharField(max_length=5, default="login", db_default="login"),
        ),
        migrations.AddConstraint(
            "logincode",
            models.CheckConstraint(
                condition=models.Q(("purpose__in", ("login", "proof"))),
                name="identity_logincode_purpose",
            ),
        ),
        migrations.RunSQL(load("tanhui.identity", "devices")),
    ]
