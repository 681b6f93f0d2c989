"""Organisations of path two, and seats at their desks."""

import django.contrib.postgres.fields
from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0006_staff"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=16, unique=True)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(max_length=100)),
                ("credit_code", models.CharField(max_length=18, unique=True)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), size=None
                    ),
                ),
                ("small", models.BooleanField(db_default=False, default=False)),
                ("simulated", models.BooleanField(db_default=False, default=False)),
                ("registered_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="identity_membership_role_and_organisation",
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("organisation_id__isnull", False),
                        ("role__in", ("partner", "owner", "verifier", "buyer")),
                    ),
                    models.Q(
                        ("organisation_id__isnull", True),
                        ("role__in", ("operator", "regulator", "sysadmin", "security", "auditor")),
                    ),
                    _connector="OR",
                ),
                name="identity_membership_role_and_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("roles__contained_by", ["owner", "verifier", "buyer"]), ("roles__len__gte", 1)
                ),
                name="identity_organisation_roles",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("roles__contains", ["verifier"]), _negated=True),
                    ("roles__len", 1),
                    _connector="OR",
                ),
                name="identity_organisation_verifier_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z][A-Z0-9-]{1,15}$")),
                name="identity_organisation_code",
            ),
        ),
        migrations.RunSQL(load("tanhui.identity", "grants_organisations")),
    ]
