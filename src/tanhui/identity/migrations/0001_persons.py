"""Persons, log-in codes, sessions and links, and what the application may do with them."""

import django.db.models.deletion
from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LoginCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("phone_index", models.BinaryField(max_length=32)),
                ("address_index", models.BinaryField(max_length=32, null=True)),
                ("code_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["phone_index", "created_at"], name="identity_logincode_phone"
                    ),
                    models.Index(
                        fields=["address_index", "created_at"], name="identity_logincode_address"
                    ),
                    models.Index(fields=["created_at"], name="identity_logincode_created"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("display_name_sealed", models.BinaryField(null=True)),
                ("phone_sealed", models.BinaryField(null=True)),
                ("phone_index", models.BinaryField(max_length=32, null=True, unique=True)),
                (
                    "locale",
                    models.CharField(db_default="zh-hans", default="zh-hans", max_length=10),
                ),
                (
                    "view",
                    models.CharField(db_default="standard", default="standard", max_length=10),
                ),
                ("simulated", models.BooleanField(db_default=False, default=False)),
                ("registered_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("simulated", True)),
                        fields=["id"],
                        name="identity_person_simulated",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("locale__in", ("zh-hans", "en"))),
                        name="identity_person_locale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("view__in", ("standard", "elder"))),
                        name="identity_person_view",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone_index__isnull", True), ("phone_sealed__isnull", True)),
                            models.Q(
                                ("phone_index__isnull", False), ("phone_sealed__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="identity_person_phone_and_index_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at__isnull", True),
                            models.Q(
                                ("display_name_sealed__isnull", True),
                                ("phone_sealed__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="identity_person_erased_holds_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginLink",
            fields=[
                (
                    "token_hash",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="login_links",
                        to="identity.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "token_hash",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="identity.person",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(load("tanhui.identity", "grants")),
    ]
