"""The audit row: who did what to what, when. It is written once and never edited.

Every row carries a code that only our key can write, and is then chained to the one before it.
The chain is a table of its own, because rows commit in another order than they get their numbers.
"""

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
    mac = models.BinaryField(max_length=36)

    class Meta:
        db_table = "governance_audit"


class Waiting(models.Model):
    """A row that is not in the chain yet; written and committed with the row itself."""

    audit_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "governance_audit_waiting"


class ChainLink(models.Model):
    """One row's place in the chain: SHA-256 of the hash before it and of the row's bytes."""

    place = models.BigIntegerField(primary_key=True)
    audit_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "governance_audit_chain"


class Seal(models.Model):
    """The code of the chain's head after one round: nobody without the key chains it anew."""

    place = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=36)
    at = models.DateTimeField()

    class Meta:
        db_table = "governance_audit_seal"


class Published(models.Model):
    """A head that was written into the public log, by its number in the log's outbox."""

    place = models.BigIntegerField(primary_key=True)
    audit_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    leaf = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "governance_audit_published"
