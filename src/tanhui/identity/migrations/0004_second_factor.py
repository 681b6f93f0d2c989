"""Seats of the three admin duties: who proposes, who confirms, who reads the audit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_consents")]

    operations = [
        migrations.RemoveConstraint("membership", "identity_membership_role_and_organisation"),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organisation_id__isnull", False), ("role", "partner")),
                    models.Q(
                        ("organisation_id__isnull", True),
                        (
                            "role__in",
                            ("operator", "regulator", "sysadmin", "security", "auditor"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="identity_membership_role_and_organisation",
            ),
        ),
    ]
