"""Partners and their riders."""

from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.TextField(unique=True)),
                ("name_zh", models.TextField()),
                ("name_en", models.TextField()),
                ("scene", models.TextField()),
                ("simulated", models.BooleanField()),
                ("registered_at", models.DateTimeField()),
            ],
            options={"db_table": "partners_partner"},
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                name="partners_partner_code",
                condition=models.Q(code__regex=r"^[A-Z][A-Z0-9-]{1,15}$"),
            ),
        ),
        migrations.CreateModel(
            name="Rider",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partner_id",
                        "rider_digest",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("partner_id", models.IntegerField()),
                ("rider_digest", models.BigIntegerField()),
                ("citizen_id", models.BigIntegerField()),
                ("bound_at", models.DateTimeField()),
            ],
            options={"db_table": "partners_rider"},
        ),
        migrations.AddIndex(
            model_name="rider",
            index=models.Index(fields=["citizen_id"], name="partners_rider_citizen"),
        ),
        migrations.RunSQL(load("tanhui.partners", "grants")),
    ]
