"""Merchants, who honour rewards, and sponsors, who pay for them, are organisations too."""

from django.db import migrations, models

PLATFORM = ("operator", "regulator", "sysadmin", "security", "auditor")
ORGANISATION = ("owner", "verifier", "buyer", "merchant", "sponsor")


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0007_organisations"),
    ]

    operations = [
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
                        ("role__in", ("partner", *ORGANISATION)),
                    ),
                    models.Q(
                        ("organisation_id__isnull", True),
                        ("role__in", PLATFORM),
                    ),
                    _connector="OR",
                ),
                name="identity_membership_role_and_organisation",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="organisation",
            name="identity_organisation_roles",
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("roles__contained_by", list(ORGANISATION)), ("roles__len__gte", 1)
                ),
                name="identity_organisation_roles",
            ),
        ),
    ]
