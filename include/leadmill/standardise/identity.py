"""The keys under which a person or company is recognised by the suppression list, in clear text.

The registry stores and compares them only as keyed hashes. Keys are canonical, so that a refusal holds for other spellings of the
same mailbox (plus tags, Gmail dots), phone, or name at a company.
"""

from __future__ import annotations

import pyarrow as pa

from leadmill.engine import connect

KEYS = pa.schema([("record_id", pa.string()), ("kind", pa.string()), ("key", pa.string())])
KINDS = ("email", "phone", "name_domain", "domain")
SPELLINGS = ("email_key", "phone", "first_key", "last_key", "domain", "do_not_contact")  # columns of a lead that tell a refusal


def suppression_keys(leads: pa.Table) -> pa.Table:
    """Return record_id, kind (one of KINDS) and key for a LEAD or OPT_OUT table; a record has up to four keys. SPELLINGS of a LEAD suffice.

    An opt-out gives a whole domain only when it gives nothing else; a lead always does, to be found by one. So before a lead's own wish
    (`do_not_contact`) is stored as a refusal, drop its `domain` keys: one person does not speak for the company.
    """
    only = "and coalesce(email, phone, first_key, last_key) is null" if "requested_at" in leads.schema.names else ""
    with connect({"leads": leads}) as con:
        return (
            con.sql(
                f"""select record_id, 'email' as kind, email_key as key from leads where email_key is not null
                union all select record_id, 'phone', phone from leads where phone is not null
                union all select record_id, 'name_domain', first_key || ' ' || last_key || '@' || domain from leads
                    where (first_key || last_key || domain) is not null
                union all select record_id, 'domain', domain from leads where domain is not null {only}
                order by record_id, kind"""
            )
            .to_arrow_table()
            .cast(KEYS)
        )
