"""The vocabulary of tables: which columns a row carries through the rooms, with their types.

Rooms meet here and in `errors`, nowhere else. Every table between rooms is a `pyarrow.Table`; a room that needs SQL opens
`engine.connect()` over it.

- **landed** (sources): `LANDED` plus one text column `raw.<header>` per column of the file, in file order.
- **mapped** (sources): `LANDED` plus the canonical text columns of the source's kind plus its attributes, all still text.
- **lead** (standardise): typed canonical columns plus derived ones plus typed attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

RAW_PREFIX = "raw."

LANDED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),  # <first 16 of delivery_id>-<line>: ours, unique, carried through every stage
        pa.field("source", pa.string(), nullable=False),
        pa.field("delivery_id", pa.string(), nullable=False),  # sha256 of the file's bytes, hex
        pa.field("line", pa.int32(), nullable=False),  # 1-based physical line (CSV) or row (sheet) where the record starts
        pa.field("fingerprint", pa.string(), nullable=False),  # hash of the cells by header: the same however rows or columns are ordered
    ]
)

# Rows refused by the reader or the contract; what a person opens to see what was wrong.
QUARANTINE = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("delivery_id", pa.string()),
        ("file", pa.string()),
        ("line", pa.int32()),
        ("raw", pa.string()),
        ("reasons", pa.list_(pa.string())),  # codes: rule ids of the contract, or the reader's own
    ]
)

# Canonical columns a source may map, by what the source delivers. Text until standardised.
_PERSON = ("first_name", "last_name", "full_name", "job_title", "email", "phone")
_COMPANY = (
    "company_name",
    "website",
    "registration_number",
    "lei",
    "industry",
    "employee_count",
    "annual_revenue",
    "revenue_currency",
)
_PLACE = ("street", "postcode", "city", "region", "country")
_CRM = ("crm_id", "crm_account_id")
_INTEREST = ("interest_signal", "interest_at", "created_at", "do_not_contact")

CANONICAL: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "list": _PERSON + _COMPANY + _PLACE + _INTEREST,
        "crm_leads": _PERSON + _COMPANY + _PLACE + _INTEREST + _CRM,
        "crm_contacts": _PERSON + _COMPANY + _PLACE + _INTEREST + _CRM,
        "crm_accounts": _COMPANY + _PLACE + ("crm_account_id", "phone", "parent_crm_account_id", "created_at"),
        "crm_opportunities": (
            "crm_opportunity_id",
            "crm_account_id",
            "crm_id",
            "stage",
            "is_won",
            "amount",
            "opportunity_currency",
            "opened_at",
            "closed_at",
        ),
        "crm_activities": ("crm_activity_id", "crm_id", "crm_account_id", "activity_type", "occurred_at", "outcome"),
        "opt_out": (
            "email",
            "phone",
            "full_name",
            "first_name",
            "last_name",
            "company_name",
            "domain",
            "reason",
            "requested_at",
        ),
    }
)
PERSON_KINDS = ("list", "crm_leads", "crm_contacts")  # kinds whose rows are about a person to match
CRM_KINDS = tuple(kind for kind in CANONICAL if kind.startswith("crm_"))

# A lead: a record standardised into the canonical columns. Order is the order on pages.
LEAD = pa.schema(
    [
        *LANDED,
        ("first_name", pa.string()),
        ("last_name", pa.string()),
        ("first_key", pa.string()),  # first given name, folded to a-z (Müller, Mueller and Muller are one): for matching, never shown
        ("last_key", pa.string()),  # the same of the family name, particles and generation (Jr.) left out
        ("job_title", pa.string()),
        ("seniority", pa.string()),  # one of SENIORITY, or null when the title does not say
        ("department", pa.string()),
        ("email", pa.string()),  # lower case, null when its syntax is impossible
        ("email_key", pa.string()),  # the mailbox without plus tag and Gmail dots: for identity, never shown
        ("email_domain", pa.string()),
        ("email_kind", pa.string()),  # one of EMAIL_KINDS
        ("phone", pa.string()),  # E.164, null when its length is impossible
        ("phone_type", pa.string()),  # one of PHONE_TYPES; unknown: a possible number in no range its country has published
        ("company_name", pa.string()),  # as written, white space collapsed
        ("company_key", pa.string()),  # lower case, folded, without legal form: for matching, never shown
        ("legal_form", pa.string()),
        ("domain", pa.string()),  # registrable domain of the web site, else of a company mailbox
        ("website", pa.string()),
        ("registration_number", pa.string()),
        ("lei", pa.string()),
        ("industry", pa.string()),
        ("employee_count", pa.int64()),  # of a range its lower bound: what is certainly reached
        ("annual_revenue", pa.float64()),  # the same
        ("revenue_currency", pa.string()),
        ("street", pa.string()),
        ("postcode", pa.string()),
        ("city", pa.string()),
        ("region", pa.string()),
        ("country_code", pa.string()),  # ISO 3166-1 alpha-2
        ("interest_signal", pa.string()),  # one of INTEREST_SIGNALS
        ("interest_at", pa.timestamp("us", tz="UTC")),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("do_not_contact", pa.bool_()),
        ("is_test", pa.bool_()),  # typed to try a form, not by a prospect: test@test.com, asdf, Mickey Mouse; false when nothing says so
        ("crm_id", pa.string()),
        ("crm_account_id", pa.string()),
    ]
)

SENIORITY = ("owner", "c_level", "vp", "director", "manager", "senior", "staff")  # highest first
DEPARTMENTS = (
    "sales", "marketing", "finance", "human_resources", "it", "engineering", "operations", "logistics", "procurement", "legal",
    "customer_service", "product", "research", "medical", "education", "administration",
)  # fmt: skip
EMAIL_KINDS = ("disposable", "shared", "free", "personal")  # first that holds: a role mailbox at a free provider is shared
PHONE_TYPES = (
    "mobile", "fixed_line", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "unknown",
)  # fmt: skip
INTEREST_SIGNALS = (
    "purchase_intent", "price_request", "demo_request", "trial", "comparison", "callback_request", "referral", "event", "download",
    "general_question", "visit", "newsletter",
)  # fmt: skip

_TIME = pa.timestamp("us", tz="UTC")

# What the other kinds become. A company's columns are a lead's, so that matching can lay them side by side.
ACCOUNT = pa.schema(
    [
        *LANDED,
        *(LEAD.field(name) for name in (
            "crm_account_id", "company_name", "company_key", "legal_form", "domain", "website", "registration_number", "lei", "industry",
            "employee_count", "annual_revenue", "revenue_currency", "street", "postcode", "city", "region", "country_code", "phone",
            "phone_type", "created_at",
        )),
        ("parent_crm_account_id", pa.string()),
    ]
)  # fmt: skip
OPPORTUNITY = pa.schema(
    [
        *LANDED,
        ("crm_opportunity_id", pa.string()),
        ("crm_account_id", pa.string()),
        ("crm_id", pa.string()),
        ("stage", pa.string()),
        ("is_won", pa.bool_()),
        ("amount", pa.float64()),
        ("opportunity_currency", pa.string()),
        ("opened_at", _TIME),
        ("closed_at", _TIME),
    ]
)
ACTIVITY = pa.schema(
    [
        *LANDED,
        ("crm_activity_id", pa.string()),
        ("crm_id", pa.string()),
        ("crm_account_id", pa.string()),
        ("activity_type", pa.string()),
        ("occurred_at", _TIME),
        ("outcome", pa.string()),
    ]
)
OPT_OUT = pa.schema(
    [
        *LANDED,
        *(LEAD.field(name) for name in ("email", "email_key", "email_domain", "email_kind", "phone", "phone_type")),
        *(LEAD.field(name) for name in ("first_name", "last_name", "first_key", "last_key")),
        *(LEAD.field(name) for name in ("company_name", "company_key", "legal_form", "domain")),
        ("reason", pa.string()),
        ("requested_at", _TIME),
    ]
)

# Names that later rooms add to a person's row; no attribute may take one.
RESERVED = (
    "person_id", "company_id", "trust", "received_at", "provenance", "is_suppressed", "decision", "stage", "score", "interest", "ability",
    "authority", "need", "reason", "reasons", "missing", "ruleset", "ruleset_hash", "decided_at", "next_check_at",
)  # fmt: skip

# Attribute types a source may declare beyond the canonical columns.
ATTRIBUTE_TYPES: MappingProxyType[str, pa.DataType] = MappingProxyType(
    {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
)


STANDARDISED: MappingProxyType[str, pa.Schema] = MappingProxyType(
    dict.fromkeys(PERSON_KINDS, LEAD)
    | {"crm_accounts": ACCOUNT, "crm_opportunities": OPPORTUNITY, "crm_activities": ACTIVITY, "opt_out": OPT_OUT}
)


def schema_of(kind: str, attributes: Mapping[str, str] | None = None) -> pa.Schema:
    """Return the schema of a standardised table: the kind's columns, then its attributes (name -> key of ATTRIBUTE_TYPES)."""
    extra = [pa.field(name, ATTRIBUTE_TYPES[kind_of_value]) for name, kind_of_value in (attributes or {}).items()]
    return pa.schema([*STANDARDISED[kind], *extra])
