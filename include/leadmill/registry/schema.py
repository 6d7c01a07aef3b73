"""Every table of the registry, in one place. A change here needs a migration; a test compares the two.

Text keys are ours (hashes, ids). `WITHOUT ROWID` keeps SQLite's rows in key order, so a sorted batch is written as one sweep. There
are no foreign keys between big tables: batches arrive by stage, and each stage checks what it joins.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

from leadmill.registry.column_types import Utc, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _table(name: str, *columns: Column[object] | Index) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


deliveries = _table(
    "deliveries",
    Column("delivery_id", String(64), primary_key=True),
    Column("source", String(60), nullable=False),
    Column("file", Text, nullable=False),
    Column("state", String(20), nullable=False),  # landed, validated, standardised, held, refused, failed
    Column("counts", Text),  # JSON: rows by where they ended, as the stages tell
    Column("detail", Text),  # why it is held or failed: rules and counts, no cell
    Column("night_id", String(250), index=True),  # null until a night takes it
    Column("landed_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
)
records = _table(
    "records",
    Column("record_id", String(80), primary_key=True),
    Column("source", String(60), nullable=False),
    Column("delivery_id", String(64), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("status", String(20), nullable=False),  # accepted, quarantined, suppressed, duplicate
    Column("reasons", Words),
    Column("duplicate_of", String(80)),
    Column("person_id", String(80), index=True),
    Column("company_id", String(80), index=True),
)
fingerprints = _table(
    "fingerprints",  # which record first said these cells; a table of its own, so that it too is written in key order
    Column("source", String(60), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("record_id", String(80), nullable=False),
)
nights = _table(
    "nights",
    Column("night_id", String(250), primary_key=True),
    Column("state", String(20), nullable=False),  # running, done, failed
    Column("params", Text, nullable=False),  # JSON
    Column("started_at", Utc, nullable=False),
    Column("claimed_at", Utc),  # when its deliveries were fixed
    Column("finished_at", Utc),
)
night_stages = _table(
    "night_stages",
    Column("night_id", String(250), primary_key=True),
    Column("stage", String(40), primary_key=True),
    Column("result", Text, nullable=False),  # JSON: paths and counts, never rows
    Column("at", Utc, nullable=False),
)
entities = _table(
    "entities",  # persons and companies: an id once given stays, merged ones point to the survivor
    Column("entity_id", String(80), primary_key=True),
    Column("kind", String(10), nullable=False),  # person, company
    Column("first_night", String(250), nullable=False),
    Column("merged_into", String(80), index=True),
)
golden = _table(
    "golden",
    Column("entity_id", String(80), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("night_id", String(250), nullable=False),  # the night that last changed it
    Column("fields", Text, nullable=False),  # JSON {field: value}
    Column("provenance", Text, nullable=False),  # JSON {field: record or provider}
    Column("content_hash", String(64), nullable=False),
)
suppression = _table(
    "suppression",
    Column("kind", String(20), primary_key=True),  # email, phone, domain, name_domain
    Column("hash", String(64), primary_key=True),  # HMAC-SHA256 of the normal form, keyed outside the database
    Column("reason", Text),
    Column("source", String(60)),
    Column("added_at", Utc, nullable=False),
)
provider_budgets = _table(
    "provider_budgets",  # one row per provider and period: reserving is one UPDATE that a full budget refuses
    Column("provider", String(60), primary_key=True),
    Column("period", String(250), primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("reserved_micros", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False),
)
provider_calls = _table(
    "provider_calls",
    Column("call_key", String(64), primary_key=True),  # the idempotency key: the same for every attempt at one question
    Column("attempt", Integer, primary_key=True),
    Column("provider", String(60), nullable=False),
    Column("question", Text, nullable=False),
    Column("period", String(250), nullable=False),
    Column("night_id", String(250), nullable=False, index=True),
    Column("state", String(20), nullable=False),  # intended, found, not_found, failed, uncertain
    Column("cost_micros", BigInteger, nullable=False),  # reserved while intended or uncertain, then what it cost
    Column("currency", String(3), nullable=False),
    Column("detail", Text),
    Column("intended_at", Utc, nullable=False),
    Column("settled_at", Utc),
    Index(None, "provider", "state"),
)
provider_answers = _table(
    "provider_answers",
    Column("provider", String(60), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("found", Boolean(create_constraint=False), nullable=False),
    Column("fields", Text),  # JSON {our column: value}
    Column("answered_at", Utc, nullable=False),
    Column("expires_at", Utc),
)
rulesets = _table(
    "rulesets",
    Column("ruleset_hash", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("text", Text, nullable=False),
    Column("first_used_at", Utc, nullable=False),
)
decisions = _table(
    "decisions",
    Column("night_id", String(250), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("decision", String(20), nullable=False),
    Column("score", Float),
    Column("ruleset_hash", String(64), nullable=False),
    Column("reasons", Text, nullable=False),  # JSON, as the qualify room wrote it
    Column("inputs_hash", String(64), nullable=False),
    Column("next_check_at", Utc),  # when to decide again though nothing new was heard; null when nothing is to be waited for
    Index(None, "person_id"),
)
push_ledger = Table(
    "push_ledger",  # append-only: what was tried against a CRM and how it ended
    metadata,
    Column("entry_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("night_id", String(250), nullable=False, index=True),
    Column("crm", String(60), nullable=False),
    Column("person_id", String(80), nullable=False, index=True),
    Column("crm_id", Text),
    Column("action", String(20), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("detail", Text),
    Column("changes", Text),  # JSON {field: {before, after}}
    Column("at", Utc, nullable=False),
)
pushed = _table(
    "pushed",
    Column("crm", String(60), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("crm_id", Text),
    Column("hashes", Text, nullable=False),  # JSON {field: hash of the value we last wrote}
    Column("pushed_at", Utc, nullable=False),
)
human_answers = _table(
    "human_answers",
    Column("question", String(40), primary_key=True),  # same_person, held_list, approve_push, crm_conflict, ...
    Column("subject", String(200), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Utc, nullable=False),
)
list_contracts = _table(
    "list_contracts",
    Column("source", String(60), primary_key=True),
    Column("terms_hash", String(64), primary_key=True),
    Column("terms", Text, nullable=False),  # JSON: vendor, price, licence, expiry as the source states them
    Column("first_seen_at", Utc, nullable=False),
)
