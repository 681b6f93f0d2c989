"""Persons, for whom they work, how they log in. Personal data is sealed; an index finds it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

# Who works for the platform or the authority; a partner's staff have the role `partner`.
PLATFORM_ROLES = ("operator", "regulator", "sysadmin", "security", "auditor")
# Who works for an organisation: owners of projects, verifiers, buyers of credits, merchants, who
# honour rewards, and sponsors, who pay for them.
ORGANISATION_ROLES = ("owner", "verifier", "buyer", "merchant", "sponsor")


STAFF_SESSION_LIFE = timedelta(hours=12)


class Person(models.Model):
    """A citizen. A simulated one may have no name and no phone: its name follows from its id."""

    id = models.BigAutoField(primary_key=True)
    display_name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True, max_length=32, unique=True)
    locale = models.CharField(max_length=10, default="zh-hans", db_default="zh-hans")
    view = models.CharField(max_length=10, default="standard", db_default="standard")
    simulated = models.BooleanField(default=False, db_default=False)
    registered_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(locale__in=("zh-hans", "en")), name="identity_person_locale"
            ),
            models.CheckConstraint(
                condition=Q(view__in=("standard", "elder")), name="identity_person_view"
            ),
            models.CheckConstraint(
                condition=Q(phone_sealed__isnull=True, phone_index__isnull=True)
                | Q(phone_sealed__isnull=False, phone_index__isnull=False),
                name="identity_person_phone_and_index_together",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(display_name_sealed__isnull=True, phone_sealed__isnull=True),
                name="identity_person_erased_holds_nothing",
            ),
        )
        indexes = (
            models.Index(
                fields=["id"], condition=Q(simulated=True), name="identity_person_simulated"
            ),
        )


class Organisation(models.Model):
    """An owner, a verifier, a buyer, a merchant or a sponsor. Its names are public."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=16, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    # 统一社会信用代码; simulated ones begin with `SIM`.
    credit_code = models.CharField(max_length=18, unique=True)
    roles = ArrayField(models.CharField(max_length=10))
    # Small and micro firms (小微企业) may file in short.
    small = models.BooleanField(default=False, db_default=False)
    simulated = models.BooleanField(default=False, db_default=False)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(roles__contained_by=list(ORGANISATION_ROLES)) & Q(roles__len__gte=1),
                name="identity_organisation_roles",
            ),
            # Who checks projects may neither own one nor buy from one.
            models.CheckConstraint(
                condition=~Q(roles__contains=["verifier"]) | Q(roles__len=1),
                name="identity_organisation_verifier_alone",
            ),
            models.CheckConstraint(
                condition=Q(code__regex="^[A-Z][A-Z0-9-]{1,15}$"),
                name="identity_organisation_code",
            ),
        )


class Membership(models.Model):
    """Whom a person works for. It ends by its date; a new one is a new row.

    `organisation_id` is the partner's number for the role `partner`, as the room of partners lies
    above this one; for the roles of an organisation it is that of `Organisation`.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10)
    organisation_id = models.IntegerField(null=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Null for a partner's staff, and for the first seats, which the command line gave.
    proposal = models.OneToOneField("identity.SeatProposal", models.PROTECT, null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    role__in=("partner", *ORGANISATION_ROLES), organisation_id__isnull=False
                )
                | Q(role__in=PLATFORM_ROLES, organisation_id__isnull=True),
                name="identity_membership_role_and_organisation",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("since")),
                name="identity_membership_ends_after_it_began",
            ),
            # Who watches may not be who is watched: a person sits at one desk at a time.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at__isnull=True),
                name="identity_membership_one_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation_id"],
                condition=Q(ended_at__isnull=True),
                name="identity_membership_members",
            ),
        )


class SeatProposal(models.Model):
    """That somebody should work for the platform: one person proposes it and another decides."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10)
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=PLATFORM_ROLES), name="identity_seatproposal_role"
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("person")) & ~Q(decided_by=F("person")),
                name="identity_seatproposal_never_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(outcome="withdrawn", decided_by__isnull=False, decided_at__isnull=False)
                | (
                    Q(
                        outcome__in=("confirmed", "refused"),
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="identity_seatproposal_two_persons",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(outcome__isnull=True),
                name="identity_seatproposal_one_open",
            ),
        )


class SecondFactor(models.Model):
    """The secret from which a member of staff's device makes its codes; sealed, gone at the end."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="second_factors")
    secret_sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # The last step of 30 seconds whose code was taken; no code counts twice.
    last_step = models.BigIntegerField(default=0)
    failures = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, secret_sealed__isnull=False)
                | Q(ended_at__isnull=False, secret_sealed__isnull=True),
                name="identity_secondfactor_ended_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(last_step__gte=0, failures__gte=0),
                name="identity_secondfactor_counts_up",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at__isnull=True),
                name="identity_secondfactor_one_at_a_time",
            ),
        )


class RecoveryCode(models.Model):
    """Lets in once without the device. Only its keyed hash is kept."""

    id = models.BigAutoField(primary_key=True)
    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32, unique=True)
    used_at = models.DateTimeField(null=True)


class LoginCode(models.Model):
    """A code that was sent to a phone. Only its keyed hash is kept, and only for a day."""

    id = models.BigAutoField(primary_key=True)
    phone_index = models.BinaryField(max_length=32)
    address_index = models.BinaryField(max_length=32, null=True)
    code_hash = models.BinaryField(max_length=32)
    # `login` or `proof`: a code for one of them is no good for the other.
    purpose = models.CharField(max_length=5, default="login", db_default="login")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose__in=("login", "proof")), name="identity_logincode_purpose"
            ),
        )
        indexes = (
            models.Index(fields=["phone_index", "created_at"], name="identity_logincode_phone"),
            models.Index(fields=["address_index", "created_at"], name="identity_logincode_address"),
            models.Index(fields=["created_at"], name="identity_logincode_created"),
        )


class Session(models.Model):
    """A browser that is logged in. The token itself is only in the browser's cookie."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # When the second factor was given; until then a member of staff is a citizen here.
    second_factor_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    # When the person last proved by a code to have the phone.
    proved_at = models.DateTimeField(null=True)
    # Since when the device counts as the person's.
    device_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(second_factor_at__isnull=True)
                | Q(expires_at__lte=F("created_at") + STAFF_SESSION_LIFE),
                name="identity_session_of_staff_ends_in_a_day",
            ),
        )


class LoginLink(models.Model):
    """A link that logs a browser in once, as one of the cast. Demo and tests only."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="login_links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
