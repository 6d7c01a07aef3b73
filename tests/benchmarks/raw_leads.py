"""Leads as their vendors write them: what a standardised lead was before somebody standardised it.

Nothing of who is who is touched: names get their capitals (or only capitals), often in one cell; phones are dialled as at home or from
abroad; companies bear a legal form; nearly every cell of mailbox, phone, name, time and revenue is a text of its own.
"""

from __future__ import annotations

import pyarrow as pa
from benchmarks.lead_world import PHONES

from leadmill.columns import LANDED
from leadmill.engine import connect

TITLES = (
    "CEO", "Geschäftsführer", "Head of IT", "Leiter Einkauf", "Sales Manager", "VP Marketing", "Owner", "Software Engineer",
    "Assistant to the CEO", "Directeur commercial", "Fleet Manager", "Buyer", "Sachbearbeiterin Buchhaltung", "Intern", "CFO", "Consultant",
)  # fmt: skip
SIGNALS = ("Webinar", "Price request", "Newsletter", "Rückruf erbeten", "Trade show", "Demo requested", "", "")
# Per country: its name in lists, calling code, trunk prefix, digits of the fixed and the mobile area code, legal forms.
HOMES = {
    "DE": ("Deutschland", "49", "0", (2, 3), ("GmbH", "AG", "GmbH & Co. KG", "")),
    "AT": ("Austria", "43", "0", (1, 3), ("GmbH", "AG", "Ges.m.b.H.", "")),
    "CH": ("Switzerland", "41", "0", (2, 2), ("AG", "GmbH", "SA", "")),
    "FR": ("France", "33", "0", (1, 1), ("SAS", "S.A.R.L.", "SA", "")),
    "GB": ("United Kingdom", "44", "0", (2, 3), ("Ltd", "Limited", "plc", "")),
    "NL": ("NL", "31", "0", (2, 1), ("B.V.", "NV", "BV", "")),
    "US": ("USA", "1", "", (3, 3), ("Inc.", "LLC", "Corp.", "")),
}


def as_delivered(leads: pa.Table, seed: int = 1) -> pa.Table:
    """Write LEAD rows of `lead_world` as a mapped table of text, the way lists write them; the same rows in the same order."""
    with connect({"leads": leads, "home": _homes()}) as con:
        table = con.sql(
            f"""
            with diced as (
                select leads.*, home.*, hash(record_id, {seed}) as dice, hash(company_key, {seed}) as company_dice,
                    upper(first_name[1]) || first_name[2:] as given, upper(last_name[1]) || last_name[2:] as family,
                    strip_accents(replace(email, '@mail.example', '@web.de')) as mailbox, phone[2 + length(code):] as local
                from leads left join home on home.country = country_code and is_mobile = coalesce(starts_with(phone, mobile), false)
            )
            select {", ".join(LANDED.names)},
                if(whole, null, if(dice % 11 = 0, upper(given), given)) as first_name,
                if(whole, null, if(dice % 11 = 0, upper(family), family)) as last_name,
                case when not whole then null when dice % 10 = 3 then concat_ws(', ', family, given)
                    when dice % 23 = 0 then concat_ws(' ', 'Dr.', given, family) else concat_ws(' ', given, family) end as full_name,
                list_element({list(TITLES)}, (dice // 7 % {len(TITLES)} + 1)::int) as job_title,
                if(dice % 13 = 0, upper(mailbox), mailbox) as email,
                {_phone()} as phone,
                trim(upper(company_key[1]) || company_key[2:] || ' ' || list_element(forms, (company_dice % 4 + 1)::int)) as company_name,
                if(dice % 3 = 0, domain, 'https://www.' || domain || '/') as website,
                if(hash(domain) % 5 = 0, '5299' || upper(left(md5(domain), 14)) || lpad((hash(domain) % 97)::varchar, 2, '0'), null) as lei,
                if(dice % 4 = 0, '51-200', (dice % 5000)::varchar) as employee_count,
                if(dice % 6 = 0, null, (100000 + dice % 90000000)::varchar) as annual_revenue,
                'Hauptstr. ' || company_dice % 300 as street, postcode, upper(city[1]) || city[2:] as city, country_name as country,
                list_element({list(SIGNALS)}, (dice // 11 % {len(SIGNALS)} + 1)::int) as interest_signal,
                (timestamp '2026-01-01' + to_seconds((dice % 28000000)::bigint))::varchar as created_at,
                if(dice % 50 = 0, 'yes', 'no') as do_not_contact
            from (select *, dice // 3 % 4 = 0 as whole from diced) order by line, record_id
            """
        ).to_arrow_table()
    return table.cast(pa.schema([*LANDED, *((name, pa.string()) for name in table.schema.names if name not in LANDED.names)]))


def _homes() -> pa.Table:
    rows = [
        {"country": country, "country_name": name, "code": code, "trunk": trunk, "mobile": PHONES[country][1], "is_mobile": is_mobile,
         "area": areas[is_mobile], "forms": forms}
        for country, (name, code, trunk, areas, forms) in HOMES.items() for is_mobile in (False, True)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _phone() -> str:
    """Write the SQL of a phone number in one of seven ways."""
    return """case when phone is null then null else case dice // 5 % 7 when 0 then phone
        when 1 then concat('+', code, ' ', local[:area], ' ', local[area + 1:area + 3], ' ', local[area + 4:])
        when 2 then concat(trunk, local[:area], ' ', local[area + 1:])
        when 3 then if(trunk = '', concat('(', local[:area], ') ', local[area + 1:area + 3], '-', local[area + 4:]),
            concat(trunk, local[:area], '/', local[area + 1:]))
        when 4 then if(trunk = '', concat('1-', local[:area], '-', local[area + 1:]), concat('00', code, local))
        when 5 then if(trunk = '', local, concat('+', code, ' (', trunk, ')', local[:area], ' ', local[area + 1:]))
        else concat(trunk, local) end end"""
