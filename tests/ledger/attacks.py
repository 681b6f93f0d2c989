"""Statements that must fail: one for each constraint of the books, and misuses of their functions.

All of them run on a small, honest history: citizen 1 holds 100 points, of which `HELD` reserves 40.
"""

from __future__ import annotations

POSTED = "00000000-0000-0000-0000-0000000000a0"
HELD = "00000000-0000-0000-0000-0000000000a1"
FRESH = "00000000-0000-0000-0000-0000000000f1"
OTHER = "00000000-0000-0000-0000-0000000000f2"
SETUP = f"""
INSERT INTO ledger_account (holder_id, kind, credits_posted, debits_pending)
VALUES (1, 1, 100, 40), (2, 1, 0, 0);
INSERT INTO ledger_transfer (
    id, phase, debit_holder_id, debit_kind, credit_holder_id, credit_kind, amount, reason,
    recorded_at
) VALUES
('{POSTED}', 0, 0, 101, 1, 1, 100, 1, '2026-03-01Z'),
('{HELD}', 1, 1, 1, 0, 102, 40, 1, '2026-03-01Z');
INSERT INTO ledger_pool_entry (
    holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
) VALUES (0, 101, 0, 100, 0, 0, '2026-03-01Z'), (0, 102, 0, 0, 40, 0, '2026-03-01Z');
"""


def transfer(
    id: str = FRESH,
    phase: int = 0,
    debit: str = "1, 1",
    credit: str = "0, 102",
    amount: int = 1,
    pending_id: str = "NULL",
    expires_at: str = "NULL",
) -> str:
    """A transfer row written by hand."""
    return f"""
    INSERT INTO ledger_transfer (
        id, phase, debit_holder_id, debit_kind, credit_holder_id, credit_kind, amount,
        pending_id, expires_at, reason, recorded_at
    ) VALUES (
        '{id}', {phase}, {debit}, {credit}, {amount}, {pending_id}, {expires_at}, 1, '2026-03-01Z'
    );
    """


def resolution(pending_id: str, resolution_id: str) -> str:
    """A resolution row written by hand."""
    return f"INSERT INTO ledger_resolution VALUES ('{pending_id}', '{resolution_id}');"


def expiry(pending_id: str) -> str:
    """An expiry row written by hand."""
    return f"INSERT INTO ledger_expiry VALUES ('{pending_id}', '2026-03-02Z');"


# The reservation `HELD`, properly ended by the transfer `FRESH`.
ENDED = transfer(phase=2, pending_id=f"'{HELD}'") + resolution(HELD, FRESH)


def pool_entry(columns: str, values: str) -> str:
    """A pool entry written by hand; `columns` and `values` override or extend the usual ones."""
    usual = {
        "holder_id": "0",
        "kind": "101",
        "debits_pending": "0",
        "debits_posted": "0",
        "credits_pending": "0",
        "credits_posted": "0",
        "recorded_at": "'2026-03-01Z'",
    }
    row = usual | dict(zip(columns.split(", "), values.split(", "), strict=True))
    return (
        f"INSERT INTO ledger_pool_entry ({', '.join(row)})"
        f" OVERRIDING SYSTEM VALUE VALUES ({', '.join(row.values())})"
    )


# As the owner, whom no privilege stops: the constraint itself must.
ON_CONSTRAINTS = {
    "ledger_kind_pkey": "INSERT INTO ledger_kind VALUES (1, 'again', 'POINT', FALSE)",
    "ledger_kind_code_key": "INSERT INTO ledger_kind VALUES (9, 'citizen.points', 'POINT', FALSE)",
    "ledger_kind_asset": "INSERT INTO ledger_kind VALUES (900, 'gold', 'GOLD', FALSE)",
    # A kind cannot change sides, and the pair is what accounts and pools refer to.
    "ledger_kind_pooled": (
        "ALTER TABLE ledger_kind DROP CONSTRAINT ledger_kind_pkey;"
        "INSERT INTO ledger_kind VALUES (1, 'again', 'POINT', FALSE)"
    ),
    "ledger_account_pkey": "INSERT INTO ledger_account (holder_id, kind) VALUES (1, 1)",
    "ledger_account_kind": "INSERT INTO ledger_account (holder_id, kind) VALUES (1, 101)",
    "ledger_account_not_pooled": (
        "INSERT INTO ledger_account (holder_id, kind, pooled) VALUES (1, 101, TRUE)"
    ),
    "ledger_account_amounts": (
        "UPDATE ledger_account SET debits_posted = -1 WHERE holder_id = 1 AND kind = 1"
    ),
    "ledger_account_never_negative": (
        "UPDATE ledger_account SET debits_posted = 61 WHERE holder_id = 1 AND kind = 1"
    ),
    "ledger_transfer_pkey": transfer(id=HELD),
    "ledger_transfer_amount": transfer(amount=0),
    "ledger_transfer_accounts": transfer(credit="1, 1"),
    "ledger_transfer_points_stay": transfer(credit="2, 1"),
    "ledger_transfer_phase": transfer(phase=2),
    "ledger_transfer_expiry": transfer(expires_at="'2026-03-02Z'"),
    "ledger_resolution_pkey": ENDED + resolution(HELD, POSTED),
    "ledger_resolution_pending": resolution(OTHER, POSTED),
    "ledger_resolution_transfer": resolution(HELD, OTHER),
    "ledger_resolution_ends_one": ENDED + resolution(POSTED, FRESH),
    "ledger_expiry_pkey": expiry(HELD) + expiry(HELD),
    "ledger_expiry_pending": expiry(OTHER),
    "ledger_pool_entry_pkey": (pool_entry("id", "900000") + ";" + pool_entry("id", "900000")),
    "ledger_pool_entry_kind": pool_entry("kind", "1"),
    "ledger_pool_entry_pooled": pool_entry("kind, pooled", "1, FALSE"),
    "ledger_pool_entry_amounts": pool_entry("debits_posted", "-1"),
}

# More ways to break the same constraints: each is one clause of one of them.
MORE_ON_CONSTRAINTS = [
    ("ledger_account_amounts", "UPDATE ledger_account SET debits_pending = -1"),
    ("ledger_account_amounts", "UPDATE ledger_account SET credits_pending = -1"),
    ("ledger_account_never_negative", "UPDATE ledger_account SET credits_posted = 39"),
    ("ledger_account_never_negative", "UPDATE ledger_account SET debits_pending = 101"),
    ("ledger_transfer_amount", transfer(amount=-1)),
    ("ledger_transfer_amount", transfer(amount=10**15 + 1)),
    ("ledger_transfer_phase", transfer(phase=5)),
    ("ledger_transfer_phase", transfer(phase=-1)),
    ("ledger_transfer_phase", transfer(phase=0, pending_id=f"'{HELD}'")),
    ("ledger_transfer_expiry", transfer(phase=3, pending_id=f"'{HELD}'", expires_at="now()")),
    ("ledger_pool_entry_amounts", pool_entry("credits_posted", "-1")),
    ("ledger_resolution_pending", ENDED + f"DELETE FROM ledger_transfer WHERE id = '{HELD}'"),
    ("ledger_resolution_transfer", ENDED + f"DELETE FROM ledger_transfer WHERE id = '{FRESH}'"),
    ("ledger_account_kind", "UPDATE ledger_kind SET pooled = TRUE WHERE kind = 1"),
    ("ledger_account_kind", "DELETE FROM ledger_kind WHERE kind = 1"),
    ("ledger_pool_entry_kind", "UPDATE ledger_kind SET pooled = FALSE WHERE kind = 101"),
]

# As the application's role, which may only read and call functions.
DENIED = [
    *(
        statement.format(table=table, column=column)
        for table, column in {
            "ledger_kind": "code",
            "ledger_account": "credits_posted",
            "ledger_transfer": "amount",
            "ledger_resolution": "resolution_id",
            "ledger_expiry": "expires_at",
            "ledger_pool_entry": "debits_posted",
        }.items()
        for statement in (
            "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}",
            "UPDATE {table} SET {column} = {column}",
            "DELETE FROM {table}",
            "TRUNCATE {table} CASCADE",
            "SELECT * FROM {table} FOR UPDATE",
            "LOCK TABLE {table} IN ROW EXCLUSIVE MODE",
            "ALTER TABLE {table} DISABLE TRIGGER ALL",
            "ALTER TABLE {table} ADD COLUMN mine int",
            "CREATE INDEX mine ON {table} ({column})",
            "DROP TABLE {table} CASCADE",
        )
    ),
    "SELECT nextval('ledger_pool_entry_id_seq')",
    "SELECT setval('ledger_pool_entry_id_seq', 1)",
    "CREATE TABLE public.mine (x int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION ledger_lock_holders",
    "ALTER FUNCTION ledger_lock_holders SECURITY INVOKER",
    "ALTER FUNCTION ledger_lock_holders SET search_path = pg_temp",
    "SET session_replication_role = replica",
]


def post(
    *,
    id: str = f"'{FRESH}'",
    phase: str = "0",
    amount: str = "1",
    pending_id: str = "NULL",
    expires_at: str = "NULL",
    reason: str = "1",
    items: int = 1,
) -> str:
    """A call of `ledger_post` that the product itself would never make."""

    def column(value: str, type_name: str) -> str:
        return f"array_fill(({value})::{type_name}, ARRAY[{items}])"

    return f"""SELECT ledger_post(
        ARRAY[{id}]::uuid[], {column(phase, "smallint")}, {column("1", "bigint")},
        {column("1", "smallint")}, {column("0", "bigint")}, {column("102", "smallint")},
        {column(amount, "bigint")}, {column(pending_id, "uuid")},
        {column(expires_at, "timestamptz")}, {column(reason, "smallint")}, '2026-03-01Z'
    )"""


def issue(
    ids: str = f"'{FRESH}'",
    holders: str = "1",
    amounts: str = "5",
    kinds: tuple[int, int] = (1, 101),
) -> str:
    """A call of `ledger_issue`: ids, holders, amounts, and the kinds credited and debited."""
    return f"""SELECT ledger_issue(
        ARRAY[{ids}]::uuid[], ARRAY[{holders}]::bigint[], ARRAY[{amounts}]::bigint[],
        {kinds[0]}::smallint, 0, {kinds[1]}::smallint, 1::smallint, '2026-03-01Z'
    )"""


TWO_IDS = f"'{FRESH}', '{OTHER}'"
MANY_IDS = "'" + "', '".join(f"00000000-0000-0000-0000-{n:012d}" for n in range(8_193)) + "'"
# What the function answers by name: an exception's own words, or the constraint or column it hit.
MISUSED = [
    ("columns_must_match", post(items=2)),
    (
        "columns_must_match",
        "SELECT ledger_post(NULL, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', now())",
    ),
    ("batch_too_large", post(id=MANY_IDS, items=8_193)),
    ("ledger_transfer_phase", post(phase="7", pending_id=f"'{HELD}'")),
    ("ledger_transfer_phase", post(phase="-1")),
    ("ledger_transfer_phase", post(phase="0", pending_id=f"'{HELD}'")),
    ("ledger_transfer_expiry", post(phase="3", pending_id=f"'{HELD}'", expires_at="now()")),
    ("id", post(id="NULL")),
    ("reason", post(reason="NULL")),
    ("assets_must_match", issue(kinds=(2, 101))),
    ("assets_must_match", issue(kinds=(1, 1))),
    ("assets_must_match", issue(kinds=(102, 101))),
    ("assets_must_match", issue(kinds=(1, 999))),
    ("columns_must_match", issue(ids=TWO_IDS)),
    ("columns_must_match", issue(holders="1, 2")),
    ("credit_account_not_found", issue(holders="3")),
    ("holder_repeated_in_batch", issue(ids=TWO_IDS, holders="1, 1", amounts="5, 5")),
    ("ledger_transfer_pkey", issue(ids=f"'{HELD}'")),
    ("ledger_transfer_amount", issue(amounts="0")),
    ("ledger_transfer_amount", issue(amounts="-5")),
    ("amount", issue(amounts="NULL")),
    ("id", issue(ids="NULL")),
    ("credit_holder_id", issue(holders="NULL")),
    ("ledger_account_kind", "SELECT ledger_open_accounts('{1}', '{101}'::smallint[])"),
    ("ledger_account_kind", "SELECT ledger_open_accounts('{1}', '{999}'::smallint[])"),
    ("holder_id", "SELECT ledger_open_accounts(ARRAY[NULL]::bigint[], '{1}'::smallint[])"),
]
