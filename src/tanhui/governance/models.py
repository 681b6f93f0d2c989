"""The audit row: who did what to what, when. It is written once and never edited."""

from __future__ import annotations

from django.db import models


class AuditRow(models.Model):
    """One sensitive act. `facts` holds no personal value, only numbers, codes and digests."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "governance_audit"
