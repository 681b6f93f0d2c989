"""Second factors of staff, seats that two persons give, and sessions that end when unused."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_resealing")]

    operations = [
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SeatProposal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=10)),
                ("proposed_at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=10, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("secret_sealed", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                ("failures", models.SmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="session",
            name="second_factor_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_factor_at__isnull", True),
                    ("expires_at__lte", models.F("created_at") + timedelta(hours=12)),
                    _connector="OR",
                ),
                name="identity_session_of_staff_ends_in_a_day",
            ),
        ),
        migrations.AddField(
            model_name="seatproposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.person",
            ),
        ),
        migrations.AddField(
            model_name="seatproposal",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
            ),
        ),
        migrations.AddField(
            model_name="seatproposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="proposal",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="identity.seatproposal"
            ),
        ),
        migrations.AddField(
            model_name="secondfactor",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="second_factors",
                to="identity.person",
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="factor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recovery_codes",
                to="identity.secondfactor",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ("operator", "regulator", "sysadmin", "security", "auditor"))
                ),
                name="identity_seatproposal_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by", models.F("person")), _negated=True),
                    models.Q(("decided_by", models.F("person")), _negated=True),
                ),
                name="identity_seatproposal_never_for_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("outcome__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("outcome", "withdrawn"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("outcome__in", ("confirmed", "refused")),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="identity_seatproposal_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome__isnull", True)),
                fields=("person",),
                name="identity_seatproposal_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondfactor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("secret_sealed__isnull", False)),
                    models.Q(("ended_at__isnull", False), ("secret_sealed__isnull", True)),
                    _connector="OR",
                ),
                name="identity_secondfactor_ended_holds_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondfactor",
            constraint=models.CheckConstraint(
                condition=models.Q(("failures__gte", 0), ("last_step__gte", 0)),
                name="identity_secondfactor_counts_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondfactor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("person",),
                name="identity_secondfactor_one_at_a_time",
            ),
        ),
        migrations.RunSQL(load("tanhui.identity", "staff")),
    ]
