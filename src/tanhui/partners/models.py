"""Data partners, and which citizen a partner's rider is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Partner(models.Model):
    """An operator that reports deeds. Its number is part of every row it brings.

    It delivers at least every `expected_hours`; `modes` are the ways of moving it brings.
    """

    id = models.AutoField(primary_key=True)
    code = models.TextField(unique=True)
    name_zh = models.TextField()
    name_en = models.TextField()
    scene = models.TextField()
    simulated = models.BooleanField()
    registered_at = models.DateTimeField()
    expected_hours = models.IntegerField(db_default=24)
    modes = ArrayField(models.TextField(), default=list)
    items_per_day = models.IntegerField(db_default=2_000_000)
    requests_per_minute = models.IntegerField(db_default=6_000)

    class Meta:
        db_table = "partners_partner"
        constraints = (
            models.CheckConstraint(
                name="partners_partner_code",
                condition=models.Q(code__regex=r"^[A-Z][A-Z0-9-]{1,15}$"),
            ),
        )


class Rider(models.Model):
    """A partner's rider bound to a citizen. Only a keyed digest of the partner's name is kept."""

    pk = models.CompositePrimaryKey("partner_id", "rider_digest")
    partner_id = models.IntegerField()
    rider_digest = models.BigIntegerField()
    citizen_id = models.BigIntegerField()
    bound_at = models.DateTimeField()

    class Meta:
        db_table = "partners_rider"
        indexes = (models.Index(fields=["citizen_id"], name="partners_rider_citizen"),)
