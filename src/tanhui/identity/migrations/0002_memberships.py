"""Memberships: for whom a person works, and what the application may do with them."""

import django.db.models.deletion
from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_persons")]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=10)),
                ("organisation_id", models.IntegerField(null=True)),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="identity.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation_id__isnull", False), ("role", "partner")),
                            models.Q(
                                ("organisation_id__isnull", True),
                                ("role__in", ("operator", "regulator")),
                            ),
                            _connector="OR",
                        ),
                        name="identity_membership_role_and_organisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="identity_membership_ends_after_it_began",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("person",),
                        name="identity_membership_one_at_a_time",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["organisation_id"],
                        name="identity_membership_members",
                    )
                ],
            },
        ),
        migrations.RunSQL(load("tanhui.identity", "grants_memberships")),
    ]
