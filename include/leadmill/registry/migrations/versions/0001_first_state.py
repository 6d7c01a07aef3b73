"""The first state: deliveries, records, entities, ledgers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("ruleset_hash", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("night_id", "person_id", name=op.f("pk_decisions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_decisions_person_id"), "decisions", ["person_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("night_id", sa.String(length=250), nullable=True),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_deliveries_night_id"), "deliveries", ["night_id"], unique=False)
    op.create_table(
        "entities",
        sa.Column("entity_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_night", sa.String(length=250), nullable=False),
        sa.Column("merged_into", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_entities")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_entities_merged_into"), "entities", ["merged_into"], unique=False)
    op.create_table(
        "fingerprints",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("source", "fingerprint", name=op.f("pk_fingerprints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "golden",
        sa.Column("entity_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_golden")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "human_answers",
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question", "subject", name=op.f("pk_human_answers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "list_contracts",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "terms_hash", name=op.f("pk_list_contracts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "night_stages",
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("night_id", "stage", name=op.f("pk_night_stages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "nights",
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("night_id", name=op.f("pk_nights")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provider_answers",
        sa.Column("provider", sa.String(length=60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", "question", name=op.f("pk_provider_answers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provider_budgets",
        sa.Column("provider", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=250), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reserved_micros", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "period", name=op.f("pk_provider_budgets")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provider_calls",
        sa.Column("call_key", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("period", sa.String(length=250), nullable=False),
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_key", "attempt", name=op.f("pk_provider_calls")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_provider_calls_night_id"), "provider_calls", ["night_id"], unique=False)
    op.create_index(op.f("ix_provider_calls_provider_state"), "provider_calls", ["provider", "state"], unique=False)
    op.create_table(
        "push_ledger",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("night_id", sa.String(length=250), nullable=False),
        sa.Column("crm", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("crm_id", sa.Text(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_push_ledger")),
    )
    op.create_index(op.f("ix_push_ledger_night_id"), "push_ledger", ["night_id"], unique=False)
    op.create_index(op.f("ix_push_ledger_person_id"), "push_ledger", ["person_id"], unique=False)
    op.create_table(
        "pushed",
        sa.Column("crm", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("crm_id", sa.Text(), nullable=True),
        sa.Column("hashes", sa.Text(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("crm", "person_id", name=op.f("pk_pushed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "records",
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.String(length=80), nullable=True),
        sa.Column("person_id", sa.String(length=80), nullable=True),
        sa.Column("company_id", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_records")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_records_company_id"), "records", ["company_id"], unique=False)
    op.create_index(op.f("ix_records_delivery_id"), "records", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_records_person_id"), "records", ["person_id"], unique=False)
    op.create_table(
        "rulesets",
        sa.Column("ruleset_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ruleset_hash", name=op.f("pk_rulesets")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppression",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "hash", name=op.f("pk_suppression")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("suppression")
    op.drop_table("rulesets")
    op.drop_index(op.f("ix_records_person_id"), table_name="records")
    op.drop_index(op.f("ix_records_delivery_id"), table_name="records")
    op.drop_index(op.f("ix_records_company_id"), table_name="records")
    op.drop_table("records")
    op.drop_table("pushed")
    op.drop_index(op.f("ix_push_ledger_person_id"), table_name="push_ledger")
    op.drop_index(op.f("ix_push_ledger_night_id"), table_name="push_ledger")
    op.drop_table("push_ledger")
    op.drop_index(op.f("ix_provider_calls_provider_state"), table_name="provider_calls")
    op.drop_index(op.f("ix_provider_calls_night_id"), table_name="provider_calls")
    op.drop_table("provider_calls")
    op.drop_table("provider_budgets")
    op.drop_table("provider_answers")
    op.drop_table("nights")
    op.drop_table("night_stages")
    op.drop_table("list_contracts")
    op.drop_table("human_answers")
    op.drop_table("golden")
    op.drop_table("fingerprints")
    op.drop_index(op.f("ix_entities_merged_into"), table_name="entities")
    op.drop_table("entities")
    op.drop_index(op.f("ix_deliveries_night_id"), table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_decisions_person_id"), table_name="decisions")
    op.drop_table("decisions")
