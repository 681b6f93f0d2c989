"""The books as Django sees them: for reading. Their tables are made by `sql/schema.sql`."""

from __future__ import annotations

from django.db import models


class Account(models.Model):
    """A holder's account of one kind; its balance is credits posted less debits posted."""

    pk = models.CompositePrimaryKey("holder_id", "kind")
    holder_id = models.BigIntegerField()
    kind = models.SmallIntegerField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_account"


class Transfer(models.Model):
    """An integer amount of one asset that moved, or is reserved to move, between two accounts."""

    id = models.UUIDField(primary_key=True)
    debit_holder_id = models.BigIntegerField()
    debit_kind = models.SmallIntegerField()
    credit_holder_id = models.BigIntegerField()
    credit_kind = models.SmallIntegerField()
    amount = models.BigIntegerField()
    phase = models.SmallIntegerField()
    reason = models.SmallIntegerField()
    pending = models.ForeignKey("self", models.PROTECT, null=True, db_column="pending_id")
    expires_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ledger_transfer"
