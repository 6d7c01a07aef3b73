"""Splink as one would run it every night on leads: text normalised in SQL, eight tight blocking rules, trained on tonight's rows.

Nothing here is slow on purpose: no Python per row, no expensive likeness, Splink's own sampling; its clusters are the components of its
pairs. A shared mailbox, a free mail domain, a nickname and a legal form are known to it too. It stands for what a careful engineer writes
with Splink 5 alone.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from benchmarks.anchors import Labels, ends
from nicknames import name_triplets
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from leadmill.match.cluster import components

TEXTS = ("first_name", "last_name", "full_name", "email", "phone", "company_name", "website", "lei", "city", "postcode", "country")
CODES = {"Deutschland": "49", "Austria": "43", "Switzerland": "41", "France": "33", "United Kingdom": "44", "NL": "31", "USA": "1"}
SHARED = "info|sales|contact|kontakt|office|support|hello|admin|marketing|service|team|mail"
FREE = "gmail[.]com|web[.]de|gmx[.][a-z]+|yahoo[.][a-z.]+|hotmail[.][a-z.]+|outlook[.][a-z.]+|icloud[.]com|aol[.]com|t-online[.]de"
FORMS = (
    "gmbh & co[.]? kg|ges[.]?m[.]?b[.]?h[.]?|gmbh|ag|sas|s[.]a[.]r[.]l[.]|sa|ltd[.]?|limited|plc|b[.]?v[.]?|n[.]?v[.]?|inc[.]?|llc|corp[.]?"
)
_HOST = "split_part(email_{}, '@', 2)"
RULES = (
    ("email",), ("phone", "initial"), ("last_name", "initial", "stem"), ("company", "last_name"), ("first_name", "last_name", "postcode"),
    ("first_name", "last_name", "city"), ("stem", "local_part"), ("first_name", "company"),
)  # fmt: skip


def splink_nightly(rows: pa.Table, threshold: float = 0.99) -> Labels:
    """Label the mapped rows of every list by person."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect(str(Path(spill) / "anchor.duckdb")) as con:
        con.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        _normalise(con, rows)
        linker = Linker(DuckDBAPI(connection=con).register("norm"), _settings(), log_level=logging.ERROR)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("email")], recall=0.6)
        training.estimate_u_using_random_sampling(max_pairs=1e7, seed=3)
        for rule in (block_on("first_name", "last_name"), block_on("email")):
            training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6, record_sample_proportion=0.2)
        pairs = linker.inference.predict(threshold_match_probability=threshold).as_pyarrow_table()
        return components(rows.num_rows, ends(pairs, "l"), ends(pairs, "r"))


def _normalise(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Make table `norm` of text as delivered."""
    absent = [name for name in TEXTS if name not in rows.column_names]
    given = rows.append_column("unique_id", pa.array(range(rows.num_rows)))
    for name in absent:
        given = given.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    con.register("given", given.select(["unique_id", *TEXTS]))
    formal = {triplet.name1 for triplet in name_triplets()}
    nicknames = {triplet.name2: triplet.name1 for triplet in name_triplets() if triplet.name2 not in formal}
    con.register("nickname", pa.table({"short": nicknames.keys(), "long": nicknames.values()}))
    con.register("calling", pa.table({"country": CODES.keys(), "code": CODES.values()}))
    con.execute("create macro fold(t) as regexp_replace(strip_accents(lower(trim(t))), '([aou])e', '\\1', 'g')")
    con.execute("create macro plain(t) as nullif(trim(regexp_replace(fold(t), '^(dr|prof|mr|mrs|herr|frau)[.]? ', '')), '')")
    con.execute(
        f"""
        create table norm as
        with parted as (
            select *, plain(full_name) as whole, lower(trim(email)) as mail, nullif(regexp_replace(phone, '[^0-9]', '', 'g'), '') as digits,
                regexp_replace(regexp_replace(lower(website), '^https?://', ''), '^www[.]|/.*$', '', 'g') as site
            from given left join calling using (country)
        ), read as (
            select *, split_part(mail, '@', 1) as mailbox, split_part(mail, '@', 2) as mail_domain,
                coalesce(plain(first_name), if(contains(whole, ', '), split_part(whole, ', ', 2), split_part(whole, ' ', 1))) as given_name,
                coalesce(plain(last_name), if(contains(whole, ', '), split_part(whole, ', ', 1), split_part(whole, ' ', -1))) as family
            from parted
        ), owned as (
            select *, coalesce(nullif(site, ''), if(regexp_full_match(mail_domain, '{FREE}'), null, mail_domain)) as domain,
                if(regexp_full_match(mailbox, '{SHARED}'), null, mail) as email_own from read
        )
        select unique_id, coalesce(long, given_name) as first_name, left(given_name, 1) as initial, family as last_name,
            email_own as email, if(email_own is null, null, mailbox) as local_part,
            case when starts_with(phone, '+') then replace(digits, code || '0', code) when starts_with(digits, '00') then digits[3:]
                when starts_with(digits, '0') then code || digits[2:] when starts_with(digits, code) then digits else code || digits
            end as phone,
            nullif(trim(regexp_replace(fold(company_name), '[ ,]+(?:{FORMS})$', '')), '') as company,
            domain, split_part(domain, '.', 1) as stem, lei, fold(city) as city, postcode
        from owned left join nickname on short = given_name
        """
    )


def _settings() -> SettingsCreator:
    email = _ladder(
        "email", ("same mailbox", "email_l = email_r"), ("same name before the @", "local_part_l = local_part_r"),
        ("near there", f"{_HOST.format('l')} = {_HOST.format('r')} and jaro_winkler_similarity(local_part_l, local_part_r) >= .85"),
    )  # fmt: skip
    swapped = "first_name_l = last_name_r or (initial_l = initial_r and least(length(first_name_l), length(first_name_r)) = 1)"
    near = "jaro_winkler_similarity(first_name_l, first_name_r) >= .88"
    first = _ladder("first_name", ("same", "first_name_l = first_name_r"), ("near", near), ("initial, or swapped", swapped))
    company = _ladder(
        "company", ("same LEI", "lei_l = lei_r"), ("same domain", "domain_l = domain_r"), ("same company", "company_l = company_r"),
        ("same stem", "stem_l = stem_r"),
        ("nearly the same company", "jaro_winkler_similarity(company_l, company_r) >= .9"),
    )  # fmt: skip
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("last_name", [0.9]).configure(term_frequency_adjustments=True),
            first,
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            email,
            company,
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
        retain_matching_columns=False,
    )


def _ladder(name: str, *levels: tuple[str, str]) -> cl.CustomComparison:
    rows = [
        {"sql_condition": f"{name}_l is null or {name}_r is null", "label_for_charts": "missing", "is_null_level": True},
        *({"sql_condition": condition, "label_for_charts": label} for label, condition in levels),
        {"sql_condition": "ELSE", "label_for_charts": "different"},
    ]
    return cl.CustomComparison(output_column_name=name, comparison_levels=rows)
